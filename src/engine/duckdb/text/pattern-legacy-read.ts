import { env } from "../../../env.ts";
import { error } from "../../../error/error.ts";
import { civil, dayNumber } from "../../../schema/value.ts";
import { DAYS, MONTHS } from "./calendar-name.ts";
import type { LegacyToken } from "./pattern-legacy-token.ts";
import { zoneAt } from "./pattern-part.ts";
import { toInstant, type Zone, zoneOf } from "./zone.ts";

type Field = "era" | "year" | "month" | "day" | "dayOfYear" | "hour" | "half" | "period";
type Fields = Partial<Record<Field | "minute" | "second" | "millis", number>>;

interface State {
  readonly text: string;
  at: number;
  readonly fields: Fields;
  /** Which of the month's day and the year's was said last: that one counts. */
  last?: "day" | "dayOfYear";
  zone?: string;
}

/**
 * The microseconds of the instant that a text says by the tokens, as Java's SimpleDateFormat that
 * is not lenient reads it; undefined where it does not fit. What follows in the text is let be.
 */
export function readLegacy(
  tokens: readonly LegacyToken[],
  text: string,
  zone: Zone,
): bigint | undefined {
  const state: State = { text, at: 0, fields: {} };
  for (const [index, token] of tokens.entries()) {
    const touches = tokens[index + 1]?.kind === "letters";
    if (!(token.kind === "text" ? literal(token.text, state) : letters(token, touches, state))) {
      return undefined;
    }
  }
  const days = dayOf(state);
  const seconds = secondsOf(state.fields);
  const used = state.zone === undefined ? zone : zoneOf(state.zone);
  const millis = state.fields.millis ?? 0;
  if (days === undefined || seconds === undefined || used === undefined) return undefined;
  if (millis < 0 || millis > 999) return undefined;
  return BigInt(toInstant(days * 86_400 + seconds, used)) * 1_000_000n + BigInt(millis * 1000);
}

function literal(text: string, state: State): boolean {
  if (!state.text.startsWith(text, state.at)) return false;
  state.at += text.length;
  return true;
}

const numbers: Readonly<Record<string, keyof Fields>> = {
  ...{ y: "year", M: "month", L: "month", d: "day", D: "dayOfYear", H: "hour", k: "hour" },
  ...{ h: "half", K: "half", m: "minute", s: "second", S: "millis" },
};

interface Run {
  readonly letter: string;
  readonly width: number;
}

function letters({ letter, width }: Run, touches: boolean, state: State): boolean {
  while (state.text[state.at] === " " || state.text[state.at] === "\t") state.at += 1;
  if (letter === "z" || letter === "Z" || letter === "X") return zoned(state);
  const names = namesOf(letter, width);
  if (names === undefined) return numbered({ letter, width }, touches, state);
  const rest = state.text.slice(state.at, state.at + 16).toLowerCase();
  const index = names.findIndex((name) => rest.startsWith(name.toLowerCase()));
  if (index < 0) return false;
  state.at += names[index]?.length ?? 0;
  if (letter === "G") state.fields.era = index;
  else if (letter === "a") state.fields.period = index;
  else if (letter !== "E") state.fields.month = (index % 12) + 1;
  return true;
}

function namesOf(letter: string, width: number): readonly string[] | undefined {
  switch (letter) {
    case "G":
      return ["BC", "AD"];
    case "a":
      return ["AM", "PM"];
    case "E":
      return [...DAYS, ...short(DAYS)];
    case "M":
    case "L":
      return width > 2 ? [...MONTHS, ...short(MONTHS)] : undefined;
    default:
      return undefined;
  }
}

function numbered({ letter, width }: Run, touches: boolean, state: State): boolean {
  const field = numbers[letter];
  if (field === undefined) {
    const name = `reading by the letter ${letter} as before Spark 3.0`;
    throw error("ENGINE_UNSUPPORTED_FUNCTION", { name });
  }
  const start = state.at;
  const value = number(state, touches ? width : undefined);
  if (value === undefined) return false;
  const century = letter === "y" && width <= 2 && state.at - start === 2 && value >= 0;
  const noon = (letter === "k" && value === 24) || (letter === "h" && value === 12);
  state.fields[field] = century ? recent(value) : noon ? 0 : value;
  if (field === "day" || field === "dayOfYear") state.last = field;
  return true;
}

/** All digits that come, or just so many where another number touches. */
function number(state: State, width: number | undefined): number | undefined {
  const end = width === undefined ? undefined : state.at + width;
  const digits = /^-?\d+/.exec(state.text.slice(state.at, end))?.[0];
  if (digits === undefined) return undefined;
  state.at += digits.length;
  return Number(digits);
}

/** Two digits are of the hundred years that began 80 years ago. */
function recent(value: number): number {
  const start = civil(Math.floor(env.now() / 86_400_000)).year - 80;
  const year = start - (start % 100) + value;
  return year < start ? year + 100 : year;
}

function short(names: readonly string[]): string[] {
  return names.map((name) => name.slice(0, 3));
}

function zoned(state: State): boolean {
  const zone = zoneAt(state.text, state.at);
  if (zone === undefined) return false;
  state.zone = zone;
  state.at += zone.length;
  return true;
}

/** The day that counts; all other fields of the date must agree with it. */
function dayOf({ fields, last }: State): number | undefined {
  const { era, month, day, dayOfYear } = fields;
  const year = era === 0 ? 1 - (fields.year ?? 1970) : (fields.year ?? 1970);
  const days =
    last === "dayOfYear"
      ? dayNumber(year, 1, 1) + (dayOfYear ?? 1) - 1
      : dayNumber(year, month ?? 1, day ?? 1);
  const found = civil(days);
  const ofYear = days - dayNumber(found.year, 1, 1) + 1;
  const agrees =
    found.year === year &&
    (month ?? found.month) === found.month &&
    (day ?? found.day) === found.day &&
    (dayOfYear ?? ofYear) === ofYear;
  return agrees && (month === undefined || (month >= 1 && month <= 12)) ? days : undefined;
}

function secondsOf({ hour, half, period, minute = 0, second = 0 }: Fields): number | undefined {
  const used = hour ?? (half ?? 0) + 12 * (period ?? 0);
  const bounds = [
    [used, 23],
    [half ?? 0, 11],
    [minute, 59],
    [second, 59],
  ] as const;
  if (bounds.some(([value, most]) => value < 0 || value > most)) return undefined;
  return used * 3600 + minute * 60 + second;
}
