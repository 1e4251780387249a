import { error } from "../../../error/error.ts";
import { CalendarDate, LocalTimestamp, Timestamp } from "../../../schema/value.ts";
import { checkedDay } from "./datetime.ts";
import { toInstant, type Zone, zoneOf } from "./zone.ts";

/** Months by their English names, January first. */
export const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
/** Days of the week by their English names, Monday first. */
export const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

type Field =
  | "year"
  | "shortYear"
  | "month"
  | "monthName"
  | "day"
  | "dayOfYear"
  | "hour"
  | "clockHour"
  | "hour12"
  | "hourOfPeriod"
  | "minute"
  | "second"
  | "fraction"
  | "period"
  | "zone"
  | "ignored";

/** A compiled Java DateTimeFormatter pattern: a regular expression and what its groups mean. */
export interface Pattern {
  readonly expression: RegExp;
  readonly fields: readonly Field[];
}

interface Part {
  readonly source: string;
  readonly field?: Field;
}

/** Compiles a pattern of Spark's subset of letters; others are INVALID_TEXT_OPTION by name. */
export function compilePattern(pattern: string, option: string): Pattern {
  let source = "^";
  const fields: Field[] = [];
  const tokens = pattern.match(/'(?:[^']|'')*'|([A-Za-z])\1*|[\s\S]/g) ?? [];
  tokens.forEach((token, index) => {
    if (token === "[") source += "(?:";
    else if (token === "]") source += ")?";
    else if (token.length > 1 && token.startsWith("'")) {
      source += literal(token === "''" ? "'" : token.slice(1, -1).replaceAll("''", "'"));
    } else if (/[A-Za-z]/.test(token)) {
      const adjacent = /^[A-Za-z]/.test(tokens[index + 1] ?? "");
      const part = letters(token, adjacent);
      if (part === undefined) {
        const reason = `the letters ${token} are not known in a pattern`;
        throw error("INVALID_TEXT_OPTION", { option, value: pattern, reason });
      }
      source += part.source;
      if (part.field !== undefined) fields.push(part.field);
    } else source += literal(token);
  });
  return { expression: new RegExp(`${source}$`, "i"), fields };
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

function letters(token: string, adjacent: boolean): Part | undefined {
  const width = token.length;
  const digits = (field: Field, most: number): Part => ({
    source: width === 1 && !adjacent ? `(\\d{1,${most}})` : `(\\d{${width}})`,
    field,
  });
  switch (token[0]) {
    case "y":
    case "u":
      if (width === 2) return { source: "(\\d{2})", field: "shortYear" };
      return width === 4 && !adjacent
        ? { source: "([+-]?\\d{4,9})", field: "year" }
        : { source: width === 1 ? "([+-]?\\d{1,9})" : `(\\d{${width}})`, field: "year" };
    case "M":
    case "L":
      if (width === 3) return { source: `(${names(MONTHS, 3)})`, field: "monthName" };
      if (width === 4) return { source: `(${MONTHS.join("|")})`, field: "monthName" };
      return width <= 2 ? digits("month", 2) : undefined;
    case "d":
      return width <= 2 ? digits("day", 2) : undefined;
    case "D":
      return width <= 3 ? { source: `(\\d{${width},3})`, field: "dayOfYear" } : undefined;
    case "E":
      return { source: `(${width === 4 ? DAYS.join("|") : names(DAYS, 3)})`, field: "ignored" };
    case "H":
      return digits("hour", 2);
    case "k":
      return digits("clockHour", 2);
    case "h":
      return digits("hour12", 2);
    case "K":
      return digits("hourOfPeriod", 2);
    case "m":
      return digits("minute", 2);
    case "s":
      return digits("second", 2);
    case "S":
      return { source: `(\\d{1,${width}})`, field: "fraction" };
    case "a":
      return { source: "(AM|PM)", field: "period" };
    case "X":
      return { source: `(Z|${offset(width)})`, field: "zone" };
    case "x":
    case "Z":
      return {
        source: width === 5 ? `(Z|${offset(5)})` : `(${offset(width === 4 ? 3 : width)})`,
        field: "zone",
      };
    case "O":
      return { source: "(GMT(?:[+-]\\d{1,2}(?::\\d{2})?)?)", field: "zone" };
    case "V":
      return width === 2 ? { source: "([A-Za-z][\\w/+-]*|[+-][\\d:]+)", field: "zone" } : undefined;
    case "z":
      return { source: "([A-Za-z][A-Za-z/_]*)", field: "zone" };
    default:
      return undefined;
  }
}

