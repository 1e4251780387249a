import { type Moment, offsetText, standardOffset, zonesBegin } from "./moment.ts";
import type { LegacyToken } from "./pattern-legacy-token.ts";
import { digits, sharedLetters } from "./pattern-letter.ts";

/** Days before it are of the Julian calendar to Java's old classes: 1582-10-15. */
const gregorianStart = -141_427;

/**
 * A moment by the tokens of a pattern, as Java's SimpleDateFormat writes it, in English. The date
 * and the time are those of the wall clock; days of the week go by the calendar of their time.
 */
export function writeLegacy(tokens: readonly LegacyToken[], moment: Moment): string {
  const at = turned(moment);
  return tokens
    .map((token) => (token.kind === "text" ? token.text : letters(token.letter, token.width, at)))
    .join("");
}

function turned(moment: Moment): Moment {
  const days = Math.floor((moment.epochSeconds + moment.offset) / 86_400);
  if (days >= gregorianStart) return { ...moment, offset: oldOffset(moment) };
  const julian = julianDay(moment.year, moment.month, moment.day);
  return {
    ...moment,
    weekday: (julian % 7) + 1,
    dayOfYear: julian - julianDay(moment.year, 1, 1) + 1,
    offset: oldOffset(moment),
  };
}

/** Before 1900 the old classes know no local mean time: the zone's standard offset holds. */
function oldOffset({ epochSeconds, offset, zone }: Moment): number {
  return epochSeconds >= zonesBegin ? offset : (standardOffset(zone) ?? offset);
}

/** The Julian day number of a date of the Julian calendar; its rest by 7 is 0 on a Monday. */
function julianDay(year: number, month: number, day: number): number {
  const before = month < 3 ? 1 : 0;
  const y = year + 4800 - before;
  const m = month + 12 * before - 3;
  return day + Math.floor((153 * m + 2) / 5) + 365 * y + Math.floor(y / 4) - 32_083;
}

function letters(letter: string, width: number, at: Moment): string {
  const shared = sharedLetters(letter, width, at);
  if (shared !== undefined) return shared;
  switch (letter) {
    case "G":
      return at.year > 0 ? "AD" : "BC";
    case "y":
    case "Y":
      return year(letter === "Y" ? weekYear(at) : at.year, width);
    case "F":
      return digits(Math.ceil(at.day / 7), width);
    case "u":
      return digits(at.weekday, width);
    case "w":
      return digits(weekYear(at) === at.year ? week(at, at.dayOfYear) : 1, width);
    case "W":
      return digits(week(at, at.day), width);
    case "S":
      return digits(Math.floor(at.micros / 1000), width);
    default:
      return offset(letter, width, at.offset);
  }
}

function year(value: number, width: number): string {
  const shown = value > 0 ? value : 1 - value;
  const digits = String(shown).padStart(width, "0");
  return width === 2 ? digits.slice(-2) : digits;
}

/** Weeks begin on Sunday, and the first is that of the first day. */
function week({ weekday }: Moment, day: number): number {
  const fromSunday = weekday % 7;
  return Math.floor((day - 1 + ((((fromSunday - (day - 1)) % 7) + 7) % 7)) / 7) + 1;
}

/** The year of the week: the last days of December may be in the next one's first. */
function weekYear({ year: own, month, day, weekday }: Moment): number {
  return month === 12 && day + (6 - (weekday % 7)) > 31 ? own + 1 : own;
}

function offset(letter: string, width: number, seconds: number): string {
  if (letter === "Z") return offsetText(seconds, { colon: false });
  if (seconds === 0) return "Z";
  const text = offsetText(seconds, { colon: width === 3 });
  return width === 1 ? text.slice(0, 3) : text;
}
