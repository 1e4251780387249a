import { raise } from "../../failure.ts";
import { text } from "../../quote.ts";
import { once } from "../once.ts";
import type { Scope } from "../scope.ts";
import { type Compilation, type Group, javascript, type Site } from "./registry.ts";

const named =
  (name: string): Compilation =>
  (args) =>
    `${name}(${args.join(", ")})`;

const isBinary = (type: { readonly type: string } | undefined): boolean => type?.type === "binary";

/** Texts, by characters (code points), and binaries. */
export const strings: Group = {
  concat: (args) => `(${args.join(" || ")})`,
  concat_ws: ([separator, ...parts], { types }) => {
    const lists = parts.map((part, at) =>
      types[at + 1]?.type === "array" ? `coalesce(${part}, [])` : `[${part}]`,
    );
    const all = lists.length === 0 ? "CAST([] AS VARCHAR[])" : `list_concat(${lists.join(", ")})`;
    return `CASE WHEN ${separator} IS NULL THEN NULL
      ELSE coalesce(array_to_string(list_filter(${all}, lambda w: w IS NOT NULL), ${separator}), '')
      END`;
  },
  char_limit: ([value, limit], { scope }) =>
    once([value as string], scope, (given) => {
      const bad = raise("EXCEED_LIMIT_LENGTH", { limit: `CAST(${limit} AS VARCHAR)` });
      return `CASE WHEN length(${given}) <= ${limit} THEN ${given}
        WHEN length(rtrim(${given}, ' ')) <= ${limit} THEN substring(${given}, 1, ${limit})
        WHEN ${given} IS NOT NULL THEN ${bad} END`;
    }),
  upper: named("upper"),
  lower: named("lower"),
  initcap: ([value]) => javascript("initcap", [value as string]),
  length: ([value], { types }) =>
    isBinary(types[0]) ? `octet_length(${value})` : `length(${value})`,
  octet_length: ([value], { types }) =>
    isBinary(types[0]) ? `octet_length(${value})` : `strlen(${value})`,
  bit_length: ([value], { types }) =>
    isBinary(types[0]) ? `octet_length(${value}) * 8` : `strlen(${value}) * 8`,
  trim: ([value, characters]) => `trim(${value}, ${characters ?? "' '"})`,
  ltrim: ([value, characters]) => `ltrim(${value}, ${characters ?? "' '"})`,
  rtrim: ([value, characters]) => `rtrim(${value}, ${characters ?? "' '"})`,
  substring: ([value, start, length], site) => {
    if (isBinary(site.types[0])) {
      const hex = strings.substring?.(
        [
          `hex(${value})`,
          `CASE WHEN ${start} > 0 THEN ${start} * 2 - 1 ELSE ${start} * 2 END`,
          length === undefined ? "2147483646" : `least(${length}, 1073741823) * 2`,
        ],
        { ...site, types: [] },
      );
      return `unhex(${hex})`;
    }
    return once(
      [value as string, start as string, length ?? "2147483647"],
      site.scope,
      (s, at, count) => {
        // Spark counts from the end before it cuts: a start before the text takes from the length.
        const from = `CASE WHEN ${at} > 0 THEN ${at} - 1 WHEN ${at} < 0 THEN length(${s}) + ${at}
          ELSE 0 END`;
        const first = `CAST(greatest(${from}, 0) AS BIGINT)`;
        const end = `CAST(${from} AS BIGINT) + CAST(${count} AS BIGINT)`;
        return `CASE WHEN ${s} IS NULL OR ${count} IS NULL OR ${at} IS NULL THEN NULL
          WHEN ${count} <= 0 THEN '' ELSE substring(${s}, ${first} + 1, greatest(${end} - ${first},
          0)) END`;
      },
    );
  },
  substring_index: ([value, delimiter, count]) =>
    javascript("substring_index", [
      value as string,
      delimiter as string,
      `CAST(${count} AS VARCHAR)`,
    ]),
  left: ([value, count], site) =>
    strings.substring?.([value as string, "1", count as string], site) ?? "",
  right: ([value, count]) =>
    `CASE WHEN ${value} IS NULL THEN NULL WHEN ${count} <= 0 THEN ''
      ELSE right(${value}, ${count}) END`,
  lpad: pad("lpad"),
  rpad: pad("rpad"),
  repeat: ([value, count]) => `repeat(${value}, greatest(${count}, 0))`,
  reverse: ([value], { types }) =>
    types[0]?.type === "array" ? `list_reverse(${value})` : `reverse(${value})`,
  replace: ([value, search, replacement]) =>
    `CASE WHEN ${search} = '' THEN ${value} ELSE replace(${value}, ${search}, ${replacement}) END`,
  translate: named("translate"),
  overlay: ([value, by, at, count], { scope }) =>
    once(
      [value, by, at, count] as string[],
      scope,
      (s, r, p, n) =>
        `substring(${s}, 1, ${p} - 1) || ${r} || substring(${s}, ${p} + CASE
          WHEN ${n} < 0 THEN length(${r}) ELSE ${n} END)`,
    ),
  instr: ([value, search]) => `instr(${value}, ${search})`,
  locate: ([search, value, start], { scope }) =>
    once(
      [search, value, start] as string[],
      scope,
      (x, s, at) =>
        `CASE WHEN ${at} < 1 THEN 0 WHEN instr(substring(${s}, ${at}), ${x}) = 0 THEN 0
          ELSE instr(substring(${s}, ${at}), ${x}) + ${at} - 1 END`,
    ),
  contains: ([value, search], { types }) =>
    isBinary(types[0])
      ? `contains(hex(${value}), hex(${search}))`
      : `contains(${value}, ${search})`,
  startswith: ([value, search], { types }) =>
    isBinary(types[0])
      ? `starts_with(hex(${value}), hex(${search}))`
      : `starts_with(${value}, ${search})`,
  endswith: ([value, search], { types }) =>
    isBinary(types[0])
      ? `ends_with(hex(${value}), hex(${search}))`
      : `ends_with(${value}, ${search})`,
  split: ([value, regexp, limit]) => {
    const args = [value as string, regexp as string, `CAST(${limit} AS VARCHAR)`];
    return `CAST(from_json(${javascript("split", args)}, '["VARCHAR"]') AS VARCHAR[])`;
  },
  split_part: ([value, delimiter, part], { scope }) =>
    once(
      [value, delimiter, part] as string[],
      scope,
      (s, d, n) =>
        `CASE WHEN ${n} = 0 THEN ${raise("INVALID_INDEX_OF_ZERO", {})} WHEN ${d} = '' THEN CASE
          WHEN abs(${n}) = 1 THEN ${s} ELSE '' END ELSE split_part(${s}, ${d}, ${n}) END`,
    ),
  space: ([count]) => `repeat(' ', greatest(${count}, 0))`,
  ascii: ([value]) => `ascii(${value})`,
  chr: ([code], { scope }) =>
    once(
      [code as string],
      scope,
      (n) => `CASE WHEN ${n} < 0 THEN '' ELSE chr(CAST(${n} % 256 AS INTEGER)) END`,
    ),
  levenshtein: ([a, b, limit], { scope }) => {
    const distance = once([a, b] as string[], scope, levenshtein);
    return limit === undefined
      ? distance
      : once([distance, limit], scope, (d, n) => `CASE WHEN ${d} > ${n} THEN -1 ELSE ${d} END`);
  },
  soundex: ([value]) => javascript("soundex", [value as string]),
  find_in_set: ([value, set]) =>
    `CASE WHEN contains(${value}, ',') THEN 0 ELSE coalesce(list_position(string_split(${set}, ','),
      ${value}), 0) + (CASE WHEN ${set} IS NULL OR ${value} IS NULL THEN NULL ELSE 0 END) END`,
  elt: ([index, ...values], { scope }) =>
    once([index as string], scope, (n) => {
      const size = text(String(values.length));
      const failure = raise("INVALID_ARRAY_INDEX", {
        indexValue: `CAST(${n} AS VARCHAR)`,
        arraySize: size,
      });
      return `CASE WHEN ${n} IS NULL THEN NULL
        WHEN ${n} < 1 OR ${n} > ${values.length} THEN ${failure}
        ELSE list_extract([${values.join(", ")}], ${n}) END`;
    }),
  regexp_replace: ([value, regexp, replacement, start]) => {
    const by = replacement?.startsWith("'")
      ? replacement.replace(/\$(\d)/g, "\\$1")
      : `regexp_replace(${replacement}, '\\$(\\d)', '\\\\\\1', 'g')`;
    const all = (from: string): string => `regexp_replace(${from}, ${regexp}, ${by}, 'g')`;
    if (/\b1\b/.test(start ?? "1") && (start?.length ?? 0) < 24) return all(value as string);
    return `(substring(${value}, 1, ${start} - 1) || ${all(`substring(${value}, ${start})`)})`;
  },
  regexp_extract: (args, site) =>
    absentGroup(args, site, "''") ?? `regexp_extract(${args[0]}, ${args[1]}, ${constant(args[2])})`,
  regexp_extract_all: (args, site) =>
    absentGroup(args, site, "CAST([] AS VARCHAR[])") ??
    `list_transform(regexp_extract_all(${args[0]}, ${args[1]}, ${constant(args[2])}),
      lambda z: coalesce(z, ''))`,
  regexp_count: ([value, regexp]) => `len(regexp_extract_all(${value}, ${regexp}))`,
  regexp_substr: ([value, regexp]) => `nullif(regexp_extract(${value}, ${regexp}), '')`,
  regexp_instr: ([value, regexp], { scope }) =>
    once(
      [value as string, `regexp_extract(${value}, ${regexp})`],
      scope,
      (s, found) =>
        `CASE regexp_matches(${s}, ${regexp}) WHEN true THEN instr(${s}, ${found})
          WHEN false THEN 0 END`,
    ),
  base64: named("base64"),
  unbase64: ([value]) => `from_base64(regexp_replace(${value}, '\\s', '', 'g'))`,
  hex: ([value], { types }) =>
    types[0]?.type === "long" ? `hex(CAST(${value} AS BIGINT))` : `hex(${value})`,
  unhex: ([value], { scope }) =>
    once(
      [value as string],
      scope,
      (s) =>
        `CASE WHEN regexp_full_match(${s}, '[0-9a-fA-F]*') THEN unhex(CASE
          WHEN length(${s}) % 2 = 1 THEN '0' || ${s} ELSE ${s} END) END`,
    ),
  encode: ([value, charset]) =>
    `unhex(${javascript("encode", [value as string, charset as string])})`,
  decode: ([value, charset]) => javascript("decode", [`hex(${value})`, charset as string]),
  url_encode: ([value]) => javascript("url_encode", [value as string]),
  url_decode: ([value]) => javascript("url_decode", [value as string]),
  str_to_map: ([value, pairs, keys]) => {
    const parts = `string_split_regex(${value}, ${pairs})`;
    const at = `regexp_split_to_array(z, ${keys})`;
    return `map_from_entries(list_transform(${parts}, lambda z: struct_pack("key" := ${at}[1],
      "value" := CASE WHEN len(${at}) > 1 THEN substring(z, length(${at}[1]) + 2) END)))`;
  },
  quote: ([value]) => `('''' || replace(replace(${value}, '\\', '\\\\'), '''', '\\''') || '''')`,
};

