import { toDecimal } from "../schema/number.ts";
import type { DataType } from "../schema/type.ts";
import {
  CalendarDate,
  Decimal,
  floorDiv,
  LocalTimestamp,
  Timestamp,
  type Value,
} from "../schema/value.ts";
import { instantOf, localOf, offsetAt, type Zone } from "../schema/zone.ts";

/** What is known of a value over the rows of a file; a bound that is left out is not known. */
export interface Range {
  readonly min?: Value | undefined;
  readonly max?: Value | undefined;
  readonly mayBeNull: boolean;
  readonly mayBeValue: boolean;
}

/** Nothing is known. */
export const unknownRange: Range = { mayBeNull: true, mayBeValue: true };

/** The range of one value. */
export function constantRange(value: Value): Range {
  if (value === null) return { mayBeNull: true, mayBeValue: false };
  return { min: value, max: value, mayBeNull: false, mayBeValue: true };
}

/** A cast, and the session's zone it happens in. */
export interface Conversion {
  readonly from: DataType;
  readonly to: DataType;
  readonly mode: "ansi" | "legacy" | "try";
  readonly zone: Zone;
}

/** The range of the values cast: known where the cast keeps their order. */
export function castRange(range: Range, cast: Conversion): Range {
  const { from, to } = cast;
  const nulls = { mayBeNull: range.mayBeNull, mayBeValue: range.mayBeValue };
  if (!keepsOrder(from, to)) return unknownRange;
  // Outside of ANSI a value that does not fit becomes null or another value.
  if (cast.mode !== "ansi" && !fitsAlways(from, to)) return unknownRange;
  const bound = (value: Value | undefined, end: "min" | "max"): Value | undefined => {
    return value === undefined || value === null ? undefined : converted(value, cast, end);
  };
  return { ...nulls, min: bound(range.min, "min"), max: bound(range.max, "max") };
}

const integralWidth: Readonly<Record<string, number>> = { byte: 1, short: 2, integer: 4, long: 8 };
/** Digits of the widest value of each width. */
const integralDigits: Readonly<Record<string, number>> = {
  byte: 3,
  short: 5,
  integer: 10,
  long: 19,
};
const reals: readonly string[] = ["float", "double"];

/** Whether a value not greater than another is not greater after the cast. */
export function keepsOrder(from: DataType, to: DataType): boolean {
  if (from.type === to.type) return from.type !== "struct";
  const whole = from.type in integralWidth;
  if (to.type in integralWidth) {
    return whole || from.type === "decimal" || reals.includes(from.type);
  }
  if (to.type === "decimal") return whole;
  // From long and decimal a float is rounded once in Spark, which JavaScript cannot.
  if (to.type === "float") return from.type === "double" || (whole && from.type !== "long");
  if (to.type === "double") return whole || from.type === "decimal" || from.type === "float";
  const times = ["date", "timestamp", "timestamp_ntz"];
  return times.includes(from.type) && times.includes(to.type);
}

/** Whether a cast that keeps order takes every value there is. */
export function fitsAlways(from: DataType, to: DataType): boolean {
  const width = integralWidth[from.type];
  if (to.type in integralWidth) return width !== undefined && width <= integralWidth[to.type]!;
  if (to.type !== "decimal") return true;
  if (from.type === "decimal") return to.precision - to.scale > from.precision - from.scale;
  return to.precision - to.scale >= (integralDigits[from.type] ?? Number.POSITIVE_INFINITY);
}

/**
 * The value after a cast that keeps order, as Spark gives it; undefined if it does not fit. With
 * an `end` it is the value as a bound: where clocks are turned, times beyond it may come before.
 */
export function converted(
  value: Value,
  { from, to, zone }: Omit<Conversion, "mode">,
  end: "exact" | "min" | "max",
): Value | undefined {
  if (from.type === to.type && from.type !== "decimal") return value;
  switch (to.type) {
    case "byte":
    case "short":
    case "integer":
    case "long":
      return wholeNumber(value, integralWidth[to.type]! * 8);
    case "decimal": {
      const exact = value instanceof Decimal ? value : new Decimal(BigInt(value as number), 0);
      return toDecimal(exact, to);
    }
    case "double":
      return Number(value instanceof Decimal ? String(value) : value);
    case "float":
      return Math.fround(value as number);
    case "date": {
      const micros = value instanceof Timestamp ? localEnd(value, zone, end) : microsOf(value);
      return new CalendarDate(Number(floorDiv(micros, dayMicros)));
    }
    case "timestamp_ntz":
      return new LocalTimestamp(
        value instanceof Timestamp ? localEnd(value, zone, end) : microsOf(value),
      );
    case "timestamp":
      return new Timestamp(instantEnd(microsOf(value), zone, end));
    default:
      return undefined;
  }
}

const dayMicros = 86_400_000_000n;

function wholeNumber(value: Value, bits: number): Value | undefined {
  let exact: bigint;
  if (value instanceof Decimal) exact = value.unscaled / 10n ** BigInt(value.scale);
  else if (typeof value === "bigint") exact = value;
  else if (Number.isFinite(value)) exact = BigInt(Math.trunc(value as number));
  else return undefined;
  if (BigInt.asIntN(bits, exact) !== exact) return undefined;
  return bits === 64 ? exact : Number(exact);
}

/** Micros of a date or a time without a zone, as if in UTC. */
function microsOf(value: Value): bigint {
  if (value instanceof CalendarDate) return BigInt(value.days) * dayMicros;
  return value instanceof LocalTimestamp ? value.micros : 0n;
}

function offsetMicros(zone: Zone, micros: bigint): bigint {
  return BigInt(offsetAt(zone, Number(floorDiv(micros, 1_000_000n)))) * 1_000_000n;
}

/** The wall clock, or what it does not fall below (or rise above) from there on (or until then). */
function localEnd({ micros }: Timestamp, zone: Zone, end: "exact" | "min" | "max"): bigint {
  if (end === "exact") return localOf(zone, micros);
  const other = offsetMicros(zone, end === "min" ? micros + dayMicros : micros - dayMicros);
  const here = offsetMicros(zone, micros);
  const least = other < here ? other : here;
  return micros + (end === "min" ? least : here + other - least);
}

/** The same for the instant of a wall clock, which skips and repeats hours. */
function instantEnd(local: bigint, zone: Zone, end: "exact" | "min" | "max"): bigint {
  if (end === "exact") return instantOf(zone, local);
  const offsets = [-2n, 0n, 2n].map((days) => offsetMicros(zone, local + days * dayMicros));
  const pick = offsets.reduce((a, b) => ((end === "min" ? a > b : a < b) ? a : b));
  return local - pick;
}
