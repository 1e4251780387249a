import {
  CalendarDate,
  civil,
  LocalTime,
  LocalTimestamp,
  Timestamp,
} from "../../../schema/value.ts";
import { checkedDay } from "./datetime.ts";
import type { PatternFields, PatternPart } from "./pattern-part.ts";
import { partsOf, readParts } from "./pattern-read.ts";
import { type PatternUse, patternTokens } from "./pattern-token.ts";
import { toInstant, type Zone, zoneOf } from "./zone.ts";

/** A pattern of Java's DateTimeFormatter, made ready to read texts. */
export interface Pattern {
  readonly parts: readonly PatternPart[];
  /** Whether years are counted within an era: without one in the text they say nothing. */
  readonly eras: boolean;
}

/** Throws what `patternTokens` throws. */
export function compilePattern(pattern: string, use: Omit<PatternUse, "parsing"> = {}): Pattern {
  const tokens = patternTokens(pattern, { ...use, parsing: true });
  const eras = tokens.some((token) => token.kind === "letters" && token.letter === "G");
  return { parts: partsOf(tokens), eras };
}

/** What a text says by a pattern. */
export interface PatternTime {
  readonly date: CalendarDate;
  readonly local: LocalTimestamp;
  readonly time: LocalTime;
  timestamp(zone: Zone): Timestamp | undefined;
}

/** Reads a text by a pattern, strictly; absent parts are 1970-01-01 00:00:00. */
export function patternInstant(pattern: Pattern, text: string): PatternTime | undefined {
  const fields = readParts(pattern.parts, text);
  if (fields === undefined) return undefined;
  const days = dayOf(pattern.eras ? withEra(fields) : fields);
  const seconds = secondsOf(fields);
  if (days === undefined || seconds === undefined) return undefined;
  const fraction = BigInt(Math.floor((fields.nanos ?? 0) / 1000));
  const wall = days * 86_400 + seconds;
  const local = BigInt(wall) * 1_000_000n + fraction;
  if (BigInt.asIntN(64, local) !== local) return undefined;
  return {
    date: new CalendarDate(days),
    local: new LocalTimestamp(local),
    time: new LocalTime(BigInt(seconds) * 1_000_000n + fraction),
    timestamp: (zone) => {
      const used = fields.zone === undefined ? zone : zoneOf(fields.zone);
      if (used === undefined) return undefined;
      const micros = BigInt(toInstant(wall, used)) * 1_000_000n + fraction;
      return BigInt.asIntN(64, micros) === micros ? new Timestamp(micros) : undefined;
    },
  };
}

/** The year of the era as a year; a year without an era is none. */
function withEra({ year, era, ...fields }: PatternFields): PatternFields {
  if (year === undefined || era === undefined) return fields;
  return { ...fields, year: era === 1 ? year : 1 - year };
}

/** The day that the fields say, all of them. */
function dayOf({ year, month, day, dayOfYear }: PatternFields): number | undefined {
  const used = year ?? 1970;
  if (dayOfYear === undefined) return checkedDay(used, month ?? 1, day ?? 1);
  const first = checkedDay(used, 1, 1) ?? Number.NaN;
  const days = first + dayOfYear - 1;
  const next = checkedDay(used + 1, 1, 1) ?? Number.NaN;
  if (!(dayOfYear >= 1 && days < next)) return undefined;
  const found = civil(days);
  return (month ?? found.month) === found.month && (day ?? found.day) === found.day
    ? days
    : undefined;
}

function secondsOf(fields: PatternFields): number | undefined {
  const hour = hourOf(fields);
  const [minute, second] = [fields.minute ?? 0, fields.second ?? 0];
  if (hour === undefined || hour > 23 || minute > 59 || second > 59) return undefined;
  return hour < 0 || minute < 0 || second < 0 ? undefined : hour * 3600 + minute * 60 + second;
}

/** The hour of the day: all that is said of it must agree. */
function hourOf(fields: PatternFields): number | undefined {
  const { hour, clockHour, hour12, hourOfPeriod, period } = fields;
  if (clockHour !== undefined && (clockHour < 1 || clockHour > 24)) return undefined;
  if (hour12 !== undefined && (hour12 < 1 || hour12 > 12)) return undefined;
  if (hourOfPeriod !== undefined && (hourOfPeriod < 0 || hourOfPeriod > 11)) return undefined;
  const half = hourOfPeriod ?? (hour12 === undefined ? undefined : hour12 % 12);
  const ofHalf = half === undefined || period === undefined ? undefined : half + 12 * period;
  const said = [hour, clockHour === undefined ? undefined : clockHour % 24, ofHalf].filter(
    (one) => one !== undefined,
  );
  if (new Set(said).size > 1) return undefined;
  // Half a day without a word for which is the morning's; the word alone is noon or midnight.
  return said[0] ?? half ?? (period === 1 ? 12 : 0);
}
