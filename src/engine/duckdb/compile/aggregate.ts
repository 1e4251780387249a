import type { TypedAggregate } from "../../../analysis/typed.ts";
import { error } from "../../../error/error.ts";
import type { DataType } from "../../../schema/type.ts";
import { raise } from "../failure.ts";
import { sqlType } from "../type.ts";
import { toDecimal } from "./cast.ts";
import { expression } from "./expression.ts";
import { roundedQuotient } from "./function/interval.ts";
import { javascript } from "./function/registry.ts";
import { heldNumber, histogram } from "./histogram.ts";
import { bound } from "./once.ts";
import type { Scope } from "./scope.ts";
import { textBytes, variantText } from "./variant-call.ts";

interface Parts {
  readonly args: readonly string[];
  readonly types: readonly DataType[];
  readonly type: DataType;
  readonly scope: Scope;
  /** `DISTINCT ` or nothing. */
  readonly distinct: string;
  /** ` FILTER (WHERE …)` or nothing, then what `over` is: it follows each call of a function. */
  readonly filter: string;
  /** ` AND (…)` of the filter, for functions that filter themselves. */
  readonly condition: string;
  /** ` OVER (…)` of a window, or nothing. */
  readonly over: string;
  readonly order: string;
  readonly ignoreNulls: boolean;
}

/** SQL of an aggregate function, of Spark's type and meaning. */
export function aggregateCall(node: TypedAggregate, scope: Scope, over = ""): string {
  const compilation = Object.hasOwn(aggregates, node.name) ? aggregates[node.name] : undefined;
  if (compilation === undefined) throw error("ENGINE_UNSUPPORTED_FUNCTION", { name: node.name });
  const test = node.filter === undefined ? undefined : expression(node.filter, scope);
  return compilation({
    args: node.arguments.map((argument) => expression(argument, { ...scope, grouped: false })),
    types: node.arguments.map((argument) => argument.type),
    type: node.type,
    scope,
    distinct: node.distinct ? "DISTINCT " : "",
    filter: `${test === undefined ? "" : ` FILTER (WHERE ${test})`}${over}`,
    condition: test === undefined ? "" : ` AND (${test})`,
    over,
    order:
      scope.ordinals.length === 0 || node.distinct ? "" : ` ORDER BY ${scope.ordinals.join(", ")}`,
    ignoreNulls: node.ignoreNulls,
  });
}

/** The names of the aggregates the engine computes. */
export function aggregateNames(): readonly string[] {
  return Object.keys(aggregates);
}

const simple =
  (name: string) =>
  ({ args, distinct, filter }: Parts): string =>
    `${name}(${distinct}${args.join(", ")})${filter}`;

/** The first or last row in input order, nulls skipped on demand. */
const edge =
  (name: "first" | "last") =>
  ({ args, filter, condition, over, order, ignoreNulls }: Parts): string => {
    if (!ignoreNulls) return `${name}(${args[0]}${order})${filter}`;
    return `${name}(${args[0]}${order}) FILTER (WHERE ${args[0]} IS NOT NULL${condition})${over}`;
  };

/** The value at the row where the key is least or greatest; of equal keys the last, as Spark. */
const extreme =
  (name: "arg_max_null" | "arg_min_null") =>
  ({ args, filter }: Parts): string =>
    `${name}(${args.join(", ")})${filter}`;

const moment =
  (name: string) =>
  ({ args, distinct, filter }: Parts): string => {
    const values = args.map((arg) => `CAST(${arg} AS DOUBLE)`);
    return `${name}(${distinct}${values.join(", ")})${filter}`;
  };

function collected({ args, distinct, condition, over, order }: Parts): string {
  const present = ` FILTER (WHERE ${args[0]} IS NOT NULL${condition})`;
  return `coalesce(list(${distinct}${args[0]}${order})${present}${over}, [])`;
}

/** By one root as Spark, where DuckDB takes the root of each variance: their last digits differ. */
function correlation(parts: Parts): string {
  const [x = "NULL", y = "NULL"] = parts.args;
  if (parts.distinct !== "") return moment("corr")(parts);
  const both = moment("covar_samp")(parts);
  return `(${both} / sqrt(${variance(x, y, parts)} * ${variance(y, x, parts)}))`;
}

/** Of one number of the pairs that have both. */
function variance(value: string, other: string, { condition, over }: Parts): string {
  const whole = ` FILTER (WHERE ${value} IS NOT NULL AND ${other} IS NOT NULL${condition})${over}`;
  return `var_samp(CAST(${value} AS DOUBLE))${whole}`;
}

