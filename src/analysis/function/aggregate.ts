import { error } from "../../error/error.ts";
import {
  array,
  boolean,
  byte,
  type DataType,
  date,
  dayTime,
  double,
  field,
  long,
  struct,
  timestamp,
  timestampNtz,
  yearMonth,
} from "../../schema/type.ts";
import { isIntegral, isNumeric, isOrderable } from "../coercion.ts";
import { bounded } from "../decimal.ts";
import {
  aggregate,
  booleanLiteral,
  call,
  cast,
  literal,
  nullLiteral,
  when,
} from "../expression.ts";
import { constantOf } from "../fold.ts";
import { quoteType } from "../type-text.ts";
import type { TypedExpression } from "../typed.ts";
import {
  argument,
  coerce,
  constantNumber,
  type Entry,
  type FunctionCall,
  type Group,
  mismatch,
  modeOf,
  type Parameter,
  takes,
} from "./definition.ts";

const kind = "aggregate";
const many = Number.POSITIVE_INFINITY;
const first = (args: readonly TypedExpression[]) => args[0]?.type ?? double;
const moments: Entry = { kind, takes: [takes.double], type: double, nullable: true };
const pairs: Entry = { kind, takes: [takes.double, takes.double], type: double, nullable: true };
const bits: Entry = { kind, takes: [takes.integral], type: first, nullable: true };

const spans = [date, timestamp, timestampNtz, yearMonth(), dayTime()];

/** Types that Spark holds as numbers. */
const measured: Parameter = {
  label: `("NUMERIC" or ${spans.map(quoteType).join(" or ")})`,
  target: (type) => {
    if (type.type === "void" || type.type === "string") return double;
    if (type.type === "interval") return type.unit === "calendar" ? undefined : type;
    const dated = ["date", "timestamp", "timestamp_ntz"].includes(type.type);
    return dated || isNumeric(type) ? type : undefined;
  },
};

/** Aggregate functions. */
export const aggregates: Group = {
  count: {
    kind,
    arity: [0, many],
    resolve: (given) => {
      const none = given.arguments.length === 0;
      if (none && !given.conf.parameterlessCount) throw nothingCounted();
      const counted = none ? [nullLiteral()] : given.arguments;
      return aggregate("count", counted, { type: long, nullable: false });
    },
  },
  count_if: {
    kind,
    takes: [takes.boolean],
    sugar: true,
    resolve: (given) => {
      const counted = when([[argument(given, 0), booleanLiteral(true)]], nullLiteral(boolean));
      return aggregate("count", [counted], { type: long, nullable: false });
    },
  },
  sum: {
    kind,
    takes: [takes.numericOrInterval],
    type: (args) => sumType(first(args)),
    nullable: true,
  },
  try_sum: {
    kind,
    takes: [takes.numericOrInterval],
    type: (args) => sumType(first(args)),
    nullable: true,
  },
  avg: {
    kind,
    aliases: ["mean"],
    takes: [takes.numericOrInterval],
    type: (args) => averageType(first(args)),
    nullable: true,
  },
  try_avg: {
    kind,
    takes: [takes.numericOrInterval],
    type: (args) => averageType(first(args)),
    nullable: true,
  },
  min: { kind, takes: [takes.orderable], type: first, nullable: true },
  max: { kind, takes: [takes.orderable], type: first, nullable: true },
  min_by: { kind, takes: [takes.any, takes.orderable], type: first, nullable: true },
  max_by: { kind, takes: [takes.any, takes.orderable], type: first, nullable: true },
  first: {
    kind,
    aliases: ["first_value", "any_value"],
    arity: [1, 2],
    resolve: (given) => picked(given, "first"),
    print: pickedText,
  },
  last: {
    kind,
    aliases: ["last_value"],
    arity: [1, 2],
    resolve: (given) => picked(given, "last"),
    print: pickedText,
  },
  collect_list: {
    kind,
    aliases: ["array_agg"],
    takes: [takes.any],
    nullable: false,
    type: (args) => array(first(args), false),
    print: (t) => `collect_list(${t.join(", ")})`,
  },
  collect_set: {
    kind,
    takes: [
      {
        label: '"COLLECT_SET() cannot have map type data"',
        target: (type) => (isSettable(type) ? type : undefined),
      },
    ],
    nullable: false,
    type: (args) => array(first(args), false),
  },
  listagg: {
    kind,
    aliases: ["string_agg"],
    takes: [takes.stringOrBinary, takes.stringOrBinary],
    optional: 1,
    type: first,
    nullable: true,
    print: (t, name) => `${name}(${(t.length === 1 ? [...t, "NULL"] : t).join(", ")})`,
  },
  stddev_samp: { ...moments, aliases: ["stddev", "std"] },
  stddev_pop: moments,
  var_samp: { ...moments, aliases: ["variance"] },
  var_pop: moments,
  skewness: moments,
  kurtosis: moments,
  corr: pairs,
  covar_pop: pairs,
  covar_samp: pairs,
  regr_count: { ...pairs, type: long, nullable: false },
  regr_avgx: pairs,
  regr_avgy: pairs,
  regr_sxx: pairs,
  regr_sxy: pairs,
  regr_syy: pairs,
  regr_slope: pairs,
  regr_intercept: pairs,
  regr_r2: pairs,
  bool_and: { kind, aliases: ["every"], takes: [takes.boolean], type: boolean, nullable: true },
  bool_or: {
    kind,
    aliases: ["some", "any"],
    takes: [takes.boolean],
    type: boolean,
    nullable: true,
  },
  bit_and: bits,
  bit_or: bits,
  bit_xor: bits,
  approx_count_distinct: {
    kind,
    takes: [takes.any, takes.double],
    optional: 1,
    resolve: (given) =>
      aggregate("approx_count_distinct", [argument(given, 0)], { type: long, nullable: false }),
    print: (t) => `approx_count_distinct(${t[0]})`,
  },
  percentile: {
    kind,
    arity: [2, 3],
    takes: [takes.numericOrInterval],
    resolve: (given) => percentile(given),
    print: (t) => `percentile(${(t.length === 2 ? [...t, "1"] : t).join(", ")})`,
  },
  median: {
    kind,
    takes: [takes.numericOrInterval],
    sugar: true,
    resolve: (given) => {
      const input = argument(given, 0);
      const value = isNumeric(input.type) ? cast(input, double, modeOf(given)) : input;
      return aggregate("percentile", [value, literal(0.5, double)], {
        type: wholeInterval(value.type) ?? value.type,
        nullable: true,
      });
    },
  },
  percentile_approx: {
    kind,
    aliases: ["approx_percentile"],
    arity: [2, 3],
    takes: [takes.any],
    resolve: (given) => {
      const input = argument(given, 0);
      const [fraction, type] = fractions(given, input.type);
      const accuracy = given.arguments.length > 2 ? constantNumber(given, 2) : 10000;
      return aggregate(
        "percentile_approx",
        [input, fraction, literal(accuracy, { type: "integer" })],
        { type, nullable: true },
      );
    },
    print: (t, name) => `${name}(${(t.length === 2 ? [...t, "10000"] : t).join(", ")})`,
  },
  histogram_numeric: {
    kind,
    takes: [measured, takes.integer],
    resolve: (given) => {
      const fields = [field("x", argument(given, 0).type), field("y", double)];
      const args = [argument(given, 0), literal(binsOf(given), { type: "integer" })];
      return aggregate("histogram_numeric", args, { type: array(struct(fields)), nullable: true });
    },
  },
  // Over grouping sets the analysis puts a bit of the set's number in their place.
  grouping: {
    arity: [1, 1],
    sugar: true,
    resolve: (given) => call("grouping", given.arguments, { type: byte, nullable: false }),
  },
  grouping_id: {
    arity: [0, many],
    sugar: true,
    resolve: (given) => call("grouping_id", given.arguments, { type: long, nullable: false }),
  },
  mode: { kind, takes: [takes.any], type: first, nullable: true },
};

