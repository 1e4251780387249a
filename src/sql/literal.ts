import { error } from "../error/error.ts";
import type { Expression, Literal } from "../plan/expression.ts";
import { parseDate, parseLocalTimestamp, parseTime, parseTimestamp } from "../schema/time.ts";
import {
  binary,
  boolean,
  type DataType,
  date,
  integer,
  nullType,
  string,
  time,
  timestamp,
  timestampNtz,
} from "../schema/type.ts";
import { CalendarDate, LocalTimestamp, Timestamp, type Value } from "../schema/value.ts";
import { type Zone, zoneOf } from "../schema/zone.ts";
import { type Cursor, next, peek, placeOf } from "./cursor.ts";
import { atInterval, intervalLiteral } from "./interval.ts";
import { stringText } from "./name.ts";
import { numberLiteral } from "./number.ts";

export function literal(value: Value, type: DataType): Literal {
  return { kind: "literal", value, type };
}

/** A literal, if one stands here. */
export function takeLiteral(cursor: Cursor): Expression | undefined {
  const token = peek(cursor);
  if (token.kind === "number") return numberLiteral(next(cursor).value);
  if (token.key === "-" && peek(cursor, 1).kind === "number") {
    next(cursor);
    return numberLiteral(next(cursor).value, true);
  }
  if (token.kind === "string") return literal(stringText(cursor), string);
  if (token.kind !== "word") return undefined;
  if (atInterval(cursor)) return intervalLiteral(cursor);
  if (peek(cursor, 1).kind === "string" && token.key !== "CASE") return typedLiteral(cursor);
  if ([".", "(", "->"].includes(peek(cursor, 1).key)) return undefined;
  if (token.key === "NULL") return constant(cursor, null, nullType);
  if (token.key === "TRUE") return constant(cursor, true, boolean);
  if (token.key === "FALSE") return constant(cursor, false, boolean);
  return undefined;
}

function constant(cursor: Cursor, value: Value, type: DataType): Literal {
  next(cursor);
  return literal(value, type);
}

/** `DATE '…'`, `TIMESTAMP '…'`, `X'…'`. */
function typedLiteral(cursor: Cursor): Expression {
  const token = next(cursor);
  const text = next(cursor).value;
  const invalid = (): Error =>
    error("INVALID_TYPED_LITERAL", {
      valueType: token.key === "X" ? '"X"' : `"${token.key}"`,
      value: `'${text}'`,
      ...placeOf(cursor, token),
    });
  switch (token.key) {
    case "DATE":
      return dateLiteral(text) ?? raise(invalid);
    case "TIMESTAMP":
      if (cursor.options.timestampType === "timestamp_ntz" && !namesZone(text)) {
        return localLiteral(text) ?? raise(invalid);
      }
      return timestampLiteral(text) ?? raise(invalid);
    case "TIMESTAMP_LTZ":
      return timestampLiteral(text) ?? raise(invalid);
    case "TIMESTAMP_NTZ":
      return localLiteral(text) ?? raise(invalid);
    case "TIME": {
      const value = parseTime(text);
      if (!value) throw invalid();
      return literal(value, time());
    }
    case "X": {
      const digits = text.length % 2 === 0 ? text : `0${text}`;
      if (!/^[0-9a-f]*$/i.test(digits)) throw invalid();
      return literal(Uint8Array.from(Buffer.from(digits, "hex")), binary);
    }
    default:
      throw error("UNSUPPORTED_TYPED_LITERAL", {
        unsupportedType: `"${token.key}"`,
        ...placeOf(cursor, token),
      });
  }
}

function raise(make: () => Error): never {
  throw make();
}

const call = (name: string, ...args: readonly Expression[]): Expression => ({
  kind: "call",
  name,
  arguments: args,
});

/** `today` and its kin in lower case; a zone behind one is checked, and `now` takes none. */
function namedMoment(text: string): string | undefined {
  const match = /^(epoch|now|today|tomorrow|yesterday)[ \t]*([!-~]*)$/i.exec(text.trim());
  const [, name = "", zone = ""] = match ?? [];
  if (zone !== "" && (/^now$/i.test(name) || zoneOf(zone) === undefined)) return undefined;
  return name.toLowerCase();
}

/** The days that Spark names: they are computed when the query runs. */
function namedDate(text: string): Expression | undefined {
  const today = call("current_date");
  switch (namedMoment(text)) {
    case "epoch":
      return literal(new CalendarDate(0), date);
    case "now":
    case "today":
      return today;
    case "yesterday":
      return call("date_add", today, literal(-1, integer));
    case "tomorrow":
      return call("date_add", today, literal(1, integer));
    default:
      return undefined;
  }
}

function dateLiteral(text: string): Expression | undefined {
  const value = parseDate(text);
  return value ? literal(value, date) : namedDate(text);
}

const utc = zoneOf("UTC") as Zone;
const east = zoneOf("+01:00") as Zone;

/** Without a zone it is a cast of the wall-clock reading, which the session's zone decides. */
function timestampLiteral(text: string): Expression | undefined {
  const inUtc = parseTimestamp(text, utc);
  if (!inUtc) return namedInstant(text);
  if (namesZone(text)) return literal(inUtc, timestamp);
  const reading = literal(new LocalTimestamp(inUtc.micros), timestampNtz);
  return { kind: "cast", input: reading, type: timestamp, mode: "cast", literal: true };
}

/** A text that names its own zone is the same instant wherever it is read. */
function namesZone(text: string): boolean {
  const inUtc = parseTimestamp(text, utc)?.micros;
  return inUtc !== undefined && inUtc === parseTimestamp(text, east)?.micros;
}

function localLiteral(text: string): Expression | undefined {
  const value = parseLocalTimestamp(text);
  if (value) return literal(value, timestampNtz);
  const name = namedMoment(text);
  if (name === "now") return call("localtimestamp");
  if (name === "epoch") return literal(new LocalTimestamp(0n), timestampNtz);
  const day = namedDate(text);
  return day && { kind: "cast", input: day, type: timestampNtz, mode: "cast" };
}

function namedInstant(text: string): Expression | undefined {
  const name = namedMoment(text);
  if (name === "now") return call("now");
  if (name === "epoch") return literal(new Timestamp(0n), timestamp);
  const day = namedDate(text);
  return day && { kind: "cast", input: day, type: timestamp, mode: "cast" };
}