function offset(width: number): string {
  if (width === 1) return "[+-]\\d{2}(?:\\d{2})?";
  return width === 2 || width === 4 ? "[+-]\\d{4}" : "[+-]\\d{2}:\\d{2}";
}

function names(from: readonly string[], length: number): string {
  return from.map((name) => name.slice(0, length)).join("|");
}

/** What a text says by a pattern. */
export interface PatternTime {
  readonly date: CalendarDate;
  readonly local: LocalTimestamp;
  timestamp(zone: Zone): Timestamp | undefined;
}

/** Reads a text by a pattern, strictly; absent parts are 1970-01-01 00:00:00. */
export function patternInstant(pattern: Pattern, text: string): PatternTime | undefined {
  const found = pattern.expression.exec(text);
  if (found === null) return undefined;
  const parts: Partial<Record<Field, string>> = {};
  pattern.fields.forEach((field, index) => {
    const value = found[index + 1];
    if (value !== undefined) parts[field] = value;
  });
  const days = dayOf(parts);
  const seconds = secondsOf(parts);
  if (days === undefined || seconds === undefined) return undefined;
  const fraction = BigInt((parts.fraction ?? "").slice(0, 6).padEnd(6, "0"));
  const wall = days * 86_400 + seconds;
  return {
    date: new CalendarDate(days),
    local: new LocalTimestamp(BigInt(wall) * 1_000_000n + fraction),
    timestamp: (zone) => {
      const used = parts.zone === undefined ? zone : zoneOf(parts.zone);
      if (used === undefined) return undefined;
      return new Timestamp(BigInt(toInstant(wall, used)) * 1_000_000n + fraction);
    },
  };
}

function dayOf(parts: Partial<Record<Field, string>>): number | undefined {
  const year = parts.shortYear ? 2000 + Number(parts.shortYear) : Number(parts.year ?? 1970);
  if (parts.dayOfYear !== undefined) {
    const first = checkedDay(year, 1, 1)!;
    const days = first + Number(parts.dayOfYear) - 1;
    return Number(parts.dayOfYear) >= 1 && days < checkedDay(year + 1, 1, 1)! ? days : undefined;
  }
  const month = parts.monthName
    ? MONTHS.findIndex((name) => name.slice(0, 3).toLowerCase() === monthKey(parts.monthName)) + 1
    : Number(parts.month ?? 1);
  return checkedDay(year, month, Number(parts.day ?? 1));
}

function monthKey(name: string | undefined): string {
  return (name ?? "").slice(0, 3).toLowerCase();
}

function secondsOf(parts: Partial<Record<Field, string>>): number | undefined {
  const afternoon = parts.period?.toUpperCase() === "PM" ? 12 : 0;
  let hour = Number(parts.hour ?? 0);
  if (parts.clockHour !== undefined) hour = Number(parts.clockHour) % 24;
  if (parts.hour12 !== undefined) {
    const clock = Number(parts.hour12);
    if (clock < 1 || clock > 12) return undefined;
    hour = (clock % 12) + afternoon;
  }
  if (parts.hourOfPeriod !== undefined) hour = Number(parts.hourOfPeriod) + afternoon;
  const [minute, second] = [Number(parts.minute ?? 0), Number(parts.second ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return hour * 3600 + minute * 60 + second;
}
