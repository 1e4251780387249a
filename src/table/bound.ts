import {
  and,
  booleanLiteral,
  call,
  cast,
  literal,
  memberAt,
  not,
  or,
  stringLiteral,
} from "../analysis/expression.ts";
import type { TypedExpression } from "../analysis/typed.ts";
import type { FileColumns } from "../log/snapshot.ts";
import { boolean, type DataType, double, long, type StructField, string } from "../schema/type.ts";
import { Decimal, LocalTimestamp, Timestamp, type Value } from "../schema/value.ts";
import { asNumber, doubleSpread, floatSpread, type Interval } from "./interval.ts";
import { type ColumnPath, isPartition, type Pruned, storedNames } from "./predicate.ts";
import { keepsOrder } from "./range.ts";

/** What conditions over the files of a table are made for. */
export interface Site {
  readonly pruned: Pruned;
  readonly columns: FileColumns;
}

type Test = TypedExpression | boolean;

/** The text of a partition column's value; null or empty for null. */
export function textOf(path: ColumnPath, { columns, pruned }: Site): TypedExpression {
  const key = stringLiteral(storedNames(path, pruned)[0]!);
  return call("element_at", [columns.partitionValues, key], { type: string, nullable: true });
}

/** Whether a file may have nulls in a column, and whether it may have anything else. */
export function nullsOf(path: ColumnPath, site: Site): { readonly some: Test; readonly all: Test } {
  const nulls = statistic(["nullCount", ...storedNames(path, site.pruned)], long, site);
  const rows = statistic(["numRecords"], long, site);
  if (nulls === undefined) return { some: true, all: true };
  return {
    some: unlessFalse(differ(nulls, literal(0n, long))),
    all: rows === undefined ? true : unlessFalse(differ(nulls, rows)),
  };
}

/** Whether a value of the column may lie in the interval. */
export function within(path: ColumnPath, interval: Interval, site: Site): Test {
  const partition = isPartition(path, site.pruned);
  const kind = kindOf(path.at(-1)!, partition);
  if (kind === undefined || (interval.low === undefined && interval.high === undefined))
    return true;
  const [low, high] = [endOf(interval, "low", kind), endOf(interval, "high", kind)];
  if (partition) return valueWithin(textOf(path, site), [low, high], kind);
  const tests = [low, high].flatMap((end) => {
    const part = end?.sign.startsWith(">") ? "maxValues" : "minValues";
    const names = [part, ...storedNames(path, site.pruned)];
    const bound = end && statistic(names, kind.type, site, kind.read);
    if (bound === undefined) return [];
    const test = compared(bound, end!, kind);
    const nan = part === "minValues" && kind.type.type === "double";
    return nan ? or([test, call("isnan", [bound], { type: boolean })]) : test;
  });
  return tests.length === 0 ? true : unlessFalse(and(tests));
}

/** What a value, or a bound of values, is compared with for one end of an interval. */
interface End {
  readonly sign: ">" | ">=" | "<" | "<=" | "=";
  readonly value: Value;
}

/** Undefined: nothing lies beyond that end. */
function endOf(interval: Interval, end: "low" | "high", kind: Kind): End | undefined {
  const given = interval[end];
  if (given === undefined || given === null) return undefined;
  const limit = kind.limit(given, end);
  if (limit === "every") return undefined;
  const strict = limit.exact && (end === "low" ? interval.lowStrict : interval.highStrict);
  const sign = end === "low" ? ">" : "<";
  return { sign: strict ? sign : `${sign}=`, value: limit.value };
}

function compared(left: TypedExpression, { sign, value }: End, { type }: Kind): TypedExpression {
  return call(sign, [left, literal(value, type)], { type: boolean });
}

/** Each test looks into the map and reads the text anew, so one value is compared but once. */
function valueWithin(
  text: TypedExpression,
  [low, high]: readonly [End | undefined, End | undefined],
  kind: Kind,
): Test {
  const point = low?.sign === ">=" && high?.sign === "<=" && low.value === high.value;
  const ends: readonly (End | undefined)[] = point ? [{ ...low, sign: "=" }] : [low, high];
  const tests = ends.flatMap((end) => (end ? [compared(kind.read(text), end, kind)] : []));
  return ifRead(text, tests);
}

/** Whether a text is there that passes the tests, or does not say whether it does. */
function ifRead(text: TypedExpression, tests: readonly TypedExpression[]): TypedExpression {
  const there = not(call("=", [text, stringLiteral("")], { type: boolean }));
  if (tests.length === 0) return there;
  return call("coalesce", [and(tests), there], { type: boolean });
}

/** Whether a value of the column may be another than this one. */
export function differs(path: ColumnPath, value: Value, site: Site): Test {
  const column = path.at(-1)!;
  const partition = isPartition(path, site.pruned);
  const kind = kindOf(column, partition);
  if (kind === undefined || !comparable.includes(column.type.type)) return true;
  const limit = kind.limit(value, "low");
  if (typeof limit === "string" || !limit.exact) return true;
  const other = literal(limit.value, kind.type);
  if (partition) {
    const text = textOf(path, site);
    return ifRead(text, [differ(kind.read(text), other)]);
  }
  const bounds = ["minValues", "maxValues"].map((part) => {
    return statistic([part, ...storedNames(path, site.pruned)], kind.type, site, kind.read);
  });
  const [min, max] = bounds;
  if (min === undefined || max === undefined) return true;
  return or([unlessFalse(differ(min, other)), unlessFalse(differ(max, other))]);
}

