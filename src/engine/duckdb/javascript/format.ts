import { error, isError } from "../../../error/error.ts";
import { parseTime } from "../../../schema/time.ts";
import { civil, dayNumber, floorDiv } from "../../../schema/value.ts";
import { compilePattern, DAYS, MONTHS, type Pattern, patternInstant } from "../text/pattern.ts";
import { zoneOf } from "../text/zone.ts";

interface Moment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly dayOfYear: number;
  readonly weekday: number; // 1 is Monday
  readonly seconds: number; // of the day
  readonly micros: number; // of the second
  readonly offset: number; // seconds east of UTC
  readonly zone: string;
}

function momentOf(micros: bigint, zone: string): Moment {
  const epoch = Number(floorDiv(micros, 1_000_000n));
  const offset = zoneOf(zone)?.(epoch) ?? 0;
  const local = epoch + offset;
  const days = Math.floor(local / 86_400);
  const date = civil(days);
  return {
    ...date,
    dayOfYear: days - dayNumber(date.year, 1, 1) + 1,
    weekday: ((((days + 3) % 7) + 7) % 7) + 1,
    seconds: local - days * 86_400,
    micros: Number(micros - floorDiv(micros, 1_000_000n) * 1_000_000n),
    offset,
    zone,
  };
}

function offsetText(seconds: number, colon: boolean, zulu: boolean): string {
  if (seconds === 0 && zulu) return "Z";
  const size = Math.abs(seconds);
  const hours = String(Math.floor(size / 3600)).padStart(2, "0");
  const minutes = String(Math.floor(size / 60) % 60).padStart(2, "0");
  return `${seconds < 0 ? "-" : "+"}${hours}${colon ? ":" : ""}${minutes}`;
}

/** One run of a pattern letter: Java's DateTimeFormatter, US English. */
function letters(run: string, at: Moment): string {
  const letter = run[0] as string;
  const width = run.length;
  const number = (value: number): string => String(value).padStart(width, "0");
  const hour = Math.floor(at.seconds / 3600);
  switch (letter) {
    case "y":
    case "u":
      return width === 2 ? String(((at.year % 100) + 100) % 100).padStart(2, "0") : number(at.year);
    case "M":
    case "L":
      return width > 3
        ? (MONTHS[at.month - 1] as string)
        : width === 3
          ? (MONTHS[at.month - 1] as string).slice(0, 3)
          : number(at.month);
    case "d":
      return number(at.day);
    case "D":
      return number(at.dayOfYear);
    case "Q":
    case "q":
      return number(Math.ceil(at.month / 3));
    case "E":
      return width > 3
        ? (DAYS[at.weekday - 1] as string)
        : (DAYS[at.weekday - 1] as string).slice(0, 3);
    case "H":
      return number(hour);
    case "k":
      return number(hour === 0 ? 24 : hour);
    case "K":
      return number(hour % 12);
    case "h":
      return number(hour % 12 === 0 ? 12 : hour % 12);
    case "m":
      return number(Math.floor(at.seconds / 60) % 60);
    case "s":
      return number(at.seconds % 60);
    case "S":
      return String(at.micros).padStart(6, "0").padEnd(9, "0").slice(0, width);
    case "a":
      return hour < 12 ? "AM" : "PM";
    case "G":
      return at.year > 0 ? "AD" : "BC";
    case "X":
      return at.offset === 0
        ? "Z"
        : width === 1
          ? offsetText(at.offset, false, true).replace(/00$/, "")
          : offsetText(at.offset, width > 2, true);
    case "x":
      return offsetText(at.offset, width === 3 || width === 5, false);
    case "Z":
      return width === 5 ? offsetText(at.offset, true, true) : offsetText(at.offset, false, false);
    case "z":
    case "V":
      return at.zone;
    default:
      throw error("INVALID_PARAMETER", {
        function: "date_format",
        reason: `the pattern letter ${letter} is not known`,
      });
  }
}

function format(micros: bigint, pattern: string, zone: string): string {
  const at = momentOf(micros, zone);
  return pattern.replace(/'((?:[^']|'')*)'|([A-Za-z])\2*/g, (run, quoted: string | undefined) => {
    if (quoted !== undefined) return quoted === "" ? "'" : quoted.replaceAll("''", "'");
    return letters(run, at);
  });
}

/** Patterns remembered: a query has few, and a column of patterns must not fill the memory. */
const patternLimit = 100;
const patterns = new Map<string, Pattern>();

function compiled(pattern: string): Pattern {
  const found = patterns.get(pattern);
  if (found !== undefined) return found;
  if (patterns.size >= patternLimit) patterns.clear();
  const made = compilePattern(pattern, "format");
  patterns.set(pattern, made);
  return made;
}

function timeMicros(value: string, pattern: string | undefined): string | null {
  if (pattern === undefined) return parseTime(value)?.micros.toString() ?? null;
  const micros = patternInstant(compiled(pattern), value)?.local.micros;
  return micros === undefined ? null : String(((micros % DAY) + DAY) % DAY);
}

const DAY = 86_400_000_000n;

type Texts = readonly string[];

/** Times as texts by Java's patterns, and back: microseconds travel as text. */
export const formatOperations = {
  date_format: ([micros = "0", pattern = "", zone = "UTC"]: Texts): string =>
    format(BigInt(micros), pattern, zone),
  parse_timestamp: ([value = "", pattern = "", name = "UTC"]: Texts): string | null => {
    const zone = zoneOf(name);
    const found = zone && patternInstant(compiled(pattern), value)?.timestamp(zone);
    return found?.micros.toString() ?? null;
  },
  parse_time: ([value = "", pattern]: Texts): string | null => timeMicros(value, pattern),
  try_parse_time: ([value = "", pattern]: Texts): string | null => {
    try {
      return timeMicros(value, pattern);
    } catch (thrown) {
      if (isError(thrown)) return null;
      throw thrown;
    }
  },
  parse_timestamp_ntz: ([value = "", pattern = ""]: Texts): string | null =>
    patternInstant(compiled(pattern), value)?.local.micros.toString() ?? null,
} as const;
