import type { TypedExpression } from "../../../../analysis/typed.ts";
import { error } from "../../../../error/error.ts";
import { raise } from "../../failure.ts";
import { memberName } from "../../quote.ts";
import { sqlType } from "../../type.ts";
import { expression } from "../expression.ts";
import { once } from "../once.ts";
import { rowHash } from "../random.ts";
import { fresh, type Scope } from "../scope.ts";
import { type Compilation, type Group, javascript, type Site } from "./registry.ts";
import { sequence } from "./sequence.ts";

const named =
  (name: string): Compilation =>
  (args) =>
    `${name}(${args.join(", ")})`;

/** The body of a lambda argument over SQL for its parameters. */
function body(site: Site, at: number, values: readonly string[]): string {
  const lambda = site.node.arguments[at];
  if (lambda?.kind !== "lambda") {
    throw error("ENGINE_UNSUPPORTED_FUNCTION", { name: `${site.node.name} without a lambda` });
  }
  const variables = new Map(site.scope.variables);
  lambda.parameters.forEach((parameter, index) => {
    variables.set(parameter.id, values[index] ?? "NULL");
  });
  return expression(lambda.body, { ...site.scope, variables });
}

const key = (entry: string): string => `struct_extract(${entry}, 'key')`;
const item = (entry: string): string => `struct_extract(${entry}, 'value')`;

/** `list_transform` or `list_filter` with an index that counts from 0. */
function each(name: "list_transform" | "list_filter"): Compilation {
  return ([list], site) => {
    const [x, at] = [fresh(site.scope), fresh(site.scope)];
    const lambda = site.node.arguments[1];
    const indexed = lambda?.kind === "lambda" && lambda.parameters.length > 1;
    const inner = body(site, 1, [x, `CAST(${at} - 1 AS INTEGER)`]);
    return `${name}(${list}, lambda ${indexed ? `${x}, ${at}` : x}: ${inner})`;
  };
}

/** Some or all: null if no element decides and one is null. */
function quantified(decides: "true" | "false"): Compilation {
  return ([list], site) => {
    const [x, y] = [fresh(site.scope), fresh(site.scope)];
    const tests = `list_transform(${list}, lambda ${x}: ${body(site, 1, [x])})`;
    const otherwise = decides === "true" ? "false" : "true";
    return once(
      [tests],
      site.scope,
      (found) =>
        `CASE WHEN ${found} IS NULL THEN NULL WHEN list_contains(${found}, ${decides})
          THEN ${decides} WHEN len(list_filter(${found}, lambda ${y}: ${y} IS NULL)) > 0 THEN NULL
          ELSE ${otherwise} END`,
    );
  };
}

const nullCount = (list: string, scope: Scope): string => {
  const x = fresh(scope);
  return `len(list_filter(${list}, lambda ${x}: ${x} IS NULL))`;
};

/** Distinct elements in the order of their first, null among them. */
function distinct(list: string, scope: Scope): string {
  return once([list], scope, (l) => {
    const [x, at, y] = [fresh(scope), fresh(scope), fresh(scope)];
    const firstNull = `list_position(list_transform(${l}, lambda ${y}: ${y} IS NULL), true)`;
    const first = `CASE WHEN ${x} IS NULL THEN ${firstNull} ELSE list_position(${l}, ${x}) END`;
    return `list_filter(${l}, lambda ${x}, ${at}: ${at} = ${first})`;
  });
}

/** Whether an element, null too, is in a list. */
const member = (list: string, element: string, scope: Scope): string =>
  `CASE WHEN ${element} IS NULL THEN ${nullCount(list, scope)} > 0
    ELSE list_contains(${list}, ${element}) END`;

function outOfBounds(
  code: "INVALID_ARRAY_INDEX" | "INVALID_ARRAY_INDEX_IN_ELEMENT_AT",
  index: string,
  list: string,
): string {
  return raise(code, {
    indexValue: `CAST(${index} AS VARCHAR)`,
    arraySize: `CAST(len(${list}) AS VARCHAR)`,
  });
}

