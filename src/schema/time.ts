import {
  CalendarDate,
  civil,
  dayNumber,
  floorDiv,
  LocalTime,
  LocalTimestamp,
  Timestamp,
} from "./value.ts";
import { instantOf, localOf, type Zone, zoneOf } from "./zone.ts";

const MICROS_PER_DAY = 86_400_000_000n;
const MICROS_PER_HOUR = 3_600_000_000n;

/** Spark trims white space and control characters before a cast. */
export function trimAll(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code <= 0x20 || code === 0x7f;
}

const datePattern = /^([+-]?)(\d{4,7})(?:-(\d{1,2})(?:-(\d{1,2})(?:[ T][\s\S]*)?)?)?$/;

/** A text as a date by Spark's cast rules (`2024`, `2024-1`, `2024-1-31T…`), or undefined. */
export function parseDate(text: string): CalendarDate | undefined {
  const match = datePattern.exec(trimAll(text));
  if (!match) return undefined;
  const days = daysOf(match[1] === "-", match[2]!, match[3], match[4]);
  return days === undefined ? undefined : new CalendarDate(days);
}

function daysOf(negative: boolean, year: string, month = "1", day = "1"): number | undefined {
  const date = { year: negative ? -Number(year) : Number(year), month: Number(month) };
  if (date.month < 1 || date.month > 12) return undefined;
  const days = dayNumber(date.year, date.month, Number(day));
  return civil(days).month === date.month && Number(day) >= 1 ? days : undefined;
}

const timestampPattern = new RegExp(
  "^(?:([+-]?)(\\d{4,6})(?:-(\\d{1,2})(?:-(\\d{1,2})(?:[ T](?=\\d)|$))?)?)?" +
    "(?:T?(\\d{1,2})(?::(\\d{1,2})(?::(\\d{1,2})(?:\\.(\\d*))?([^\\d.][\\s\\S]*)?)?)?)?$",
);

/** What a timestamp text says, before any zone is applied. */
interface Parts {
  /** As if UTC. */
  readonly micros: bigint;
  readonly zone?: string;
  readonly timeOnly: boolean;
}

function timestampParts(text: string, today: number | undefined): Parts | undefined {
  const trimmed = trimAll(text);
  const match = timestampPattern.exec(trimmed);
  if (!match || trimmed === "") return undefined;
  const [, sign, year, month, day, hour, minute, second, fraction, zone] = match;
  const timeOnly = year === undefined;
  if (timeOnly && minute === undefined && !trimmed.startsWith("T")) return undefined;
  if (!timeOnly && hour !== undefined && day === undefined) return undefined;
  const days = timeOnly ? today : daysOf(sign === "-", year, month, day);
  const clock = [Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0)] as const;
  if (days === undefined || clock[0] > 23 || clock[1] > 59 || clock[2] > 59) return undefined;
  const seconds = clock[0] * 3600 + clock[1] * 60 + clock[2];
  const micros =
    BigInt(days) * MICROS_PER_DAY +
    BigInt(seconds) * 1_000_000n +
    BigInt((fraction ?? "").padEnd(6, "0").slice(0, 6));
  return { micros, timeOnly, ...(zone === undefined ? {} : { zone: zone.trim() }) };
}

/**
 * A text as an instant by Spark's cast rules; a text without a zone is in `zone`. Undefined if it
 * is none. A time alone (`12:30`) is of the day `today` (days since the epoch), if that is given.
 */
export function parseTimestamp(text: string, zone: Zone, today?: number): Timestamp | undefined {
  const parts = timestampParts(text, today);
  if (!parts) return undefined;
  const named = parts.zone === undefined ? zone : zoneOf(zoneText(parts.zone));
  if (!named) return undefined;
  const micros = instantOf(named, parts.micros);
  return BigInt.asIntN(64, micros) === micros ? new Timestamp(micros) : undefined;
}

/** Spark also takes `+1:30` and `+01:3`. */
function zoneText(text: string): string {
  return text.replace(/([+-])(\d):/, "$10$2:").replace(/([+-]\d\d):(\d)$/, "$1:0$2");
}

/** A text as a wall clock by Spark's cast rules; a zone in it is checked, then dropped. */
export function parseLocalTimestamp(text: string): LocalTimestamp | undefined {
  const parts = timestampParts(text, undefined);
  if (!parts || parts.timeOnly) return undefined;
  if (parts.zone !== undefined && !zoneOf(zoneText(parts.zone))) return undefined;
  return BigInt.asIntN(64, parts.micros) === parts.micros
    ? new LocalTimestamp(parts.micros)
    : undefined;
}

/**
 * A text as a time of day by Spark's cast rules (`12:30`, `1:2:3.5`, `01:02:03 PM`); undefined if
 * it is none, or names a day or a zone.
 */
export function parseTime(text: string): LocalTime | undefined {
  const half = /^([\s\S]+)([ap])m *$/i.exec(text);
  const parts = timestampParts(half?.[1] ?? text, 0);
  if (!parts?.timeOnly || parts.zone !== undefined) return undefined;
  if (half === null) return new LocalTime(parts.micros);
  const hour = parts.micros / MICROS_PER_HOUR;
  if (hour < 1n || hour > 12n) return undefined;
  const afternoon = half[2]?.toLowerCase() === "p" ? 12n : 0n;
  return new LocalTime(parts.micros + ((hour % 12n) + afternoon - hour) * MICROS_PER_HOUR);
}

/** The time without the digits that a precision has not. */
export function truncateTime(time: LocalTime, precision: number): LocalTime {
  return new LocalTime(time.micros - (time.micros % 10n ** BigInt(6 - precision)));
}

/** `2024-05-01 12:30:00.5` in a zone, as Spark casts a timestamp to a string. */
export function formatTimestamp(micros: bigint, zone: Zone): string {
  return formatLocalTimestamp(localOf(zone, micros));
}

/** The same of a wall clock: no zone applies. */
export function formatLocalTimestamp(micros: bigint): string {
  const days = floorDiv(micros, MICROS_PER_DAY);
  const rest = Number(micros - days * MICROS_PER_DAY);
  const seconds = Math.floor(rest / 1_000_000);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const text = clock.map((part) => String(part).padStart(2, "0")).join(":");
  return `${new CalendarDate(Number(days))} ${text}${fractionText(rest % 1_000_000)}`;
}

/** Micros as a fraction without its trailing zeros: `.5`, or nothing. */
export function fractionText(micros: number): string {
  if (micros === 0) return "";
  return `.${String(micros).padStart(6, "0").replace(/0+$/, "")}`;
}
