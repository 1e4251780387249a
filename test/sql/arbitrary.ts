import type { Random } from "../random.ts";

/** What an expression is, as far as its author must know: conversions between kinds are implied. */
type Kind =
  | "whole"
  | "number"
  | "text"
  | "truth"
  | "date"
  | "instant"
  | "bytes"
  | "list"
  | "words"
  | "map"
  | "struct"
  | "span"
  | "months"
  | "clock";

/** Kinds that stand only within others: the systems that are compared do not show them alike. */
const inner: readonly Kind[] = ["span", "months", "clock"];

/** Columns by kind: name, type, and values as SQL; the first half of the values are tame ones. */
const columns: readonly (readonly [string, Kind, string, readonly string[]])[] = [
  ["ti", "whole", "TINYINT", ["1Y", "-3Y", "0Y", "7Y", "127Y", "-128Y"]],
  ["si", "whole", "SMALLINT", ["2S", "-12S", "0S", "100S", "32767S", "-32768S"]],
  ["i", "whole", "INT", ["1", "-7", "0", "42", "2147483647", "-2147483648"]],
  ["l", "whole", "BIGINT", ["1L", "-5L", "12L", "0L", "9223372036854775807L"]],
  ["f", "number", "FLOAT", ["1.5F", "-0.25F", "3F", "CAST('NaN' AS FLOAT)", "-0.0F", "1E10F"]],
  ["d", "number", "DOUBLE", ["0.5D", "-2D", "1234.5D", "1E-5D", "CAST('Infinity' AS DOUBLE)"]],
  ["m", "number", "DECIMAL(10,2)", ["1.25", "-3.10", "0.00", "99999999.99"]],
  [
    "n",
    "number",
    "DECIMAL(38,18)",
    ["1.5", "-0.000000000000000001", "12345678901234567890.123456789012345678"],
  ],
  ["s", "text", "STRING", ["'abc'", "'12'", "' 7 '", "''", "'Ünï'", "'2024-02-29'", "'1.5e3'"]],
  ["t", "text", "STRING", ["'a'", "'%b_'", "'true'", "'a,b,c'", "'  x'", "'-'"]],
  ["b", "truth", "BOOLEAN", ["true", "false"]],
  ["da", "date", "DATE", ["DATE'2024-02-29'", "DATE'1970-01-01'", "DATE'1582-10-04'"]],
  [
    "ts",
    "instant",
    "TIMESTAMP",
    ["TIMESTAMP'2024-03-10 12:34:56.789012'", "TIMESTAMP'1969-12-31 23:59:59.5'"],
  ],
  [
    "tn",
    "instant",
    "TIMESTAMP_NTZ",
    ["TIMESTAMP_NTZ'2024-12-31 23:59:59'", "TIMESTAMP_NTZ'2000-01-01 00:00:00'"],
  ],
  ["x", "bytes", "BINARY", ["X''", "X'00FF'", "X'616263'"]],
  ["a", "list", "ARRAY<INT>", ["array(1, 2, 3)", "array(1, NULL)", "CAST(array() AS ARRAY<INT>)"]],
  ["w", "words", "ARRAY<STRING>", ["array('b', 'a')", "array('a', NULL, 'a')"]],
  ["mp", "map", "MAP<STRING,INT>", ["map('a', 1, 'b', 2)", "map('a', CAST(NULL AS INT))"]],
  ["st", "struct", "STRUCT<u: INT, v: STRING>", ["named_struct('u', 1, 'v', 'q')"]],
];

/** A query of some rows of every column; `tame`: without the values at the ends of their types. */
export function rowsOf(chance: Random, tame: boolean): string {
  const row = (): string => {
    const cells = columns.map(([, , type, values]) => {
      const known = tame ? values.slice(0, Math.max(1, values.length >> 1)) : values;
      const value = chance.below(8) === 0 ? "NULL" : chance.pick(known);
      return `CAST(${value} AS ${type})`;
    });
    return `(${cells.join(", ")})`;
  };
  const names = columns.map(([name]) => name).join(", ");
  return `SELECT * FROM VALUES ${row()}, ${row()}, ${row()} AS r(${names})`;
}