function elementAt(mode: "ansi" | "try"): Compilation {
  return ([input, at], { types, scope }) => {
    if (types[0]?.type === "map") return `map_extract_value(${input}, ${at})`;
    return once([input as string, at as string], scope, (list, index) => {
      const bad =
        mode === "try" ? "NULL" : outOfBounds("INVALID_ARRAY_INDEX_IN_ELEMENT_AT", index, list);
      return `CASE WHEN ${index} = 0 THEN ${raise("INVALID_INDEX_OF_ZERO", {})}
        WHEN abs(${index}) > len(${list}) THEN ${bad} ELSE list_extract(${list}, ${index}) END`;
    });
  };
}

/** Lists, maps, structs, and the functions that take lambdas. */
export const collections: Group = {
  array: (args, { node }) => `CAST([${args.join(", ")}] AS ${sqlType(node.type)})`,
  map: (args, { node }) => {
    const keys = args.filter((_, at) => at % 2 === 0);
    const items = args.filter((_, at) => at % 2 === 1);
    return `CAST(map([${keys.join(", ")}], [${items.join(", ")}]) AS ${sqlType(node.type)})`;
  },
  named_struct: (args) => {
    const values = args.filter((_, at) => at % 2 === 1);
    return `struct_pack(${values.map((value, at) => `${memberName(at)} := ${value}`).join(", ")})`;
  },
  map_from_arrays: named("map"),
  map_from_entries: ([entries], { scope }) => {
    const x = fresh(scope);
    return `map_from_entries(list_transform(${entries}, lambda ${x}: struct_pack("key" := ${x}.f0,
      "value" := ${x}.f1)))`;
  },
  map_concat: (args, { node, scope }) => {
    if (args.length === 0) return `CAST(map([], []) AS ${sqlType(node.type)})`;
    return once(args as string[], scope, (...maps) => {
      const entries = maps.map((map) => `map_entries(${map})`).join(", ");
      const none = maps.map((map) => `${map} IS NULL`).join(" OR ");
      return `CASE WHEN ${none} THEN NULL ELSE map_from_entries(list_concat(${entries})) END`;
    });
  },
  map_keys: named("map_keys"),
  map_values: named("map_values"),
  map_entries: ([map], { scope }) => {
    const x = fresh(scope);
    return `list_transform(map_entries(${map}), lambda ${x}: struct_pack(f0 := ${key(x)},
      f1 := ${item(x)}))`;
  },
  map_contains_key: ([map, wanted]) => `list_contains(map_keys(${map}), ${wanted})`,
  size: ([value], { types }) =>
    types[0]?.type === "map" ? `cardinality(${value})` : `len(${value})`,
  array_contains: ([list, value], { scope }) =>
    once(
      [list as string, value as string],
      scope,
      (l, x) =>
        `CASE WHEN ${x} IS NULL THEN NULL WHEN list_contains(${l}, ${x}) THEN true
          WHEN ${nullCount(l, scope)} > 0 THEN NULL ELSE list_contains(${l}, ${x}) END`,
    ),
  array_position: ([list, value]) =>
    `CASE WHEN ${list} IS NOT NULL AND ${value} IS NOT NULL
      THEN coalesce(list_position(${list}, ${value}), 0) END`,
  array_remove: ([list, value], { scope }) => {
    const x = fresh(scope);
    return `CASE WHEN ${value} IS NULL THEN NULL
      ELSE list_filter(${list}, lambda ${x}: ${x} IS NULL OR ${x} <> ${value}) END`;
  },
  array_append: ([list, value]) =>
    `CASE WHEN ${list} IS NULL THEN NULL ELSE list_append(${list}, ${value}) END`,
  array_prepend: ([list, value]) =>
    `CASE WHEN ${list} IS NULL THEN NULL ELSE list_prepend(${value}, ${list}) END`,
  array_insert: ([list, at, value], { scope }) =>
    once([list, at, value] as string[], scope, (l, n, x) => {
      const front = `CASE WHEN ${n} > 0 THEN ${n} - 1 ELSE greatest(len(${l}) + ${n} + 1, 0) END`;
      const padded = `list_resize(${l}, greatest(len(${l}), ${n} - 1))`;
      const before = `CASE WHEN ${n} < -len(${l}) - 1 THEN []
        ELSE list_slice(${padded}, 1, ${front}) END`;
      const hole = `CASE WHEN ${n} < -len(${l}) - 1
        THEN list_resize(${l}[1:0], -${n} - len(${l}) - 1) ELSE [] END`;
      return `CASE WHEN ${n} = 0 THEN ${raise("INVALID_INDEX_OF_ZERO", {})}
        WHEN ${l} IS NULL OR ${n} IS NULL THEN NULL
        ELSE list_concat(${before}, [${x}], ${hole}, list_slice(${l}, ${front} + 1, len(${l})))
        END`;
    }),
  array_distinct: ([list], { scope }) => distinct(list as string, scope),
  array_compact: ([list], { scope }) => {
    const x = fresh(scope);
    return `list_filter(${list}, lambda ${x}: ${x} IS NOT NULL)`;
  },
  array_union: ([a, b], { scope }) =>
    `CASE WHEN ${a} IS NULL OR ${b} IS NULL THEN NULL
      ELSE ${distinct(`list_concat(${a}, ${b})`, scope)} END`,
  array_intersect: ([a, b], { scope }) => {
    const x = fresh(scope);
    const kept = `list_filter(${a}, lambda ${x}: ${member(b as string, x, scope)})`;
    return `CASE WHEN ${b} IS NULL THEN NULL ELSE ${distinct(kept, scope)} END`;
  },
  array_except: ([a, b], { scope }) => {
    const x = fresh(scope);
    const kept = `list_filter(${a}, lambda ${x}: NOT ${member(b as string, x, scope)})`;
    return `CASE WHEN ${b} IS NULL THEN NULL ELSE ${distinct(kept, scope)} END`;
  },
  arrays_overlap: ([a, b], { scope }) =>
    once(
      [a as string, b as string],
      scope,
      (x, y) =>
        `CASE WHEN ${x} IS NULL OR ${y} IS NULL THEN NULL WHEN list_has_any(${x}, ${y}) THEN true
          WHEN len(${x}) > 0 AND len(${y}) > 0
          AND ${nullCount(x, scope)} + ${nullCount(y, scope)} > 0 THEN NULL ELSE false END`,
    ),
  arrays_zip: (args, { scope }) => {
    const x = fresh(scope);
    const members = args.map((_, at) => `${memberName(at)} := struct_extract(${x}, ${at + 1})`);
    const nulls = args.map((list) => `${list} IS NULL`).join(" OR ");
    return `CASE WHEN ${nulls} THEN NULL ELSE list_transform(list_zip(${args.join(", ")}),
      lambda ${x}: struct_pack(${members.join(", ")})) END`;
  },
  array_join: ([list, separator, otherwise], { scope }) => {
    const x = fresh(scope);
    const parts =
      otherwise === undefined
        ? `list_filter(${list}, lambda ${x}: ${x} IS NOT NULL)`
        : `list_transform(${list}, lambda ${x}: coalesce(${x}, ${otherwise}))`;
    return `CASE WHEN ${list} IS NULL OR ${separator} IS NULL THEN NULL
      ELSE coalesce(array_to_string(${parts}, ${separator}), '') END`;
  },
  array_max: named("list_max"),
  array_min: named("list_min"),
  array_repeat: ([value, count], { scope }) => {
    const x = fresh(scope);
    return `CASE WHEN ${count} IS NULL THEN NULL
      ELSE list_transform(range(greatest(${count}, 0)), lambda ${x}: ${value}) END`;
  },
  sort_array: ([list, ascending]) =>
    `CASE WHEN ${ascending} IS NULL THEN NULL WHEN ${ascending}
      THEN list_sort(${list}, 'ASC', 'NULLS FIRST')
      ELSE list_sort(${list}, 'DESC', 'NULLS LAST') END`,
  array_sort: ([list], site) =>
    site.node.arguments.length > 1
      ? sorted(list as string, site)
      : `list_sort(${list}, 'ASC', 'NULLS LAST')`,
  slice: ([list, start, length], { scope }) =>
    once([list, start, length] as string[], scope, (l, at, n) => {
      const from = `CASE WHEN ${at} > 0 THEN ${at} ELSE len(${l}) + ${at} + 1 END`;
      const failure = (reason: string): string =>
        raise("INVALID_PARAMETER", { function: "'slice'", reason });
      return `CASE WHEN ${at} = 0 THEN ${failure("'the start is 0, and elements count from 1'")}
        WHEN ${n} < 0 THEN ${failure("'the length is below 0'")}
        WHEN ${from} < 1 OR ${n} = 0 THEN ${l}[1:0]
        ELSE list_slice(${l}, ${from}, ${from} + ${n} - 1) END`;
    }),
  flatten: ([lists], { scope }) =>
    once(
      [lists as string],
      scope,
      (l) => `CASE WHEN ${nullCount(l, scope)} > 0 THEN NULL ELSE flatten(${l}) END`,
    ),
  sequence: (args, site) => sequence(args, site),
  element_at: elementAt("ansi"),
  try_element_at: elementAt("try"),
  array_item: ([input, at], { scope }) =>
    once(
      [input as string, at as string],
      scope,
      (list, index) =>
        `CASE WHEN ${index} < 0 OR ${index} >= len(${list})
          THEN ${outOfBounds("INVALID_ARRAY_INDEX", index, list)}
          ELSE list_extract(${list}, ${index} + 1) END`,
    ),
  get: ([list, at], { scope }) =>
    once(
      [at as string],
      scope,
      (index) => `CASE WHEN ${index} >= 0 THEN list_extract(${list}, ${index} + 1) END`,
    ),
  transform: each("list_transform"),
  filter: each("list_filter"),
  exists: quantified("true"),
  forall: quantified("false"),
  aggregate: (args, site) => folded(args, site),
  zip_with: ([a, b], site) => {
    const x = fresh(site.scope);
    const inner = body(site, 2, [`struct_extract(${x}, 1)`, `struct_extract(${x}, 2)`]);
    return `CASE WHEN ${a} IS NULL OR ${b} IS NULL THEN NULL
      ELSE list_transform(list_zip(${a}, ${b}), lambda ${x}: ${inner}) END`;
  },
  map_filter: ([map], site) => {
    const x = fresh(site.scope);
    return `map_from_entries(list_filter(map_entries(${map}),
      lambda ${x}: ${body(site, 1, [key(x), item(x)])}))`;
  },
  map_zip_with: ([left, right], site) =>
    once([left as string, right as string], site.scope, (a, b) => {
      const x = fresh(site.scope);
      const keys = distinct(`list_concat(map_keys(${a}), map_keys(${b}))`, site.scope);
      const values = [a, b].map((map) => `map_extract_value(${map}, ${x})`);
      return `CASE WHEN ${a} IS NULL OR ${b} IS NULL THEN NULL
        ELSE map_from_entries(list_transform(${keys}, lambda ${x}: struct_pack("key" := ${x},
        "value" := ${body(site, 2, [x, ...values])}))) END`;
    }),
  transform_keys: ([map], site) => {
    const x = fresh(site.scope);
    return `map_from_entries(list_transform(map_entries(${map}),
      lambda ${x}: struct_pack("key" := ${body(site, 1, [key(x), item(x)])},
      "value" := ${item(x)})))`;
  },
  transform_values: ([map], site) => {
    const x = fresh(site.scope);
    return `map_from_entries(list_transform(map_entries(${map}),
      lambda ${x}: struct_pack("key" := ${key(x)},
      "value" := ${body(site, 1, [key(x), item(x)])})))`;
  },
  md5: named("md5"),
  sha1: named("sha1"),
  sha2: ([value, bits]) => javascript("sha2", [`hex(${value})`, `CAST(${bits} AS VARCHAR)`]),
  crc32: ([value]) => `CAST(${javascript("crc32", [`hex(${value})`])} AS BIGINT)`,
  uuid: (_args, site) => {
    const half = (part: number): string => `lpad(lower(hex(${rowHash(site, part)})), 16, '0')`;
    const text = `${half(0)} || ${half(1)}`;
    return once(
      [`(${text})`],
      site.scope,
      (h) =>
        `substring(${h}, 1, 8) || '-' || substring(${h}, 9, 4) || '-4' || substring(${h}, 14, 3)
          || '-' || substring('89ab', 1 + ascii(substring(${h}, 17, 1)) % 4, 1)
          || substring(${h}, 18, 3) || '-' || substring(${h}, 21, 12)`,
    );
  },
  monotonically_increasing_id: (_args, { scope }) => {
    const [first, ...rest] = scope.grouped ? [] : scope.ordinals;
    if (first === undefined) return "CAST(0 AS BIGINT)";
    const last = rest[rest.length - 1];
    return last === undefined
      ? `CAST(${first} AS BIGINT)`
      : `(CAST(${first} AS BIGINT) * 8589934592 + ${last})`;
  },
  spark_partition_id: () => "0",
  version: () => "'4.0.0'",
};

