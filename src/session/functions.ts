import type { Expression } from "../plan/expression.ts";
import { parseDataType } from "../schema/ddl.ts";
import {
  Column,
  type ColumnOrName,
  callOf,
  type Literal,
  named,
  operand,
  orderOf,
} from "./column.ts";

export * from "./format.ts";

type One = (column: ColumnOrName) => Column;
type Many = (...columns: readonly (ColumnOrName | Literal)[]) => Column;

const one =
  (name: string): One =>
  (column) =>
    new Column(callOf(name, [named(column)]));
const none =
  (name: string): (() => Column) =>
  () =>
    new Column(callOf(name, []));
/** Strings are names of columns; other plain values are literals, as in Spark. */
const many =
  (name: string): Many =>
  (...columns) =>
    new Column(callOf(name, columns.map(argument)));

function argument(value: ColumnOrName | Literal): Expression {
  return typeof value === "string" ? named(value) : operand(value);
}

/** A column by name; `*` and `t.*` are stars. */
export function col(name: string): Column {
  return new Column(named(name));
}
export const column = col;

/** A constant; a Column stays as it is. */
export function lit(value: Column | Literal): Column {
  return new Column(operand(value));
}

/** An expression in SQL text. */
export function expr(text: string): Column {
  return new Column({ kind: "text", text });
}

/** Any function by its SQL name. */
export function call_function(name: string, ...columns: readonly Column[]): Column {
  return new Column(
    callOf(
      name.toLowerCase(),
      columns.map((each) => each.expression),
    ),
  );
}

/** The first true condition's value; add branches with `.when`, an end with `.otherwise`. */
export function when(condition: Column, value: Column | Literal): Column {
  return new Column(callOf("when", [condition.expression, operand(value)]));
}

export function asc(name: string): Column {
  return new Column({ ...orderOf(name), direction: "asc" });
}
export function desc(name: string): Column {
  return new Column({ ...orderOf(name), direction: "desc" });
}

/** Rows where the column is not null; `count("*")` counts all. */
export function count(column: ColumnOrName): Column {
  if (column !== "*") return new Column(callOf("count", [named(column)]));
  return new Column(callOf("count", [{ kind: "literal", value: 1, type: { type: "integer" } }]));
}
export function count_distinct(...columns: readonly ColumnOrName[]): Column {
  return new Column({ ...callOf("count", columns.map(named)), distinct: true });
}
export const countDistinct = count_distinct;
export function sum_distinct(column: ColumnOrName): Column {
  return new Column({ ...callOf("sum", [named(column)]), distinct: true });
}
export function first(column: ColumnOrName, ignoreNulls = false): Column {
  return new Column({ ...callOf("first", [named(column)]), ignoreNulls });
}
export function last(column: ColumnOrName, ignoreNulls = false): Column {
  return new Column({ ...callOf("last", [named(column)]), ignoreNulls });
}
export function percentile(column: ColumnOrName, percentage: number): Column {
  return new Column(callOf("percentile", [named(column), operand(percentage)]));
}

/** Tumbling windows, or sliding ones with `slide`: a struct of start and end. */
export function window(
  time: ColumnOrName,
  duration: string,
  slide?: string,
  start?: string,
): Column {
  const texts = [duration, slide ?? (start === undefined ? undefined : duration), start];
  const given = texts.filter((text) => text !== undefined);
  return new Column(callOf("window", [named(time), ...given.map((text) => operand(text))]));
}