function nearest({ args, distinct, filter }: Parts): string {
  return `quantile_disc(${distinct}${args[0]}, ${args[1]})${filter}`;
}

const aggregates: Readonly<Record<string, (parts: Parts) => string>> = {
  count: ({ args, distinct, filter, condition, over }) => {
    if (args.length === 0) return `count(*)${filter}`;
    if (args.length === 1) return `count(${distinct}${args[0]})${filter}`;
    const all = args.map((arg) => `${arg} IS NOT NULL`).join(" AND ");
    return `count(${distinct}row(${args.join(", ")})) FILTER (WHERE ${all}${condition})${over}`;
  },
  sum: sumOf("ansi"),
  try_sum: sumOf("try"),
  avg: averageOf("ansi"),
  try_avg: averageOf("try"),
  min: simple("min"),
  max: simple("max"),
  first: edge("first"),
  first_value: edge("first"),
  any_value: edge("first"),
  last: edge("last"),
  last_value: edge("last"),
  max_by: extreme("arg_max_null"),
  min_by: extreme("arg_min_null"),
  collect_list: collected,
  array_agg: collected,
  collect_set: (parts) =>
    collected({ ...parts, distinct: "DISTINCT ", order: ` ORDER BY ${parts.args[0]}` }),
  histogram_numeric: ({ args, types: [from], distinct, condition, over, order, scope }) => {
    const [value, bins = ""] = args;
    const type: DataType = from ?? { type: "double" };
    const present = ` FILTER (WHERE ${value} IS NOT NULL${condition})`;
    const number = heldNumber(value ?? "", type, scope);
    return histogram(`list(${distinct}${number}${order})${present}${over}`, { bins, type, scope });
  },
  bool_and: simple("bool_and"),
  every: simple("bool_and"),
  bool_or: simple("bool_or"),
  some: simple("bool_or"),
  bit_and: simple("bit_and"),
  bit_or: simple("bit_or"),
  bit_xor: simple("bit_xor"),
  count_if: ({ args, distinct, condition, over }) => {
    const held = `CASE WHEN ${args[0]} THEN 1 END`;
    return `count(${distinct}${held}) FILTER (WHERE true${condition})${over}`;
  },
  stddev: moment("stddev_samp"),
  stddev_samp: moment("stddev_samp"),
  stddev_pop: moment("stddev_pop"),
  variance: moment("var_samp"),
  var_samp: moment("var_samp"),
  var_pop: moment("var_pop"),
  covar_pop: moment("covar_pop"),
  covar_samp: moment("covar_samp"),
  corr: correlation,
  skewness: ({ args, distinct, filter }) => {
    // DuckDB corrects for the sample's size; Spark does not.
    const x = `${distinct}CAST(${args[0]} AS DOUBLE)`;
    const n = `count(${x})${filter}`;
    const flat = `${n} = 1 OR var_pop(${x})${filter} = 0`;
    const correction = `(${n} - 2) / sqrt(CAST(${n} AS DOUBLE) * (${n} - 1))`;
    const corrected = `skewness(${x})${filter} * ${correction}`;
    return `CASE WHEN ${flat} THEN CAST(NULL AS DOUBLE) ELSE ${corrected} END`;
  },
  kurtosis: ({ args, distinct, filter }) => {
    const x = `${distinct}CAST(${args[0]} AS DOUBLE)`;
    const flat = `var_pop(${x})${filter} = 0`;
    return `CASE WHEN ${flat} THEN CAST(NULL AS DOUBLE) ELSE kurtosis_pop(${x})${filter} END`;
  },
  regr_count: simple("regr_count"),
  regr_avgx: simple("regr_avgx"),
  regr_avgy: simple("regr_avgy"),
  regr_r2: (parts) => {
    if (parts.distinct !== "") return simple("regr_r2")(parts);
    const [y = "NULL", x = "NULL"] = parts.args;
    const [vx, vy] = [variance(x, y, parts), variance(y, x, parts)];
    const r = correlation(parts);
    return `CASE WHEN ${vx} = 0 THEN NULL WHEN ${vy} = 0 THEN 1.0 ELSE ${r} * ${r} END`;
  },
  regr_slope: simple("regr_slope"),
  regr_intercept: simple("regr_intercept"),
  regr_sxx: simple("regr_sxx"),
  regr_syy: simple("regr_syy"),
  regr_sxy: simple("regr_sxy"),
  median: ({ args, filter, distinct }) =>
    `quantile_cont(${distinct}CAST(${args[0]} AS DOUBLE), 0.5)${filter}`,
  mode: simple("mode"),
  percentile: ({ args, filter, distinct, types, type }) => {
    const value = `quantile_cont(${distinct}CAST(${args[0]} AS DOUBLE), ${args[1]})${filter}`;
    if (types[0]?.type !== "interval") return value;
    if (type.type !== "array") return `CAST(trunc(${value}) AS ${sqlType(type)})`;
    const item = sqlType(type.elementType);
    return `list_transform(${value}, lambda p: CAST(trunc(p) AS ${item}))`;
  },
  // Exact where Spark approximates: within any accuracy that was asked for.
  percentile_approx: nearest,
  approx_percentile: nearest,
  approx_count_distinct: ({ args, filter }) => `count(DISTINCT ${args[0]})${filter}`,
  schema_of_variant_agg: ({ args: [value = ""], condition, over }) => {
    const present = ` FILTER (WHERE ${value} IS NOT NULL${condition})${over}`;
    const shapes = `list(DISTINCT ${variantText("shape", [value])})${present}`;
    const texts = `CAST(to_json(coalesce(${shapes}, [])) AS VARCHAR)`;
    return variantText("merged_schema", [textBytes(texts)]);
  },
  listagg: ({ args: [value, separator], filter, order, distinct, type }) => {
    // A null separator is none; bytes are joined as their digits.
    const between = (given: string): string => (separator === "NULL" ? "''" : given);
    return type.type === "binary"
      ? `unhex(string_agg(${distinct}hex(${value}), ${between(
          separator === undefined ? "''" : `coalesce(hex(${separator}), '')`,
        )}${order})${filter})`
      : `string_agg(${distinct}${value}, ${between(
          separator === undefined ? "''" : `coalesce(${separator}, '')`,
        )}${order})${filter}`;
  },
};