function nothingCounted(): Error {
  return error("WRONG_NUM_ARGS.WITH_SUGGESTION", {
    functionName: "`count`",
    expectedNum: " >= 1",
    actualNum: 0,
    legacyConfKey: '"spark.sql.legacy.allowParameterlessCount"',
    legacyConfValue: '"true"',
  });
}

function isSettable(type: DataType): boolean {
  if (type.type === "map") return false;
  return type.type === "variant" || isOrderable(type) || type.type === "interval";
}

function sumType(type: DataType): DataType {
  if (type.type === "decimal") return bounded(type.precision + 10, type.scale);
  if (type.type === "interval") return type;
  return isIntegral(type) ? long : double;
}

function averageType(type: DataType): DataType {
  if (type.type === "decimal") return bounded(type.precision + 4, type.scale + 4);
  return wholeInterval(type) ?? double;
}

/** A mean of intervals has all the fields of their kind. */
function wholeInterval(type: DataType): DataType | undefined {
  if (type.type !== "interval") return undefined;
  return type.unit === "calendar" ? type : type.unit === "month" ? yearMonth() : dayTime();
}

/** The second argument of histogram_numeric: a constant of 2 or more. */
function binsOf(given: FunctionCall): number {
  const sqlExpr = `"${given.text}"`;
  const constant = constantOf(argument(given, 1));
  if (!constant) {
    throw error("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", {
      sqlExpr,
      inputName: "`nb`",
      inputType: '"INT"',
      inputExpr: `"${given.texts[1] ?? ""}"`,
    });
  }
  if (constant.value === null) {
    throw error("DATATYPE_MISMATCH.UNEXPECTED_NULL", { sqlExpr, exprName: "`nb`" });
  }
  const bins = Number(constant.value);
  if (bins >= 2) return bins;
  throw error("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", {
    sqlExpr,
    exprName: "`nb`",
    valueRange: "[2, 2147483647]",
    currentValue: bins,
  });
}

/** first(x[, ignoreNulls]): the second argument becomes the flag. */
function picked(given: FunctionCall, name: string): TypedExpression {
  const [input, ignore] = given.arguments;
  if (!input) throw mismatch(given, 0, '"ANY"');
  const ignoreNulls = given.ignoreNulls || (ignore?.kind === "literal" && ignore.value === true);
  const made = aggregate(name, [input], { type: input.type, nullable: true });
  return made.kind === "aggregate" ? { ...made, ignoreNulls } : made;
}

function pickedText(texts: readonly string[], name: string): string {
  const nulls = texts[1] === "true" ? " ignore nulls" : "";
  return `${name}(${texts[0]})${nulls}`;
}

/** One fraction, or an array of them; with the result's type. */
function fractions(given: FunctionCall, one: DataType): readonly [TypedExpression, DataType] {
  const { type } = argument(given, 1);
  if (type.type !== "array") return [coerce(given, 1, takes.double), one];
  return [cast(argument(given, 1), array(double, false), modeOf(given)), array(one, false)];
}

function percentile(given: FunctionCall): TypedExpression {
  const input = argument(given, 0);
  const value = isNumeric(input.type) ? cast(input, double, modeOf(given)) : input;
  const [fraction, type] = fractions(given, wholeInterval(value.type) ?? value.type);
  const frequency = given.arguments.length > 2 ? [coerce(given, 2, takes.long)] : [];
  return aggregate("percentile", [value, fraction, ...frequency], { type, nullable: true });
}