/** A column and a format or another plain text that is no column name. */
function withText(name: string, column: ColumnOrName, ...texts: readonly Literal[]): Column {
  return new Column(callOf(name, [named(column), ...texts.map((text) => operand(text))]));
}
export function to_date(column: ColumnOrName, format?: string): Column {
  return withText("to_date", column, ...(format === undefined ? [] : [format]));
}
export function to_timestamp(column: ColumnOrName, format?: string): Column {
  return withText("to_timestamp", column, ...(format === undefined ? [] : [format]));
}
export function unix_timestamp(column: ColumnOrName, format?: string): Column {
  return withText("unix_timestamp", column, ...(format === undefined ? [] : [format]));
}
export function date_format(column: ColumnOrName, format: string): Column {
  return withText("date_format", column, format);
}
export function date_trunc(unit: string, column: ColumnOrName): Column {
  return new Column(callOf("date_trunc", [operand(unit), named(column)]));
}
export function trunc(column: ColumnOrName, unit: string): Column {
  return withText("trunc", column, unit);
}
export function from_utc_timestamp(column: ColumnOrName, zone: string): Column {
  return withText("from_utc_timestamp", column, zone);
}
export function to_utc_timestamp(column: ColumnOrName, zone: string): Column {
  return withText("to_utc_timestamp", column, zone);
}
export function split(column: ColumnOrName, pattern: string, limit = -1): Column {
  return withText("split", column, pattern, limit);
}
export function regexp_replace(column: ColumnOrName, pattern: string, to: string): Column {
  return withText("regexp_replace", column, pattern, to);
}
export function regexp_extract(column: ColumnOrName, pattern: string, group = 1): Column {
  return withText("regexp_extract", column, pattern, group);
}
export function regexp_extract_all(column: ColumnOrName, pattern: string, group = 1): Column {
  return withText("regexp_extract_all", column, pattern, group);
}
export function replace(column: ColumnOrName, search: string, to = ""): Column {
  return withText("replace", column, search, to);
}
export function translate(column: ColumnOrName, from: string, to: string): Column {
  return withText("translate", column, from, to);
}
export function substring(column: ColumnOrName, position: number, length: number): Column {
  return withText("substring", column, position, length);
}
export function instr(column: ColumnOrName, part: string): Column {
  return withText("instr", column, part);
}
export function lpad(column: ColumnOrName, length: number, pad: string): Column {
  return withText("lpad", column, length, pad);
}
export function rpad(column: ColumnOrName, length: number, pad: string): Column {
  return withText("rpad", column, length, pad);
}
export function repeat(column: ColumnOrName, times: number): Column {
  return withText("repeat", column, times);
}
export function round(column: ColumnOrName, scale = 0): Column {
  return withText("round", column, scale);
}
export function bround(column: ColumnOrName, scale = 0): Column {
  return withText("bround", column, scale);
}
export function get_json_object(column: ColumnOrName, path: string): Column {
  return withText("get_json_object", column, path);
}
export function concat_ws(separator: string, ...columns: readonly ColumnOrName[]): Column {
  return new Column(callOf("concat_ws", [operand(separator), ...columns.map(named)]));
}
export function format_string(format: string, ...columns: readonly ColumnOrName[]): Column {
  return new Column(callOf("format_string", [operand(format), ...columns.map(named)]));
}
export function array_contains(column: ColumnOrName, value: Column | Literal): Column {
  return new Column(callOf("array_contains", [named(column), operand(value)]));
}
export function array(...columns: readonly ColumnOrName[]): Column {
  return new Column(callOf("array", columns.map(named)));
}
export function struct(...columns: readonly ColumnOrName[]): Column {
  return new Column(callOf("struct", columns.map(named)));
}
/** Keys and values in turn. */
export function create_map(...columns: readonly ColumnOrName[]): Column {
  return new Column(callOf("map", columns.map(named)));
}
export function cast(column: ColumnOrName, type: string): Column {
  const input = named(column);
  return new Column({ kind: "cast", input, type: parseDataType(type), mode: "cast" });
}
export function try_cast(column: ColumnOrName, type: string): Column {
  const input = named(column);
  return new Column({ kind: "cast", input, type: parseDataType(type), mode: "try" });
}
/** A number in [0, 1); with a seed the same ones in every run. */
export function rand(seed?: number): Column {
  return new Column(callOf("rand", seed === undefined ? [] : [operand(seed)]));
}
export function lag(column: ColumnOrName, offset = 1, fallback: Literal = null): Column {
  return withText("lag", column, offset, fallback);
}
export function lead(column: ColumnOrName, offset = 1, fallback: Literal = null): Column {
  return withText("lead", column, offset, fallback);
}
export function ntile(buckets: number): Column {
  return new Column(callOf("ntile", [operand(buckets)]));
}

