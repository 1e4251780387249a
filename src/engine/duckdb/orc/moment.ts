import { toDecimal } from "../../../schema/number.ts";
import type { DataType } from "../../../schema/type.ts";
import {
  CalendarDate,
  Decimal,
  dayNumber,
  floorDiv,
  LocalTimestamp,
  Timestamp,
  type Value,
} from "../../../schema/value.ts";
import { instantOf, offsetAt, type Zone } from "../../../schema/zone.ts";
import { toHybrid, toProleptic } from "../../orc/calendar.ts";
import { expect } from "../../orc/corrupt.ts";
import { standardOffset, year1900 } from "../../orc/zone.ts";

const daySeconds = 86_400;
const million = 1_000_000n;
/** Seconds that 64 bits hold in microseconds. */
const micros64 = 9_223_372_036_854;
const outOfRange = "a timestamp is out of the range of Spark's";

/** A second and the nanoseconds of it, as Java's old classes count: in the hybrid calendar. */
export interface Moment {
  readonly second: number;
  readonly nano: number;
}

/** The second of an instant as Java's old classes count it. */
export function toJava(second: number, zone: Zone): number {
  if (second >= year1900) return second;
  return shifted(second + offsetAt(zone, second), toHybrid) - standardOffset(zone);
}

function fromJava(second: number, zone: Zone): number {
  if (second >= year1900) return second;
  const wall = shifted(second + standardOffset(zone), toProleptic);
  return Number(instantOf(zone, BigInt(wall) * million) / million);
}

/** The same clock on another day. */
function shifted(wall: number, move: (day: number) => number): number {
  const day = Math.floor(wall / daySeconds);
  return wall + (move(day) - day) * daySeconds;
}

/** A moment read as something that is not whole; undefined where it is to be read as a number. */
export function ofMoment(moment: Moment, to: DataType, zone: Zone): Value | undefined {
  const { second, nano } = moment;
  switch (to.type) {
    case "float":
    case "double": {
      const real = second + nano / 1e9;
      return to.type === "float" ? Math.fround(real) : real;
    }
    case "decimal": {
      // Java's readers take the last second before 1970 for one after it.
      const [whole, part] = second < 0 && nano > 0 ? [second + 1, 1e9 - nano] : [second, nano];
      const nanos = BigInt(whole) * 1_000_000_000n + BigInt(whole >= 0 ? part : -part);
      return toDecimal(new Decimal(nanos, 9), to) ?? null;
    }
    case "string":
      return textOf(shifted(second + offsetAt(zone, second), toProleptic), nano);
    case "date": {
      const cut = second < 0 && nano >= 1e6 ? second + 1 : second;
      const day = Math.floor((cut + offsetAt(zone, cut)) / daySeconds);
      return new CalendarDate(toProleptic(day));
    }
    default:
      return undefined;
  }
}

function textOf(wall: number, nano: number): string {
  const [day, clock = ""] = new LocalTimestamp(BigInt(wall) * million).toString().split("T");
  const fraction = String(nano).padStart(9, "0").replace(/0+$/, "");
  return `${day} ${clock.split(".")[0]}${fraction && `.${fraction}`}`;
}

/** What of a file the clock of a moment needs to be read right. */
export interface Clock {
  readonly zone: Zone;
  readonly proleptic: boolean;
}

/** Microseconds of a wall clock as if in UTC, in the file's calendar, as an instant. */
export function ofWall(micros: bigint, { zone, proleptic }: Clock): Timestamp {
  const second = Number(floorDiv(micros, million));
  expect(Math.abs(second) < micros64, outOfRange);
  const hybrid = proleptic ? shifted(second, toHybrid) : second;
  const raw = standardOffset(zone);
  const own = hybrid - (hybrid - raw < year1900 ? raw : offsetAt(zone, hybrid - raw));
  return timestampOf(fromJava(own, zone), micros);
}

function timestampOf(second: number, micros: bigint): Timestamp {
  const fraction = micros - floorDiv(micros, million) * million;
  const all = BigInt(second) * million + fraction;
  expect(BigInt.asIntN(64, all) === all, outOfRange);
  return new Timestamp(all);
}

/** A number of seconds as an instant; null where ORC has none. */
export function ofSeconds(value: bigint | number | Decimal, clock: Clock): Value {
  if (typeof value === "bigint") return ofWall(BigInt.asIntN(64, value * 1000n) * 1000n, clock);
  if (typeof value === "number") {
    const ms = value * 1000;
    return Math.abs(ms) <= 2 ** 63 ? ofWall(BigInt(Math.round(ms)) * 1000n, clock) : null;
  }
  const second = value.unscaled / 10n ** BigInt(value.scale);
  if (second < -secondsMax || second > secondsMax) return null;
  return ofWall(floorDiv(value.unscaled * million, 10n ** BigInt(value.scale)), clock);
}

/** Seconds that Java's instants reach. */
const secondsMax = 31_556_889_864_403_199n;

const datePattern = /^(\d{4}|\+\d{5,10}|-\d{4,10})-(\d\d)-(\d\d)$/;
const clockPattern = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{0,9}))?)?$/;

/** The day that a text says, as Java reads it: days that a month lacks are its last one. */
export function dayOf(text: string): number | undefined {
  const match = datePattern.exec(text);
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  const next = month === 12 ? dayNumber(year + 1, 1, 1) : dayNumber(year, month + 1, 1);
  return Math.min(dayNumber(year, month, day), next - 1);
}

/** The instant that a text says; null where it says none. */
export function ofClock(text: string, { zone }: Clock): Value {
  const at = text.indexOf(" ");
  const day = dayOf(text.slice(0, Math.max(0, at)));
  const match = clockPattern.exec(text.slice(at + 1));
  if (at < 0 || day === undefined || !match) return null;
  const clock = Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3] ?? 0);
  const wall = BigInt(toHybrid(day) * daySeconds + clock);
  const micro = BigInt((match[4] ?? "").padEnd(6, "0").slice(0, 6));
  const own = Number(floorDiv(instantOf(zone, wall * million), million));
  return timestampOf(fromJava(own, zone), micro);
}
