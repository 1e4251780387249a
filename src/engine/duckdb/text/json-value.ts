import { unreachable } from "../../../error/error.ts";
import { truncateTime } from "../../../schema/time.ts";
import type { AtomicType, DecimalType, IntervalType, TimeType } from "../../../schema/type.ts";
import { CalendarDate, Timestamp, type Value } from "../../../schema/value.ts";
import { type TimeReader, toInteger } from "./convert.ts";
import { parseBigDecimal, parseGrouped, toDecimal } from "./decimal.ts";
import type { Scalar } from "./json-lexer.ts";

/** Half of a pair of UTF-16: it has no UTF-8. */
export const LONE_SURROGATE = /\p{Surrogate}/u;

/** A sound JSON value that is not of the column's type. */
export class Mismatch {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** A token: its kind, and its text (decoded, for a string). */
export type ScalarConvert = (kind: Scalar | "string", text: string) => Value;

interface ValueOptions {
  readonly times: TimeReader;
  readonly grammar: { readonly nonNumericNumbers: boolean };
}

/** How a column of the type reads a token that is not null; throws Mismatch. */
export function scalarConverter(
  type: AtomicType | DecimalType | IntervalType | TimeType,
  options: ValueOptions,
): ScalarConvert {
  const refuse = (text: string): Mismatch =>
    new Mismatch(`${JSON.stringify(text.slice(0, 100))} is no ${type.type}`);
  const or = <T extends Value>(value: T | undefined, text: string): T => {
    if (value === undefined) throw refuse(text);
    return value;
  };
  switch (type.type) {
    case "boolean":
      return (kind, text) => or(kind === "true" || (kind === "false" ? false : undefined), text);
    case "byte":
    case "short":
    case "integer":
    case "long": {
      const name = type.type;
      return (kind, text) => or(kind === "integer" ? integer(text, name) : undefined, text);
    }
    case "float":
      return (kind, text) => Math.fround(or(real(kind, text, options), text));
    case "double":
      return (kind, text) => or(real(kind, text, options), text);
    case "decimal":
      return (kind, text) => or(decimal(kind, text, type), text);
    case "date":
      return (kind, text) => or(kind === "string" ? day(text, options.times) : undefined, text);
    case "timestamp":
      return (kind, text) => {
        if (kind === "string") return or(options.times.timestamp(text), text);
        const seconds = kind === "integer" ? toInteger(text, "long") : undefined;
        return new Timestamp(BigInt.asIntN(64, (or(seconds, text) as bigint) * 1_000_000n));
      };
    case "timestamp_ntz":
      return (kind, text) =>
        or(kind === "string" ? options.times.timestampNtz(text) : undefined, text);
    case "time":
      return (kind, text) => {
        const time = kind === "string" ? options.times.time(text) : undefined;
        return truncateTime(or(time, text), type.precision);
      };
    case "binary":
      return (kind, text) => or(kind === "string" ? base64(text) : undefined, text);
    case "string":
    case "void":
    case "variant":
    case "interval":
      return (_, text) => {
        throw refuse(text);
      };
    default:
      unreachable(type);
  }
}

/** A byte column takes 128 to 255 too, and wraps them: Jackson's getByteValue does. */
function integer(text: string, type: "byte" | "short" | "integer" | "long"): Value | undefined {
  if (type !== "byte") return toInteger(text, type);
  const value = toInteger(text, "integer") as number | undefined;
  if (value === undefined || value < -128 || value > 255) return undefined;
  return (value << 24) >> 24;
}

function real(kind: Scalar | "string", text: string, options: ValueOptions): number | undefined {
  if (kind === "integer") return Number(text);
  if (kind === "float" || (kind === "string" && options.grammar.nonNumericNumbers)) {
    if (text === "NaN") return Number.NaN;
    if (/^\+?Infinity$|^\+INF$/.test(text)) return Number.POSITIVE_INFINITY;
    if (/^-(?:Infinity|INF)$/.test(text)) return Number.NEGATIVE_INFINITY;
  }
  return kind === "float" ? Number(text) : undefined;
}

function decimal(kind: Scalar | "string", text: string, type: DecimalType): Value | undefined {
  if (kind === "true" || kind === "false") return undefined;
  const value = kind === "string" ? parseGrouped(text) : parseBigDecimal(text);
  return value && toDecimal(value, type);
}

/** Texts of digits were days since 1970 once; from 1582 on both calendars agree on them. */
function day(text: string, times: TimeReader): CalendarDate | undefined {
  const read = times.date(text);
  if (read !== undefined || !times.standardDate || !/^[+-]?\d{1,9}$/.test(text)) return read;
  return Number(text) >= -141_427 ? new CalendarDate(Number(text)) : undefined;
}

function base64(text: string): Uint8Array | undefined {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) {
    return undefined;
  }
  return new Uint8Array(Buffer.from(text, "base64"));
}