type Body = (...variables: readonly Column[]) => Column;
let variables = 0;
function lambda(body: Body, arity: number): Expression {
  const names = Array.from({ length: arity }, () => `x_${++variables}`);
  return { kind: "lambda", parameters: names, body: body(...names.map(col)).expression };
}
function higher(name: string, column: ColumnOrName, body: Body): Column {
  return new Column(callOf(name, [named(column), lambda(body, Math.max(1, body.length))]));
}
export function transform(column: ColumnOrName, body: Body): Column {
  return higher("transform", column, body);
}
export function filter(column: ColumnOrName, body: Body): Column {
  return higher("filter", column, body);
}
export function exists(column: ColumnOrName, body: Body): Column {
  return higher("exists", column, body);
}
export function forall(column: ColumnOrName, body: Body): Column {
  return higher("forall", column, body);
}
export function aggregate(column: ColumnOrName, zero: Column, merge: Body): Column {
  return new Column(callOf("aggregate", [named(column), zero.expression, lambda(merge, 2)]));
}

// Of one column.
export const abs = one("abs");
export const acos = one("acos");
export const acosh = one("acosh");
export const array_compact = one("array_compact");
export const array_distinct = one("array_distinct");
export const array_max = one("array_max");
export const array_min = one("array_min");
export const ascii = one("ascii");
export const asin = one("asin");
export const asinh = one("asinh");
export const atan = one("atan");
export const atanh = one("atanh");
export const base64 = one("base64");
export const bin = one("bin");
export const bit_count = one("bit_count");
export const bit_length = one("bit_length");
export const bitwise_not = one("bitwise_not");
export const cardinality = one("cardinality");
export const cbrt = one("cbrt");
export const ceil = one("ceil");
export const char = one("char");
export const cos = one("cos");
export const cosh = one("cosh");
export const cot = one("cot");
export const crc32 = one("crc32");
export const csc = one("csc");
export const date_from_unix_date = one("date_from_unix_date");
export const day = one("day");
export const dayname = one("dayname");
export const dayofmonth = one("dayofmonth");
export const dayofweek = one("dayofweek");
export const dayofyear = one("dayofyear");
export const degrees = one("degrees");
export const exp = one("exp");
export const explode = one("explode");
export const explode_outer = one("explode_outer");
export const expm1 = one("expm1");
export const factorial = one("factorial");
export const flatten = one("flatten");
export const floor = one("floor");
export const from_unixtime = one("from_unixtime");
export const hex = one("hex");
export const hour = one("hour");
export const initcap = one("initcap");
export const isnan = one("isnan");
export const isnotnull = one("isnotnull");
export const isnull = one("isnull");
export const last_day = one("last_day");
export const length = one("length");
export const ln = one("ln");
export const log10 = one("log10");
export const log1p = one("log1p");
export const log2 = one("log2");
export const lower = one("lower");
export const ltrim = one("ltrim");
export const map_entries = one("map_entries");
export const map_from_entries = one("map_from_entries");
export const map_keys = one("map_keys");
export const map_values = one("map_values");
export const md5 = one("md5");
export const minute = one("minute");
export const month = one("month");
export const monthname = one("monthname");
export const negative = one("negative");
export const octet_length = one("octet_length");
export const posexplode = one("posexplode");
export const posexplode_outer = one("posexplode_outer");
export const quarter = one("quarter");
export const radians = one("radians");
export const reverse = one("reverse");
export const rint = one("rint");
export const rtrim = one("rtrim");
export const second = one("second");
export const sha1 = one("sha1");
export const shuffle = one("shuffle");
export const sign = one("sign");
export const signum = one("signum");
export const sin = one("sin");
export const sinh = one("sinh");
export const size = one("size");
export const soundex = one("soundex");
export const sqrt = one("sqrt");
export const tan = one("tan");
export const tanh = one("tanh");
export const timestamp_micros = one("timestamp_micros");
export const timestamp_millis = one("timestamp_millis");
export const timestamp_seconds = one("timestamp_seconds");
export const trim = one("trim");
export const unbase64 = one("unbase64");
export const unhex = one("unhex");
export const unix_date = one("unix_date");
export const unix_micros = one("unix_micros");
export const unix_millis = one("unix_millis");
export const unix_seconds = one("unix_seconds");
export const upper = one("upper");
export const url_decode = one("url_decode");
export const url_encode = one("url_encode");
export const weekday = one("weekday");
export const weekofyear = one("weekofyear");
export const window_time = one("window_time");
export const year = one("year");