const literals: Readonly<Record<Kind, readonly string[]>> = {
  whole: ["0", "1", "-1", "3", "2L", "5S", "NULL", "10"],
  number: ["0.5", "1.0", "2D", "-1.5F", "100.00", "0.001", "3"],
  text: ["'a'", "'b'", "'1'", "'2.50'", "'abc'", "NULL", "''", "'2024-01-31'"],
  truth: ["true", "false", "CAST(NULL AS BOOLEAN)"],
  date: ["DATE'2024-01-31'", "DATE'1999-12-31'"],
  instant: ["TIMESTAMP'2024-02-29 01:02:03'", "TIMESTAMP_NTZ'2023-07-01 00:00:00.000001'"],
  bytes: ["X'61'", "X''"],
  list: ["array(3, 1)", "array()"],
  words: ["array('a')", "split('a b', ' ')"],
  map: ["map('c', 3)"],
  struct: ["named_struct('u', 2, 'v', 'r')"],
  span: ["INTERVAL '1 02:03:04.5' DAY TO SECOND", "INTERVAL '-3' HOUR", "INTERVAL 2 DAY"],
  months: ["INTERVAL '1-2' YEAR TO MONTH", "INTERVAL -5 MONTH", "INTERVAL '1' YEAR"],
  clock: ["TIME'12:34:56.789'", "TIME'00:00:00'", "TIME'23:59:59.999999'"],
};

const any = "{any}";
const cases = (kind: Kind): readonly string[] => [
  `CASE WHEN {truth} THEN {${kind}} ELSE {${kind}} END`,
  `if({truth}, {${kind}}, {${kind}})`,
  `coalesce({${kind}}, {${kind}})`,
  `nullif({${kind}}, {${kind}})`,
];

