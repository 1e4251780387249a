import { error } from "../error/error.ts";
import type { Literal } from "../plan/expression.ts";
import { type Amounts, amountOf, intervalWords, unitOf, unitWords } from "../schema/interval.ts";
import { interval } from "../schema/type.ts";
import { Interval } from "../schema/value.ts";
import { atOne, type Cursor, next, peek, placeOf, syntaxError, take } from "./cursor.ts";

/** The fields of `'…' DAY TO SECOND`, from large to small. */
const fields = ["DAY", "HOUR", "MINUTE", "SECOND"];

/** Whether the word INTERVAL begins a literal here and is not a name. */
export function atInterval(cursor: Cursor): boolean {
  if (peek(cursor).key !== "INTERVAL") return false;
  const signed = ["+", "-"].includes(peek(cursor, 1).key) ? 2 : 1;
  const value = peek(cursor, signed);
  if (value.kind === "string") return true;
  return value.kind === "number" && unitWords.has(peek(cursor, signed + 1).key);
}

/** `INTERVAL 3 DAYS 2 HOURS`, `INTERVAL '1-2' YEAR TO MONTH`, `INTERVAL '1 day 2 hours'`. */
export function intervalLiteral(cursor: Cursor): Literal {
  const start = next(cursor);
  const fail = (input: string, reason: string): Error =>
    error("INVALID_INTERVAL_FORMAT", { input, reason, ...placeOf(cursor, start) });
  const amounts: Amounts = { months: 0n, days: 0n, micros: 0n };
  const parts = new Set<keyof Amounts>();
  const add = (text: string, word: string): void => {
    const unit = unitOf(word);
    if (!unit) throw fail(text, `invalid unit '${word}'`);
    const amount = amountOf(text, unit);
    if (amount === undefined) throw fail(text, `invalid value '${text}'`);
    amounts[unit.part] += amount;
    parts.add(unit.part);
  };
  do {
    const negative = sign(cursor);
    const value = next(cursor);
    if (value.kind !== "string" && value.kind !== "number") throw syntaxError(cursor, value);
    const text = negative ? negated(value.value) : value.value;
    const unit = atOne(cursor, unitWords);
    if (unit === undefined) {
      if (value.kind !== "string" || parts.size > 0) throw syntaxError(cursor);
      const words = intervalWords(text);
      if (!words) throw fail(text, "it is not pairs of a number and a unit");
      for (const [amount, word] of words) add(amount, word);
      break;
    }
    next(cursor);
    if (!take(cursor, "TO")) {
      add(text, unit);
      continue;
    }
    const to = next(cursor).key;
    const pairs = fieldValues(text, unit, to);
    if (!pairs) throw fail(text, `it does not match ${unit} TO ${to}`);
    for (const [amount, word] of pairs) add(amount, word);
    break;
  } while (atUnitValue(cursor));
  return cursor.options.legacyInterval ? calendar(amounts, fail) : build(amounts, parts, fail);
}

function sign(cursor: Cursor): boolean {
  if (take(cursor, "-")) return true;
  take(cursor, "+");
  return false;
}

function negated(text: string): string {
  const trimmed = text.trim();
  return trimmed.startsWith("-") ? trimmed.slice(1) : `-${trimmed}`;
}

function atUnitValue(cursor: Cursor): boolean {
  const ahead = ["+", "-"].includes(peek(cursor).key) ? 1 : 0;
  const value = peek(cursor, ahead);
  const isValue = value.kind === "string" || value.kind === "number";
  return isValue && unitWords.has(peek(cursor, ahead + 1).key);
}

/** `'y-m'` YEAR TO MONTH and `'d h:m:s.f'` DAY TO SECOND, or a part of the latter. */
function fieldValues(text: string, from: string, to: string): [string, string][] | undefined {
  const body = text.trim();
  if (from === "YEAR" && to === "MONTH") {
    const parts = /^([+-]*)(\d+)-(\d+)$/.exec(body);
    if (!parts || Number(parts[3]) > 11) return undefined;
    const mark = signOf(parts[1]);
    return [
      [`${mark}${parts[2]}`, "YEAR"],
      [`${mark}${parts[3]}`, "MONTH"],
    ];
  }
  const names = fields.slice(fields.indexOf(from), fields.indexOf(to) + 1);
  if (!fields.includes(from) || names.length < 2) return undefined;
  const number: Record<string, string> = { SECOND: "(\\d{1,2}(?:\\.\\d{1,9})?)" };
  const shape = names.map((name, index) => {
    const between = index === 0 ? "" : names[index - 1] === "DAY" ? " +" : ":";
    return between + (number[name] ?? (index === 0 ? "(\\d+)" : "(\\d{1,2})"));
  });
  const parts = new RegExp(`^([+-]*)${shape.join("")}$`).exec(body);
  if (!parts) return undefined;
  const limits: Record<string, number> = { HOUR: 23, MINUTE: 59, SECOND: 59.999999999 };
  const values = names.map((name, index): [string, string] => [parts[index + 2] ?? "", name]);
  const bad = values.some(([value, name], index) => index > 0 && Number(value) > limits[name]!);
  return bad ? undefined : values.map(([value, name]) => [`${signOf(parts[1])}${value}`, name]);
}

/** The sign of `-`, `--` (from a minus before the string) or nothing. */
function signOf(marks = ""): string {
  return marks.split("-").length % 2 === 0 ? "-" : "";
}

function calendar(
  { months, days, micros }: Amounts,
  fail: (input: string, reason: string) => Error,
): Literal {
  const fits =
    BigInt.asIntN(32, months) === months &&
    BigInt.asIntN(32, days) === days &&
    BigInt.asIntN(64, micros) === micros;
  if (!fits) throw fail("interval", "it is out of range");
  const value = new Interval(Number(months), Number(days), micros);
  return { kind: "literal", value, type: interval("calendar") };
}

function build(
  amounts: Amounts,
  parts: ReadonlySet<keyof Amounts>,
  fail: (input: string, reason: string) => Error,
): Literal {
  const { months, days, micros } = amounts;
  if (parts.has("months")) {
    if (parts.size > 1) {
      throw fail("interval", "year-month and day-time fields cannot be mixed");
    }
    if (BigInt.asIntN(32, months) !== months) throw fail("interval", "it is out of range");
    const value = new Interval(Number(months), 0, 0n);
    return { kind: "literal", value, type: interval("month") };
  }
  // A day-time interval counts microseconds only: a day of it always has 24 hours.
  const total = days * 86_400_000_000n + micros;
  if (BigInt.asIntN(64, total) !== total) throw fail("interval", "it is out of range");
  return { kind: "literal", value: new Interval(0, 0, total), type: interval("day") };
}
