import fc from "fast-check";
import { analyze } from "../../src/analysis/analyze.ts";
import { defaultConf } from "../../src/analysis/conf.ts";
import { scanRequests } from "../../src/analysis/conjunct.ts";
import type { Dataset } from "../../src/analysis/dataset.ts";
import type { TypedExpression, TypedRelation } from "../../src/analysis/typed.ts";
import type { LeafStatistics } from "../../src/engine/engine.ts";
import type { Add } from "../../src/log/action.ts";
import { partitionText } from "../../src/log/partition.ts";
import { statisticsText } from "../../src/log/statistics.ts";
import { parseSchema } from "../../src/schema/ddl.ts";
import { parseValue } from "../../src/schema/text.ts";
import type { DataType, StructField } from "../../src/schema/type.ts";
import type { Value } from "../../src/schema/value.ts";
import { parseQuery } from "../../src/sql/parse.ts";
import { compareValues } from "../../src/table/order.ts";
import type { Pruned } from "../../src/table/predicate.ts";

/** Tables of a few files and conditions over them, for what is said of pruning. */

const pool: Readonly<Record<string, readonly string[]>> = {
  int: ["-3", "0", "1", "2", "7"],
  bigint: ["-1", "0", "5", "9007199254740993", "9007199254740992"],
  float: ["0.1", "0.7", "-0.0", "0.0", "NaN", "Infinity", "16777217"],
  double: ["0.1", "0.7", "-0.0", "0.0", "NaN", "-Infinity", "2.5", "9007199254740992"],
  "decimal(20,4)": ["0.1", "0.7", "1234567890123456.7891", "1234567890123456.7892", "-2.5"],
  string: ["a", "ab", "abc", "b", "é", "\u{1f600}", "\uffee", "%", ""],
  date: ["1969-12-31", "2026-01-01", "2026-03-28", "2026-03-29", "2026-11-01"],
  timestamp: [
    "2026-01-01T00:00:00.000001Z",
    "2026-01-01T23:59:59.999999Z",
    "2006-10-29T02:30:30Z",
    "2006-10-29T02:31:30Z",
    "2026-03-29T03:30:00Z",
  ],
  timestamp_ntz: ["2026-01-01 00:00:00", "2026-03-08 02:30:00", "2026-03-29 12:00:00.0015"],
  boolean: ["true", "false"],
};

const columns: Readonly<Record<string, string>> = {
  p: "int",
  q: "string",
  r: "date",
  u: "timestamp",
  v: "double",
  i: "int",
  l: "bigint",
  f: "float",
  d: "double",
  m: "decimal(20,4)",
  s: "string",
  t: "date",
  z: "timestamp",
  n: "timestamp_ntz",
  b: "boolean",
  "g.x": "int",
  "g.y": "string",
};
const partitionNames = ["p", "q", "r", "u", "v"];

const plain = Object.entries(columns).filter(([name]) => !name.includes("."));
const schema = parseSchema(
  `${plain.map(([name, type]) => `${name} ${type}`).join(", ")}, g STRUCT<x: int, y: string>`,
);

/** What pruning must know of the table. */
export function prunedIn(timeZone: string): Pruned {
  const partitions = schema.fields.filter((field) => partitionNames.includes(field.name));
  return { schema, partitions, mode: "none", timeZone };
}

/** A file: its rows, and how its writer keeps statistics. */
export interface Specimen {
  readonly rows: readonly (readonly Value[])[];
  readonly add: Add;
}

function cell({ type }: StructField): fc.Arbitrary<Value> {
  if (type.type === "struct") {
    const members = type.fields.map((member) => cell(member));
    const names = type.fields.map((member) => member.name);
    const whole = fc.tuple(...members).map((values) => {
      return Object.fromEntries(names.map((name, at) => [name, values[at]!]));
    });
    return fc.option(whole, { nil: null, freq: 5 });
  }
  const texts = pool[columnType(type)]!;
  const values = texts.map((text) => parseValue(text, type, "UTC")!);
  return fc.option(fc.constantFrom(...values), { nil: null, freq: 5 });
}

