import { env } from "../../../env.ts";
import {
  CalendarDate,
  civil,
  dayNumber,
  LocalTimestamp,
  Timestamp,
} from "../../../schema/value.ts";
import { toInstant, type Zone, zoneOf } from "./zone.ts";

const TIME = String.raw`(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?([^\d.:][\s\S]*)?)?)?`;
const STAMP = new RegExp(
  String.raw`^([+-]?)(\d{4,6})(?:-(\d{1,2})(?:-(\d{1,2})(?:[ T]${TIME})?)?)?$`,
);
const CLOCK = new RegExp(`^(?:T(?=\\d)|(?=\\d{1,2}:))${TIME}$`);
const DATE = /^([+-]?)(\d{4,7})(?:-(\d{1,2})(?:-(\d{1,2})(?:[ T][\s\S]*)?)?)?$/;

/** Spark trims white space and control characters of date and time texts. */
function trimAll(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is trimmed
  return text.replace(/^[\u0000-\u0020\u007f-\u009f]+|[\u0000-\u0020\u007f-\u009f]+$/g, "");
}

/** Spark's cast of a text to DATE, or undefined. */
export function castDate(text: string): CalendarDate | undefined {
  const parts = DATE.exec(trimAll(text));
  if (parts === null) return undefined;
  const year = Number(parts[2]) * (parts[1] === "-" ? -1 : 1);
  const days = checkedDay(year, Number(parts[3] ?? 1), Number(parts[4] ?? 1));
  return days === undefined ? undefined : new CalendarDate(days);
}

/** Spark's cast of a text to TIMESTAMP in a session zone, or undefined. */
export function castTimestamp(text: string, zone: Zone): Timestamp | undefined {
  const parsed = parseStamp(text);
  if (parsed === undefined) return undefined;
  const used = parsed.zone === undefined ? zone : zoneOf(parsed.zone.trim());
  if (used === undefined) return undefined;
  const days = parsed.days ?? today(used);
  const seconds = toInstant(days * 86_400 + parsed.seconds, used);
  return new Timestamp(BigInt(seconds) * 1_000_000n + BigInt(parsed.micros));
}

/** Spark's cast of a text to TIMESTAMP_NTZ; a zone in the text is dropped or refused. */
export function castLocalTimestamp(text: string, allowZone: boolean): LocalTimestamp | undefined {
  const parsed = parseStamp(text);
  if (parsed?.days === undefined) return undefined;
  if (parsed.zone !== undefined) {
    if (!allowZone || zoneOf(parsed.zone.trim()) === undefined) return undefined;
  }
  const seconds = parsed.days * 86_400 + parsed.seconds;
  return new LocalTimestamp(BigInt(seconds) * 1_000_000n + BigInt(parsed.micros));
}

/** A day number, or undefined if there is no such day. */
export function checkedDay(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  const days = dayNumber(year, month, day);
  return day > 28 && civil(days).day !== day ? undefined : days;
}

function today(zone: Zone): number {
  const now = Math.floor(env.now() / 1000);
  return Math.floor((now + zone(now)) / 86_400);
}

interface Stamp {
  readonly days: number | undefined; // undefined: only a time
  readonly seconds: number; // of the day
  readonly micros: number;
  readonly zone: string | undefined;
}

function parseStamp(given: string): Stamp | undefined {
  const text = trimAll(given);
  const stamp = STAMP.exec(text);
  const clock = stamp === null ? CLOCK.exec(text) : null;
  if (stamp === null && clock === null) return undefined;
  const [hour, minute, second, fraction, zone] = stamp ? stamp.slice(5) : clock!.slice(1);
  let days: number | undefined;
  if (stamp !== null) {
    const year = Number(stamp[2]) * (stamp[1] === "-" ? -1 : 1);
    days = checkedDay(year, Number(stamp[3] ?? 1), Number(stamp[4] ?? 1));
    if (days === undefined) return undefined;
  }
  const clockParts = [Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0)] as const;
  if (clockParts[0] > 23 || clockParts[1] > 59 || clockParts[2] > 59) return undefined;
  return {
    days,
    seconds: clockParts[0] * 3600 + clockParts[1] * 60 + clockParts[2],
    micros: Number((fraction ?? "").slice(0, 6).padEnd(6, "0")),
    zone,
  };
}