function constant(group: string | undefined): string {
  return /-?\d+/.exec(group ?? "1")?.[0] ?? "1";
}

/** A group that a pattern does not have is an error of the texts it matches. */
function absentGroup(
  [value, regexp, group]: readonly string[],
  { node, trying }: Site,
  unmatched: string,
): string | undefined {
  const [, pattern] = node.arguments;
  if (pattern?.kind !== "literal" || typeof pattern.value !== "string") return undefined;
  const groups = groupsOf(pattern.value);
  const index = constant(group);
  if (Number(index) >= 0 && Number(index) <= groups) return undefined;
  const failure = raise("INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX", {
    parameter: text("`idx`"),
    functionName: text(`\`${node.name}\``),
    groupCount: text(String(groups)),
    groupIndex: text(index),
  });
  return `CASE regexp_matches(${value}, ${regexp}) WHEN true THEN ${trying ? "NULL" : failure}
    WHEN false THEN ${unmatched} END`;
}

/** How many groups a pattern captures: its parentheses, but for those escaped or not capturing. */
function groupsOf(pattern: string): number {
  const plain = pattern.replace(/\\Q.*?(?:\\E|$)|\\.|\[(?:\\.|[^\]\\])*\]/gs, "");
  return plain.match(/\((?!\?(?!P?<[A-Za-z]))/g)?.length ?? 0;
}