function columnType(type: DataType): string {
  const names: Record<string, string> = { integer: "int", long: "bigint" };
  return type.type === "decimal" ? "decimal(20,4)" : (names[type.type] ?? type.type);
}

const writer = fc.record({
  prefix: fc.constantFrom(1, 2, 32),
  tight: fc.boolean(),
  none: fc.integer({ max: 9, min: 0 }).map((one) => one === 0),
  indexed: fc.subarray(Object.keys(columns), { minLength: 12 }),
});

/** Files of one to three rows. */
export const specimens: fc.Arbitrary<readonly Specimen[]> = fc.array(
  fc
    .tuple(
      fc.tuple(...schema.fields.map(cell)),
      fc.array(fc.tuple(...schema.fields.map(cell)), { minLength: 1, maxLength: 3 }),
      writer,
    )
    .map(([partition, drawn, how]): Specimen => {
      const rows = drawn.map((row) =>
        row.map((value, at) => {
          if (!partitionNames.includes(schema.fields[at]!.name)) return value;
          return partition[at] === "" ? null : partition[at]!;
        }),
      );
      return { rows, add: addOf(rows, how) };
    }),
  { minLength: 2, maxLength: 6 },
);

interface Writer {
  readonly prefix: number;
  readonly tight: boolean;
  readonly none: boolean;
  readonly indexed: readonly string[];
}

function addOf(rows: readonly (readonly Value[])[], how: Writer): Add {
  const leaves = schema.fields.flatMap((field, at): LeafStatistics[] => {
    if (partitionNames.includes(field.name)) return [];
    const values = rows.map((row) => row[at]!);
    if (field.type.type !== "struct") return [leafOf([field.name], values)];
    return field.type.fields.map(({ name }) => {
      const members = values.map(
        (value) => (value as Record<string, Value> | null)?.[name] ?? null,
      );
      return leafOf([field.name, name], members);
    });
  });
  const stats = statisticsText({
    rows: rows.length,
    leaves,
    indexed: (path) => how.indexed.includes(path.join(".")),
    configuration: { "delta.dataSkippingStringPrefixLength": String(how.prefix) },
  });
  const texts = schema.fields.flatMap((field, at) =>
    partitionNames.includes(field.name)
      ? [[field.name, partitionText(rows[0]![at], field.type)] as const]
      : [],
  );
  return {
    path: "f",
    partitionValues: Object.fromEntries(texts),
    size: 1,
    modificationTime: 0,
    dataChange: true,
    ...(how.none ? {} : { stats: how.tight ? stats : wide(stats) }),
  };
}