/** Puts each element before those it compares as less than: a sort that keeps ties in order. */
function sorted(list: string, site: Site): string {
  const [x, all, one] = [fresh(site.scope), fresh(site.scope), fresh(site.scope)];
  const before = (): [string, string] => {
    const y = fresh(site.scope);
    const order = body(site, 1, [`${one}[1]`, y]);
    return [y, `coalesce(${order}, ${raise("COMPARATOR_RETURNS_NULL", {})}) < 0`];
  };
  const [y, first] = before();
  const [z, second] = before();
  return `list_reduce(list_transform(${list}, lambda ${x}: [${x}]), lambda ${all}, ${one}:
    list_concat(list_filter(${all}, lambda ${y}: NOT (${first})), ${one},
    list_filter(${all}, lambda ${z}: ${second})), CAST([] AS ${sqlType(site.node.type)}))`;
}

/**
 * DuckDB folds values of one type: elements and accumulator travel as one struct of both.
 */
function folded([list, zero]: readonly string[], site: Site): string {
  const [p, q] = [fresh(site.scope), fresh(site.scope)];
  const element = fresh(site.scope);
  const merge = site.node.arguments[2] as TypedExpression;
  const state = sqlType(merge.type);
  const merged = body(site, 2, [`${p}.a`, `${q}.e`]);
  const items = `list_transform(${list}, lambda ${element}: struct_pack(a := CAST(NULL AS ${state}),
    e := ${element}))`;
  const listType = site.types[0];
  const of = listType?.type === "array" ? sqlType(listType.elementType) : "INTEGER";
  const initial = `struct_pack(a := CAST(${zero} AS ${state}), e := CAST(NULL AS ${of}))`;
  const step = `lambda ${p}, ${q}: struct_pack(a := CAST(${merged} AS ${state}), e := ${q}.e)`;
  const result = `struct_extract(list_reduce(${items}, ${step}, ${initial}), 'a')`;
  if (site.node.arguments.length < 4) return result;
  return once([result], site.scope, (value) => body(site, 3, [value]));
}
