import { error } from "../error/error.ts";
import type { Literal } from "../plan/expression.ts";
import { fieldOfUnit, readInterval, unitWords } from "../schema/interval.ts";
import { fieldNames, fieldSize, type IntervalField, intervalOf } from "../schema/interval-field.ts";
import { amountOfText, intervalValue } from "../schema/interval-text.ts";
import { type AnsiIntervalType, calendarInterval } from "../schema/type.ts";
import { Interval } from "../schema/value.ts";
import { atOne, type Cursor, next, peek, placeOf, syntaxError, take } from "./cursor.ts";
import type { Token } from "./lexer.ts";

/** Whether the word INTERVAL begins a literal here and is not a name. */
export function atInterval(cursor: Cursor): boolean {
  if (peek(cursor).key !== "INTERVAL") return false;
  const signed = ["+", "-"].includes(peek(cursor, 1).key) ? 2 : 1;
  const value = peek(cursor, signed);
  if (value.kind === "string") return true;
  return value.kind === "number" && unitWords.has(peek(cursor, signed + 1).key);
}

/**
 * `INTERVAL 3 DAYS 2 HOURS`, `INTERVAL '1-2' YEAR TO MONTH`, `INTERVAL '1 day 2 hours'`: of the
 * type from its largest unit to its smallest; one of all units where the session has intervals of
 * the legacy kind.
 */
export function intervalLiteral(cursor: Cursor): Literal {
  const start = next(cursor);
  const pairs: string[] = [];
  const units: string[] = [];
  do {
    const negative = sign(cursor);
    const value = next(cursor);
    if (value.kind !== "string" && value.kind !== "number") throw syntaxError(cursor, value);
    const text = negative ? negated(value.value) : value.value;
    const unit = atOne(cursor, unitWords);
    if (unit === undefined) {
      if (value.kind !== "string" || pairs.length > 0) throw syntaxError(cursor);
      return build(cursor, { start, text, units: wordsOf(text) });
    }
    next(cursor);
    if (pairs.length === 0 && take(cursor, "TO")) {
      return between(cursor, { start, text, from: unit, to: next(cursor).key });
    }
    if (/[a-z]/i.test(text)) throw error("INVALID_INTERVAL_FORMAT.INVALID_VALUE", { input: text });
    pairs.push(`${text} ${unit}`);
    units.push(unit);
  } while (atUnitValue(cursor));
  return build(cursor, { start, text: pairs.join(" "), units });
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

/** The words of `1 day 2 hours` that are units. */
function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => /^[a-z]+$/i.test(word) && !/^interval$/i.test(word));
}

interface Written {
  readonly start: Token;
  readonly text: string;
}

function build(
  cursor: Cursor,
  { start, text, units }: Written & { readonly units: readonly string[] },
): Literal {
  const value = readInterval(text);
  if (typeof value === "string") throw error(value, { input: text });
  if (cursor.options.legacyInterval) return { kind: "literal", value, type: calendarInterval };
  const used = new Set(units.map(fieldOfUnit));
  const fields: IntervalField[] = fieldNames.filter((field) => used.has(field));
  const [first, last] = [fields[0], fields.at(-1)];
  const type = first && last && intervalOf(first, last);
  if (type === undefined) {
    const end = peek(cursor, -1).end;
    const literal = cursor.text.slice(start.start, end);
    throw error("_LEGACY_ERROR_TEMP_0029", { literal, ...placeOf(cursor, start) });
  }
  const micros = BigInt(value.days) * fieldSize("day") + value.micros;
  if (BigInt.asIntN(64, micros) !== micros)
    throw error("INVALID_INTERVAL_FORMAT.ARITHMETIC_EXCEPTION", { input: text });
  const amount = type.unit === "month" ? BigInt(value.months) : micros;
  return { kind: "literal", value: intervalValue(amount, type), type };
}

function between(
  cursor: Cursor,
  { start, text, from, to }: Written & { readonly from: string; readonly to: string },
): Literal {
  const type = intervalOf(from.toLowerCase(), to.toLowerCase());
  if (type === undefined || type.start === type.end) {
    throw error("_LEGACY_ERROR_TEMP_0028", { from, to, ...placeOf(cursor, start) });
  }
  const amount = amountOfText(text, type);
  if (!cursor.options.legacyInterval) {
    return { kind: "literal", value: intervalValue(amount, type), type };
  }
  return { kind: "literal", value: calendarOf(amount, type), type: calendarInterval };
}

function calendarOf(amount: bigint, type: AnsiIntervalType): Interval {
  if (type.unit === "month") return new Interval(Number(amount), 0, 0n);
  const day = fieldSize("day");
  return new Interval(0, Number(amount / day), amount % day);
}