/** DuckDB counts bytes: right where each is a character. */
function levenshtein(a: string, b: string): string {
  const plain = `strlen(${a}) = length(${a}) AND strlen(${b}) = length(${b})`;
  const slow = `CAST(${javascript("levenshtein", [a, b])} AS BIGINT)`;
  return `CASE WHEN ${plain} THEN levenshtein(${a}, ${b}) ELSE ${slow} END`;
}

/** An empty pad lets the text as it is, but cut. Bytes are padded as their digits, two by two. */
function pad(name: "lpad" | "rpad"): Compilation {
  const padded = (parts: readonly string[], scope: Scope): string =>
    once(
      parts,
      scope,
      (s, n, f) =>
        `CASE WHEN ${s} IS NULL OR ${f} IS NULL THEN NULL
          WHEN ${n} <= 0 THEN '' WHEN length(${s}) >= ${n} OR ${f} = ''
          THEN substring(${s}, 1, ${n}) ELSE ${name}(${s}, ${n}, ${f}) END`,
    );
  return ([value, width, fill], { scope, types }) => {
    if (types[0]?.type !== "binary") return padded([value, width, fill] as string[], scope);
    return `unhex(${padded([`hex(${value})`, `(${width} * 2)`, `hex(${fill})`], scope)})`;
  };
}