// Aggregates of one column.
export const any_value = one("any_value");
export const approx_count_distinct = one("approx_count_distinct");
export const avg = one("avg");
export const bit_and = one("bit_and");
export const bit_or = one("bit_or");
export const bit_xor = one("bit_xor");
export const bool_and = one("bool_and");
export const bool_or = one("bool_or");
export const collect_list = one("collect_list");
export const collect_set = one("collect_set");
export const count_if = one("count_if");
export const every = one("every");
export const first_value = one("first_value");
export const kurtosis = one("kurtosis");
export const last_value = one("last_value");
export const max = one("max");
export const mean = one("mean");
export const median = one("median");
export const min = one("min");
export const mode = one("mode");
export const skewness = one("skewness");
export const some = one("some");
export const stddev = one("stddev");
export const stddev_pop = one("stddev_pop");
export const stddev_samp = one("stddev_samp");
export const sum = one("sum");
export const try_avg = one("try_avg");
export const try_sum = one("try_sum");
export const var_pop = one("var_pop");
export const var_samp = one("var_samp");
export const variance = one("variance");

// Without arguments.
export const cume_dist = none("cume_dist");
export const current_catalog = none("current_catalog");
export const current_database = none("current_database");
export const current_date = none("current_date");
export const current_timestamp = none("current_timestamp");
export const current_timezone = none("current_timezone");
export const current_user = none("current_user");
export const dense_rank = none("dense_rank");
export const e = none("e");
export const input_file_name = none("input_file_name");
export const localtimestamp = none("localtimestamp");
export const now = none("now");
export const percent_rank = none("percent_rank");
export const pi = none("pi");
export const rank = none("rank");
export const row_number = none("row_number");
export const uuid = none("uuid");

// Of several columns; strings are names of columns.
export const add_months = many("add_months");
export const array_except = many("array_except");
export const array_intersect = many("array_intersect");
export const array_join = many("array_join");
export const array_position = many("array_position");
export const array_remove = many("array_remove");
export const array_repeat = many("array_repeat");
export const array_union = many("array_union");
export const arrays_overlap = many("arrays_overlap");
export const arrays_zip = many("arrays_zip");
export const atan2 = many("atan2");
export const coalesce = many("coalesce");
export const concat = many("concat");
export const contains = many("contains");
export const corr = many("corr");
export const covar_pop = many("covar_pop");
export const covar_samp = many("covar_samp");
export const date_add = many("date_add");
export const date_diff = many("date_diff");
export const date_sub = many("date_sub");
export const datediff = many("datediff");
export const element_at = many("element_at");
export const endswith = many("endswith");
export const equal_null = many("equal_null");
export const find_in_set = many("find_in_set");
export const greatest = many("greatest");
export const hash = many("hash");
export const hypot = many("hypot");
export const ifnull = many("ifnull");
export const least = many("least");
export const make_date = many("make_date");
export const make_timestamp = many("make_timestamp");
export const map_concat = many("map_concat");
export const max_by = many("max_by");
export const min_by = many("min_by");
export const months_between = many("months_between");
export const nanvl = many("nanvl");
export const next_day = many("next_day");
export const nullif = many("nullif");
export const nvl = many("nvl");
export const nvl2 = many("nvl2");
export const pmod = many("pmod");
export const pow = many("pow");
export const power = many("power");
export const regexp_count = many("regexp_count");
export const sha2 = many("sha2");
export const slice = many("slice");
export const sort_array = many("sort_array");
export const startswith = many("startswith");
export const str_to_map = many("str_to_map");
export const try_add = many("try_add");
export const try_divide = many("try_divide");
export const try_element_at = many("try_element_at");
export const try_multiply = many("try_multiply");
export const try_subtract = many("try_subtract");
export const xxhash64 = many("xxhash64");
export const zeroifnull = many("zeroifnull");