function sumOf(mode: "ansi" | "try") {
  return (parts: Parts): string => {
    const { args, distinct, filter, type, scope } = parts;
    if (type.type === "decimal") {
      // DuckDB's sum is a DECIMAL of 38 digits that may hold 39: only its text is checked.
      const sum = `CAST(sum(${distinct}${args[0]})${filter} AS VARCHAR)`;
      return toDecimal(sum, { type, mode, scope });
    }
    if (type.type === "long") {
      // A sum of longs is a HUGEINT, which the cast holds to 64 bits.
      const sum = `sum(${distinct}${args[0]})${filter}`;
      return mode === "try" ? `TRY_CAST(${sum} AS BIGINT)` : `(${sum} + 0)::BIGINT`;
    }
    if (type.type === "interval") {
      return intervalOf(`sum(${distinct}${args[0]})${filter}`, { type, mode, scope });
    }
    return `sum(${distinct}CAST(${args[0]} AS ${sqlType(type)}))${filter}`;
  };
}

/** A wide sum of months or microseconds, held to the width of the interval. */
function intervalOf(
  sum: string,
  given: { readonly type: DataType; readonly mode: "ansi" | "try"; readonly scope: Scope },
): string {
  const type = sqlType(given.type);
  if (given.mode === "try") return `TRY_CAST(${sum} AS ${type})`;
  const failure = raise("INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION", {
    functionName: "'try_sum'",
  });
  return bound(
    [sum],
    given.scope,
    (x) => `CASE WHEN ${x} IS NOT NULL THEN coalesce(TRY_CAST(${x} AS ${type}), ${failure}) END`,
  );
}

function averageOf(mode: "ansi" | "try") {
  return (parts: Parts): string => {
    const { args, distinct, filter, type, scope } = parts;
    if (type.type === "interval") {
      const [sum, count] = ["sum", "count"].map(
        (name) => `${name}(${distinct}${args[0]})${filter}`,
      );
      const ratio = roundedQuotient(sum as string, count as string);
      return intervalOf(ratio, { type, mode, scope });
    }
    if (type.type !== "decimal") return `avg(${distinct}CAST(${args[0]} AS DOUBLE))${filter}`;
    const sum = `CAST(sum(${distinct}${args[0]})${filter} AS VARCHAR)`;
    const count = `CAST(count(${distinct}${args[0]})${filter} AS VARCHAR)`;
    const ratio = javascript("divide", [sum, count, `'${type.scale}'`]);
    const quotient = `CASE WHEN count(${distinct}${args[0]})${filter} > 0 THEN ${ratio} END`;
    return toDecimal(quotient, { type, mode, scope });
  };
}
