import { assert } from "../error/error.ts";
import { parseInterval } from "./interval.ts";
import { formatInterval, intervalValue, readFields } from "./interval-text.ts";
import { formatDouble, formatFloat, parseDecimal, toDecimal } from "./number.ts";
import {
  formatLocalTimestamp,
  formatTimestamp,
  parseDate,
  parseLocalTimestamp,
  parseTime,
  parseTimestamp,
  trimAll,
  truncateTime,
} from "./time.ts";
import type { DataType, IntervalType, StructType } from "./type.ts";
import type { Decimal, Interval, LocalTimestamp, Timestamp, Value } from "./value.ts";
import { type Zone, zoneOf } from "./zone.ts";

/**
 * A value as Spark's `CAST(x AS STRING)` gives it, timestamps in `timeZone`: `1.0E10`,
 * `[1, null]`, `{a -> 1}`, `{1, x}`. Null is `null`, as inside arrays; binary is decoded as UTF-8.
 */
export function formatValue(value: Value, type: DataType, timeZone = "UTC"): string {
  return format(value, type, knownZone(timeZone));
}

function knownZone(id: string): Zone {
  const zone = zoneOf(id);
  assert(zone, `time zone ${id} is checked where it is set`);
  return zone;
}

/** Java's BigDecimal.toString: an exponent where many zeros would follow the point. */
export function decimalText(value: Decimal): string {
  const { unscaled, scale } = value;
  const digits = String(unscaled < 0n ? -unscaled : unscaled);
  const exponent = digits.length - 1 - scale;
  if (exponent >= -6) return value.toString();
  const rest = digits.length > 1 ? `.${digits.slice(1)}` : "";
  return `${unscaled < 0n ? "-" : ""}${digits[0]}${rest}E${exponent}`;
}

const utf8 = new TextDecoder();

function format(value: Value, type: DataType, zone: Zone): string {
  if (value === null) return "null";
  switch (type.type) {
    case "float":
      return formatFloat(value as number);
    case "double":
      return formatDouble(value as number);
    case "binary":
      return utf8.decode(value as Uint8Array);
    case "timestamp":
      return formatTimestamp((value as Timestamp).micros, zone);
    case "timestamp_ntz":
      return formatLocalTimestamp((value as LocalTimestamp).micros);
    case "interval":
      return formatInterval(value as Interval, type);
    case "array": {
      const items = value as readonly Value[];
      return `[${items.map((item) => format(item, type.elementType, zone)).join(", ")}]`;
    }
    case "map": {
      const entries = [...(value as ReadonlyMap<Value, Value>)].map(
        ([key, item]) =>
          `${format(key, type.keyType, zone)} -> ${format(item, type.valueType, zone)}`,
      );
      return `{${entries.join(", ")}}`;
    }
    case "struct":
      return `{${members(value, type, zone).join(", ")}}`;
    default:
      return String(value);
  }
}

function members(value: Value, type: StructType, zone: Zone): string[] {
  const row = value as { readonly [name: string]: Value };
  return type.fields.map(({ name, type }) => format(row[name] ?? null, type, zone));
}

const integerBits: Readonly<Record<string, number>> = { byte: 8, short: 16, integer: 32, long: 64 };

/**
 * A text as a value of a type without parts, by Spark's cast rules where they fail on bad text
 * (ANSI): undefined if it is none. Timestamps without a zone are in `timeZone`.
 */
export function parseValue(text: string, type: DataType, timeZone = "UTC"): Value | undefined {
  switch (type.type) {
    case "string":
      return text;
    case "boolean":
      return parseBoolean(text);
    case "byte":
    case "short":
    case "integer":
    case "long":
      return parseInteger(text, integerBits[type.type]!);
    case "float":
    case "double": {
      const number = parseNumber(text);
      return type.type === "float" && number !== undefined ? Math.fround(number) : number;
    }
    case "decimal": {
      const exact = parseDecimal(trimAll(text));
      return exact && toDecimal(exact, type);
    }
    case "date":
      return parseDate(text);
    case "timestamp":
      return parseTimestamp(text, knownZone(timeZone));
    case "timestamp_ntz":
      return parseLocalTimestamp(text);
    case "time": {
      const time = parseTime(text);
      return time && truncateTime(time, type.precision);
    }
    case "binary":
      return new TextEncoder().encode(text);
    case "interval":
      return parseIntervalOf(text, type);
    default:
      return undefined;
  }
}

function parseIntervalOf(text: string, type: IntervalType): Interval | undefined {
  if (type.unit === "calendar") return parseInterval(text);
  const amount = readFields(text, type);
  return typeof amount === "bigint" ? intervalValue(amount, type) : undefined;
}

function parseBoolean(text: string): boolean | undefined {
  const word = trimAll(text).toLowerCase();
  if (["t", "true", "y", "yes", "1"].includes(word)) return true;
  return ["f", "false", "n", "no", "0"].includes(word) ? false : undefined;
}

function parseInteger(text: string, bits: number): number | bigint | undefined {
  const digits = trimAll(text);
  if (!/^[+-]?\d+$/.test(digits)) return undefined;
  const exact = BigInt(digits.replace(/^\+/, ""));
  if (BigInt.asIntN(bits, exact) !== exact) return undefined;
  return bits === 64 ? exact : Number(exact);
}

function parseNumber(text: string): number | undefined {
  const word = trimAll(text);
  const named = /^([+-]?)(nan|inf|infinity)$/i.exec(word);
  if (named) {
    if (named[2]!.toLowerCase() === "nan") return named[1] === "" ? Number.NaN : undefined;
    return named[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[dDfF]?$/.test(word)
    ? Number(word.replace(/[dDfF]$/, ""))
    : undefined;
}