/** Types whose bounds are values that occur, word for word. */
const comparable: readonly string[] = ["byte", "short", "integer", "long", "date", "string"];

function differ(left: TypedExpression, right: TypedExpression): TypedExpression {
  return not(call("=", [left, right], { type: boolean }));
}

/** The condition, true where it is not known. */
function unlessFalse(known: TypedExpression): TypedExpression {
  return call("coalesce", [known, booleanLiteral(true)], { type: boolean, nullable: false });
}

/** A value that a bound is compared with; `exact`: not moved away from what was asked. */
type Limit = { readonly value: Value; readonly exact: boolean } | "every";

/** How bounds of a type are compared in the engine. */
interface Kind {
  readonly type: DataType;
  /** The value of a text. */
  read(text: TypedExpression): TypedExpression;
  /** What to compare a bound with for an end; `every`: it is not to be compared. */
  limit(value: Value, end: "low" | "high"): Limit;
}

function kindOf({ type, metadata }: StructField, partition: boolean): Kind | undefined {
  const read = plainly(type);
  const same = (value: Value): Limit => ({ value, exact: true });
  switch (type.type) {
    case "byte":
    case "short":
    case "integer":
    case "long":
      return { type: long, read: plainly(long), limit: wholeLimit };
    case "decimal":
      return realKind(doubleSpread);
    case "float":
      return realKind(floatSpread);
    case "double":
      return realKind("delta.typeChanges" in metadata ? floatSpread : undefined);
    case "string":
      return { type, read: (text) => text, limit: (value) => textLimit(value) };
    case "date":
      return { type, read, limit: same };
    case "timestamp":
    case "timestamp_ntz":
      return { type, read, limit: timeLimit };
    case "boolean":
      return partition ? { type, read, limit: same } : undefined;
    default:
      return undefined;
  }
}

/** The value of a text by the engine's own reader, which is a tenth of the cost of Spark's cast. */
function plainly(type: DataType): (text: TypedExpression) => TypedExpression {
  return (text) => call("plain_value", [text], { type, nullable: true });
}

/** Both ends of what a text may stand for are as far away as the doubles around it. */
function realKind(spread: ((value: number) => number) | undefined): Kind {
  return {
    type: double,
    read: plainly(double),
    limit: (given, end) => {
      const value = asNumber(given);
      const rounded = typeof given !== "number";
      if (spread === undefined && !rounded) return { value, exact: true };
      if (!Number.isFinite(value)) return Number.isNaN(value) ? { value, exact: false } : "every";
      const slack = (spread ?? doubleSpread)(value);
      return { value: end === "low" ? value - slack : value + slack, exact: false };
    },
  };
}

const [longMin, longMax] = [-(2n ** 63n), 2n ** 63n - 1n];

/** The whole number that is at most (at least) the end of an interval. */
function wholeLimit(given: Value, end: "low" | "high"): Limit {
  let value: bigint;
  let exact = true;
  if (given instanceof Decimal) {
    const unit = 10n ** BigInt(given.scale);
    value = given.unscaled / unit;
    exact = value * unit === given.unscaled;
  } else if (typeof given === "bigint") value = given;
  else if (Number.isFinite(given)) {
    value = BigInt(Math.trunc(given as number));
    exact = Number.isInteger(given);
  } else return "every";
  if (!exact) value += end === "low" ? -1n : 1n;
  return value > longMax || value < longMin ? "every" : { value, exact };
}

function textLimit(value: Value): Limit {
  // The engine's texts end at a zero character.
  return typeof value === "string" && !value.includes("\0") ? { value, exact: true } : "every";
}

/** A greatest time may be of the millisecond's beginning. */
function timeLimit(value: Value, end: "low" | "high"): Limit {
  if (end === "high") return { value, exact: true };
  if (value instanceof Timestamp)
    return { value: new Timestamp(value.micros - 999n), exact: false };
  if (!(value instanceof LocalTimestamp)) return "every";
  return { value: new LocalTimestamp(value.micros - 999n), exact: false };
}

/** What the statistics hold at a path, as a type; undefined if that can be nothing useful. */
function statistic(
  path: readonly string[],
  type: DataType,
  { columns }: Site,
  read: (text: TypedExpression) => TypedExpression = plainly(type),
): TypedExpression | undefined {
  const { stats } = columns;
  if (stats.type.type === "string") {
    const pointer = path.map((name) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`);
    const args = [stats, stringLiteral(pointer.join(""))];
    return read(call("json_pointer", args, { type: string, nullable: true }));
  }
  let place = stats;
  for (const name of path) {
    if (place.type.type !== "struct") return undefined;
    const at = place.type.fields.findIndex((field) => field.name === name);
    if (at < 0) return undefined;
    place = memberAt(place, at);
  }
  return keepsOrder(place.type, type) ? cast(place, type, "try") : undefined;
}
