import type { TypedCast } from "../analysis/typed.ts";
import type { DataType } from "../schema/type.ts";
import {
  CalendarDate,
  Decimal,
  floorDiv,
  LocalTimestamp,
  Timestamp,
  type Value,
} from "../schema/value.ts";
import type { Zone } from "../schema/zone.ts";
import { fitsAlways, keepsOrder } from "./range.ts";

/** Where values may lie; an end that is left out is open. */
export interface Interval {
  readonly low?: Value;
  /** The low end itself is not in it. */
  readonly lowStrict?: boolean;
  readonly high?: Value;
  readonly highStrict?: boolean;
}

/** Which values stand in a comparison's relation to a value. */
export function intervalOf(operator: string, value: Value): Interval {
  switch (operator) {
    case "<":
      return { high: value, highStrict: true };
    case "<=":
      return { high: value };
    case ">":
      return { low: value, lowStrict: true };
    case ">=":
      return { low: value };
    default:
      return { low: value, high: value };
  }
}

/** An interval that holds every value whose cast lies in the given one; it may hold more. */
export function preimage(
  interval: Interval,
  { from, to, mode, zone }: Pick<TypedCast, "mode"> & { from: DataType; to: DataType; zone: Zone },
): Interval {
  if (!keepsOrder(from, to) || (mode !== "ansi" && !fitsAlways(from, to))) return {};
  if (to.type === "date" && from.type !== "date") return timesOf(interval, from, zone);
  if (from.type === "date" && to.type !== "date") return datesOf(interval, to, zone);
  if (to.type === "timestamp" || to.type === "timestamp_ntz") {
    return from.type === to.type ? interval : clockTimes(interval, from, zone);
  }
  const spread = spreadOf(from, to);
  if (spread === undefined) return interval;
  const { low, high } = interval;
  const [least, most] = [low, high].map((end) => (end === undefined ? Number.NaN : asNumber(end)));
  return {
    ...(Number.isFinite(least) ? { low: least! - spread(least!) } : {}),
    ...(Number.isFinite(most) ? { high: most! + spread(most!) } : {}),
  };
}

/** A number as a double, rounded. */
export function asNumber(value: Value): number {
  return Number(value instanceof Decimal ? String(value) : value);
}

/** How far from a number those lie that a cast rounds to it; undefined where none is rounded. */
function spreadOf(from: DataType, to: DataType): ((value: number) => number) | undefined {
  const whole = ["byte", "short", "integer", "long"];
  if (whole.includes(to.type)) return whole.includes(from.type) ? undefined : () => 1;
  if (to.type === "decimal" && from.type === "decimal") {
    return to.scale >= from.scale ? undefined : (value) => 10 ** -to.scale + relative(value);
  }
  if (to.type === "double") {
    return from.type === "long" || from.type === "decimal" ? relative : undefined;
  }
  return to.type === "float" && from.type !== "float" ? floatSpread : undefined;
}

const relative = (value: number): number => Math.abs(value) * 2 ** -49;

/** How far a float may lie from a double that is written for it. */
export function floatSpread(value: number): number {
  return Math.abs(value) * 2 ** -22 + 2 ** -140;
}

/** How far a decimal may lie from the double next to it. */
export function doubleSpread(value: number): number {
  return relative(value) + Number.MIN_VALUE;
}

const day = 86_400_000_000n;

/** What the wall clock is ahead of UTC, and how much of that is not known here. */
function ahead(zone: Zone): { readonly shift: bigint; readonly slack: bigint } {
  if (zone.kind === "offset") return { shift: BigInt(zone.seconds) * 1_000_000n, slack: 0n };
  return { shift: 0n, slack: 2n * day };
}

/** The times of dates. */
function timesOf({ low, lowStrict, high, highStrict }: Interval, from: DataType, zone: Zone) {
  const instants = from.type === "timestamp";
  const { shift, slack } = instants ? ahead(zone) : { shift: 0n, slack: 0n };
  const time = (micros: bigint): Value => {
    return instants ? new Timestamp(micros - shift) : new LocalTimestamp(micros);
  };
  return {
    ...(low instanceof CalendarDate
      ? { low: time(BigInt(low.days + (lowStrict ? 1 : 0)) * day - slack) }
      : {}),
    ...(high instanceof CalendarDate
      ? { high: time(BigInt(high.days + (highStrict ? 0 : 1)) * day - 1n + slack) }
      : {}),
  };
}

/** The dates whose midnights lie among times. */
function datesOf({ low, high }: Interval, to: DataType, zone: Zone): Interval {
  const { shift, slack } = to.type === "timestamp" ? ahead(zone) : { shift: 0n, slack: 0n };
  const date = (micros: bigint): Value => new CalendarDate(Number(floorDiv(micros, day)));
  return {
    ...(low === undefined ? {} : { low: date(microsOf(low) + shift - slack) }),
    ...(high === undefined ? {} : { high: date(microsOf(high) + shift + slack) }),
  };
}

/** Instants of wall-clock times, or the other way. */
function clockTimes({ low, high }: Interval, from: DataType, zone: Zone): Interval {
  const { shift, slack } = ahead(zone);
  const time = (micros: bigint): Value => {
    return from.type === "timestamp"
      ? new Timestamp(micros - shift)
      : new LocalTimestamp(micros + shift);
  };
  return {
    ...(low === undefined ? {} : { low: time(microsOf(low) - slack) }),
    ...(high === undefined ? {} : { high: time(microsOf(high) + slack) }),
  };
}

function microsOf(value: Value): bigint {
  return value instanceof Timestamp || value instanceof LocalTimestamp ? value.micros : 0n;
}
