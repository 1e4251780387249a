import { parseBinary } from "../../../schema/binary.ts";
import type { DataType } from "../../../schema/type.ts";
import type { Value } from "../../../schema/value.ts";
import { type TimeReader, toInteger } from "../text/convert.ts";
import { parseGrouped, toDecimal } from "../text/decimal.ts";
import { trimmed } from "./element.ts";
import type { XmlOptions } from "./option.ts";

/** A text that is not of its column's type. */
export class Misfit {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** The value of a text (Spark's StaxXmlParser.convertTo); throws Misfit. */
export function convert(
  text: string | null,
  type: DataType,
  { options, times }: { readonly options: XmlOptions; readonly times: TimeReader },
): Value {
  const value = text === null ? null : trimmed(text, options);
  if (value === null || value === options.nullValue) return null;
  const read =
    type.type === "binary"
      ? parseBinary(value, options.binaryStyle)
      : typedValue(value, type, times);
  if (read === undefined)
    throw new Misfit(`${JSON.stringify(value.slice(0, 100))} is no ${type.type}`);
  return read;
}

function typedValue(text: string, type: DataType, times: TimeReader): Value | undefined {
  switch (type.type) {
    case "string":
      return text;
    case "void":
      return null;
    case "byte":
    case "short":
      return whole(text, type.type);
    case "integer":
      return signed(
        text,
        (rest) => whole(rest, "integer") as number | undefined,
        (n) => -n,
      );
    case "long":
      return signed(
        text,
        (rest) => whole(rest, "long") as bigint | undefined,
        (n) => -n,
      );
    case "float": {
      const value = signed(text, real, (n) => -n);
      return value === undefined ? undefined : Math.fround(value);
    }
    case "double":
      return signed(text, real, (n) => -n);
    case "boolean": {
      const lower = text.toLowerCase();
      if (lower === "true" || lower === "1") return true;
      return lower === "false" || lower === "0" ? false : undefined;
    }
    case "decimal": {
      const value = parseGrouped(text);
      return value && toDecimal(value, type);
    }
    case "date":
      return times.date(text);
    case "timestamp":
      return times.timestamp(text);
    case "timestamp_ntz":
      return times.timestampNtz(text);
    case "time":
      return times.time(text);
    default:
      return undefined;
  }
}

function whole(text: string, type: "byte" | "short" | "integer" | "long"): Value | undefined {
  return /^[+-]?\d+$/.test(text) ? toInteger(text, type) : undefined;
}

/** The sign is taken off first: what is left may have another. */
function signed<T>(
  text: string,
  read: (rest: string) => T | undefined,
  negate: (value: T) => T,
): T | undefined {
  const value = read(/^[+-]/.test(text) ? text.slice(1) : text);
  return value !== undefined && text.startsWith("-") ? negate(value) : value;
}

const REAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?$/;

/** Java's Double.parseDouble, or the number that a text begins with in Java's NumberFormat. */
function real(given: string): number | undefined {
  const text = given.trim();
  if (REAL.test(text)) return Number(text.replace(/[dDfF]$/, ""));
  const word = /^([+-]?)(NaN|Infinity)$/.exec(text);
  if (word) return word[2] === "NaN" ? Number.NaN : Number(`${word[1]}Infinity`);
  const grouped = /^-?(?:\d[\d,]*(?:\.\d*)?|\.\d+)(?:E-?\d+)?/.exec(given);
  return grouped ? Number(grouped[0].replaceAll(",", "").replace(/\.$/, "")) : undefined;
}

/** Whether inference takes a text for a double: words and suffixes are texts there. */
export function isReal(text: string): boolean {
  return /^[+-]?[\d.]/.test(text) && !/[dDfF]$/.test(text) && REAL.test(text.replace(/^[+-]/, ""));
}