function wide(stats: string): string {
  return stats.replace(/^\{/, '{"tightBounds":false,');
}

/** NaN is left out, as some writers do; booleans have no bounds. */
function leafOf(path: readonly string[], values: readonly Value[]): LeafStatistics {
  const known = values
    .filter((value) => value !== null && !Number.isNaN(value) && typeof value !== "boolean")
    .sort((a, b) => compareValues(a, b)!);
  const nullCount = values.filter((value) => value === null).length;
  const [min] = known;
  return min === undefined ? { path, nullCount } : { path, nullCount, min, max: known.at(-1)! };
}

/** A constant of a column's type as SQL. */
function constant(type: string): fc.Arbitrary<string> {
  return fc.constantFrom(...pool[type]!).map((text) => {
    const quoted = `'${text}'`;
    switch (type) {
      case "int":
      case "boolean":
        return text;
      case "bigint":
        return `${text}L`;
      case "string":
        return quoted;
      default:
        return `CAST(${quoted} AS ${type})`;
    }
  });
}

/** Types a column's type is compared with in other than its own form. */
const others: Readonly<Record<string, readonly string[]>> = {
  int: ["bigint", "double", "decimal(20,4)", "float"],
  bigint: ["int", "double", "decimal(20,4)"],
  float: ["double", "int"],
  double: ["float", "bigint"],
  "decimal(20,4)": ["double", "int", "bigint"],
  date: ["timestamp", "timestamp_ntz"],
  timestamp: ["date", "timestamp_ntz"],
  timestamp_ntz: ["date", "timestamp"],
};

const casts: Readonly<Record<string, readonly string[]>> = {
  int: ["bigint", "double", "float"],
  bigint: ["double", "decimal(20,0)"],
  float: ["double"],
  double: ["float"],
  "decimal(20,4)": ["double", "decimal(18,0)", "bigint"],
  date: ["timestamp", "timestamp_ntz"],
  timestamp: ["date", "timestamp_ntz"],
  timestamp_ntz: ["date", "timestamp"],
};

const operator = fc.constantFrom("=", "<", "<=", ">", ">=", "<=>", "<>");

const leaf: fc.Arbitrary<string> = fc
  .constantFrom(...Object.entries(columns))
  .chain(([name, type]): fc.Arbitrary<string> => {
    const own = constant(type);
    const forms: fc.Arbitrary<string>[] = [
      fc.tuple(operator, own).map(([sign, value]) => `${name} ${sign} ${value}`),
      fc.tuple(operator, own).map(([sign, value]) => `${value} ${sign} ${name}`),
      fc.constantFrom(`${name} IS NULL`, `${name} IS NOT NULL`),
      fc.tuple(own, own).map(([a, b]) => `${name} BETWEEN ${a} AND ${b}`),
      fc.array(own, { minLength: 1, maxLength: 20 }).map((list) => `${name} IN (${list.join()})`),
      own.map((value) => `${name} NOT IN (${value}, NULL)`),
    ];
    for (const other of others[type] ?? []) {
      const value = constant(other);
      forms.push(fc.tuple(operator, value).map(([sign, given]) => `${name} ${sign} ${given}`));
    }
    for (const to of casts[type] ?? []) {
      const cast = `CAST(${name} AS ${to})`;
      const value = to in pool ? constant(to) : own;
      forms.push(fc.tuple(operator, value).map(([sign, given]) => `${cast} ${sign} ${given}`));
    }
    if (type === "boolean") forms.push(fc.constant(name));
    if (type === "float" || type === "double") forms.push(fc.constant(`isnan(${name})`));
    if (type === "string") {
      const start = fc.constantFrom(...pool["string"]!).map((text) => text.replace("%", "\\%"));
      const rest = fc.constantFrom("%", "", "_", "%c", "_%");
      forms.push(fc.tuple(start, rest).map(([a, b]) => `${name} LIKE r'${a}${b}'`));
      forms.push(start.map((text) => `startswith(${name}, '${text}')`));
    }
    return fc.oneof(...forms);
  });

/** Conditions as SQL. */
export const conditions: fc.Arbitrary<string> = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { depthSize: "small" },
    { weight: 3, arbitrary: leaf },
    { weight: 1, arbitrary: tie("condition").map((one) => `NOT (${one})`) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom("AND", "OR"), tie("condition"), tie("condition"))
        .map(([word, a, b]) => `(${a}) ${word} (${b})`),
    },
  ),
})).condition;

/** A condition as a scan of the table is given it, and the plan it stands in. */
export function asked(
  where: string,
  timeZone: string,
): { readonly plan: TypedRelation; readonly conditions: readonly TypedExpression[] } {
  const fields = [...schema.fields, ...parseSchema("file int").fields];
  const dataset: Dataset = {
    name: "t",
    schema: { type: "struct", fields },
    hidden: [],
    streaming: false,
  };
  const conf = { ...defaultConf, timeZone, timestampType: "timestamp" } as const;
  const plan = analyze(parseQuery(`SELECT DISTINCT file FROM t WHERE ${where}`), {
    conf,
    datasets: () => dataset,
  });
  return { plan, conditions: [...scanRequests(plan).values()][0]!.conditions };
}