/** Ways to make a kind of others. */
const forms: Readonly<Record<Kind, readonly string[]>> = {
  whole: [
    "{whole} + {whole}",
    "{whole} - {whole}",
    "{whole} * {whole}",
    "{number} div {whole}",
    "{whole} % {whole}",
    "-{whole}",
    "abs({whole})",
    "pmod({whole}, {whole})",
    "{whole} & {whole}",
    "{whole} | {whole}",
    "~{whole}",
    "shiftleft({whole}, 3)",
    "length({text})",
    "octet_length({text})",
    "instr({text}, {text})",
    "locate({text}, {text}, 1)",
    "ascii({text})",
    "size({list})",
    "{list}[0]",
    "{map}['a']",
    "{struct}.u",
    "element_at({list}, 1)",
    "try_element_at({map}, {text})",
    "array_position({words}, {text})",
    "aggregate({list}, 0, (acc, e) -> acc + e)",
    "year({date})",
    "month({instant})",
    "dayofweek({date})",
    "weekofyear({date})",
    "quarter({date})",
    "hour({instant})",
    "minute({instant})",
    "second({instant})",
    "datediff({date}, {date})",
    "unix_micros({instant})",
    "CAST({number} AS INT)",
    "CAST({number} AS BIGINT)",
    "try_cast({text} AS INT)",
    "try_cast({number} AS TINYINT)",
    "CAST({truth} AS INT)",
    "ceil({number})",
    "floor({number})",
    "sign({number})",
    "greatest({whole}, {whole})",
    "try_add({whole}, {whole})",
    "bit_count({whole})",
    "crc32({bytes})",
    "levenshtein({text}, {text})",
    "extract(DAY FROM {span})",
    "extract(MONTH FROM {months})",
    "extract(HOUR FROM {clock})",
    "CAST({months} AS INT)",
    "hash({any}, {any})",
    "xxhash64({whole}, {text})",
    ...cases("whole"),
  ],
  number: [
    "{number} + {number}",
    "{number} - {number}",
    "{number} * {number}",
    "{number} / {number}",
    "{number} % {number}",
    "{whole} / {whole}",
    "-{number}",
    "abs({number})",
    "round({number}, 1)",
    "bround({number})",
    "sqrt({whole})",
    "CAST({number} AS DECIMAL(12,3))",
    "CAST({text} AS DOUBLE)",
    "try_cast({text} AS DECIMAL(8,2))",
    "try_cast({number} AS DECIMAL(4,2))",
    "CAST({whole} AS FLOAT)",
    "CAST({instant} AS DOUBLE)",
    "least({number}, {number}, {whole})",
    "try_divide({number}, {number})",
    "try_multiply({number}, {number})",
    "nvl({number}, {whole})",
    "nanvl({number}, {number})",
    ...cases("number"),
  ],
  text: [
    "{text} || {text}",
    "concat({text}, {any}, {text})",
    "upper({text})",
    "lower({text})",
    "initcap({text})",
    "trim({text})",
    "ltrim({text})",
    "reverse({text})",
    "substring({text}, {whole}, 2)",
    "substr({text}, -2)",
    "left({text}, 2)",
    "lpad({text}, 5, '*')",
    "rpad({text}, 2, {text})",
    "repeat({text}, 2)",
    "replace({text}, 'a', {text})",
    "translate({text}, 'ab', 'x')",
    "split_part({text}, ',', 1)",
    "substring_index({text}, ',', 2)",
    "concat_ws(',', {words}, {text})",
    "regexp_replace({text}, '[a-c]+', '<$0>')",
    "regexp_extract({text}, '(\\\\d+)', 1)",
    "CAST({number} AS STRING)",
    "CAST({whole} AS STRING)",
    "CAST({date} AS STRING)",
    "CAST({instant} AS STRING)",
    "CAST({truth} AS STRING)",
    "CAST({span} AS STRING)",
    "CAST({months} AS STRING)",
    "CAST({clock} AS STRING)",
    "CAST({list} AS STRING)",
    "CAST({map} AS STRING)",
    "CAST({struct} AS STRING)",
    "date_format({instant}, 'yyyy-MM-dd HH:mm')",
    "hex({bytes})",
    "hex({whole})",
    "md5({bytes})",
    "base64({bytes})",
    "{struct}.v",
    "{words}[0]",
    "array_join({words}, '-', '?')",
    "typeof({any})",
    "bin({whole})",
    "conv({text}, 10, 16)",
    "format_number({number}, 2)",
    "to_json({struct})",
    ...cases("text"),
  ],
  truth: [
    "{whole} = {number}",
    "{whole} < {whole}",
    "{number} >= {number}",
    "{text} = {text}",
    "{text} < {text}",
    "{text} = {whole}",
    "{date} < {instant}",
    "{date} = {text}",
    "{any} <=> {any}",
    "{any} IS NULL",
    "{any} IS NOT NULL",
    "{truth} AND {truth}",
    "{truth} OR {truth}",
    "NOT {truth}",
    "{text} LIKE {text}",
    "{text} RLIKE '^[a-z]+$'",
    "{whole} IN ({whole}, {number})",
    "{text} IN ({text}, {text})",
    "{number} BETWEEN {whole} AND {number}",
    "contains({text}, {text})",
    "startswith({text}, {text})",
    "array_contains({list}, {whole})",
    "exists({list}, e -> e > 1)",
    "forall({words}, e -> e IS NOT NULL)",
    "isnan({number})",
    "CAST({text} AS BOOLEAN)",
    "try_cast({text} AS BOOLEAN)",
    "CAST({whole} AS BOOLEAN)",
    "{struct} = {struct}",
    "{span} < {span}",
    "{months} = {months}",
    "{clock} >= {clock}",
    "{list} = {list}",
    "{bytes} = {bytes}",
    "map_contains_key({map}, {text})",
    ...cases("truth"),
  ],
  date: [
    "date_add({date}, {whole})",
    "date_sub({date}, 3)",
    "add_months({date}, 1)",
    "last_day({date})",
    "trunc({date}, 'MM')",
    "next_day({date}, 'MON')",
    "CAST({instant} AS DATE)",
    "try_cast({text} AS DATE)",
    "to_date({text})",
    "make_date(2024, {whole}, 1)",
    "{date} + 1",
    "{date} + {months}",
    "{date} - {span}",
    ...cases("date"),
  ],
  instant: [
    "date_trunc('HOUR', {instant})",
    "date_trunc('WEEK', {instant})",
    "CAST({date} AS TIMESTAMP)",
    "CAST({instant} AS TIMESTAMP_NTZ)",
    "try_cast({text} AS TIMESTAMP)",
    "timestamp_seconds({whole})",
    "timestamp_micros({whole})",
    "{instant} + INTERVAL 1 DAY",
    "{instant} - INTERVAL '01:30' HOUR TO MINUTE",
    "{instant} + INTERVAL 1 MONTH",
    "to_timestamp({text}, 'yyyy-MM-dd')",
    "timestampadd(MINUTE, {whole}, {instant})",
    "{instant} + {span}",
    "{instant} - {months}",
    ...cases("instant"),
  ],
  bytes: [
    "CAST({text} AS BINARY)",
    "unhex({text})",
    "{bytes} || {bytes}",
    "substring({bytes}, 1, 1)",
    ...cases("bytes"),
  ],
  list: [
    "array({whole}, {whole})",
    "sequence(1, 3)",
    "sort_array({list})",
    "array_distinct({list})",
    "array_union({list}, {list})",
    "array_except({list}, {list})",
    "array_remove({list}, 1)",
    "filter({list}, e -> e > 1)",
    "transform({list}, (e, k) -> e + k)",
    "slice({list}, 1, 2)",
    "reverse({list})",
    "concat({list}, {list})",
    "map_values({map})",
    "array_append({list}, {whole})",
    "flatten(array({list}, {list}))",
    ...cases("list"),
  ],
  words: [
    "array({text}, {text})",
    "split({text}, ',')",
    "map_keys({map})",
    "transform({list}, e -> CAST(e AS STRING))",
    "array_sort({words})",
    "array_compact({words})",
    "array_intersect({words}, {words})",
    ...cases("words"),
  ],
  map: [
    "map({text}, {whole})",
    "map_filter({map}, (k, v) -> v > 1)",
    "transform_values({map}, (k, v) -> v + 1)",
    "map_from_arrays(array('a', 'b'), array({whole}, {whole}))",
    "map_concat({map}, map('z', {whole}))",
    ...cases("map"),
  ],
  struct: ["named_struct('u', {whole}, 'v', {text})", "struct({whole} AS u, {text} AS v)"],
  span: [
    "{instant} - {instant}",
    "{date} - {date}",
    "{span} + {span}",
    "{span} - {span}",
    "{span} * {number}",
    "{span} / {whole}",
    "-{span}",
    "abs({span})",
    "make_dt_interval({whole}, 1, 2, 3.5)",
    "CAST({span} AS INTERVAL DAY TO HOUR)",
    "CAST({whole} AS INTERVAL SECOND)",
    ...cases("span"),
  ],
  months: [
    "{months} + {months}",
    "{months} * {whole}",
    "{months} / {number}",
    "-{months}",
    "make_ym_interval(1, {whole})",
    "CAST({whole} AS INTERVAL YEAR)",
    ...cases("months"),
  ],
  clock: [
    "{clock} + {span}",
    "make_time({whole}, {whole}, 1.5)",
    "CAST({text} AS TIME)",
    "try_cast({text} AS TIME)",
    "CAST({instant} AS TIME)",
    "time_trunc('MINUTE', {clock})",
    ...cases("clock"),
  ],
};

const kinds = (Object.keys(forms) as Kind[]).filter((kind) => !inner.includes(kind));

/** An expression over the columns of `rowsOf`, of at most `depth` calls within one another. */
export function expressionOf(chance: Random, depth: number, kind = chance.pick(kinds)): string {
  if (depth === 0 || chance.below(6) === 0) {
    const own = columns.filter((column) => column[1] === kind);
    if (own.length === 0 || chance.below(4) === 0) return chance.pick(literals[kind]);
    return chance.pick(own)[0];
  }
  const form = chance.pick(forms[kind]);
  return form.replace(/\{(\w+)\}/g, (_, name: string) => {
    const inner = expressionOf(chance, depth - 1, `{${name}}` === any ? undefined : (name as Kind));
    return /^[\w.']+$/.test(inner) || /^\w+\(.*\)$/.test(inner) ? inner : `(${inner})`;
  });
}
