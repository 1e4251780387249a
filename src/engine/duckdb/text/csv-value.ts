import { unreachable } from "../../../error/error.ts";
import { truncateTime } from "../../../schema/time.ts";
import type { DataType } from "../../../schema/type.ts";
import type { Value } from "../../../schema/value.ts";
import { type TimeReader, toInteger } from "./convert.ts";
import type { CsvOptions } from "./csv-option.ts";
import { parseGrouped, toDecimal } from "./decimal.ts";

const REAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?$/;

/** How a column reads a token that is not the null value; undefined if it does not fit. */
export type TokenConvert = (token: string) => Value | undefined;

export function tokenConverter(
  type: DataType,
  options: CsvOptions,
  times: TimeReader,
): TokenConvert | undefined {
  switch (type.type) {
    case "string":
      return (token) => token;
    case "byte":
    case "short":
    case "integer":
    case "long": {
      const name = type.type;
      return (token) => (/^[+-]?\d+$/.test(token) ? toInteger(token, name) : undefined);
    }
    case "float":
      return (token) => {
        const value = real(token, options);
        return value === undefined ? undefined : Math.fround(value);
      };
    case "double":
      return (token) => real(token, options);
    case "boolean":
      return (token) => {
        const lower = token.toLowerCase();
        return lower === "true" || (lower === "false" ? false : undefined);
      };
    case "decimal":
      return (token) => {
        const value = parseGrouped(token);
        return value && toDecimal(value, type);
      };
    case "date":
      return times.date;
    case "timestamp":
      return times.timestamp;
    case "timestamp_ntz":
      return times.timestampNtz;
    case "time":
      return (token) => {
        const time = times.time(token);
        return time && truncateTime(time, type.precision);
      };
    case "void":
      return () => undefined;
    case "binary":
      return (token) => Buffer.from(token);
    case "variant":
    case "interval":
    case "array":
    case "map":
    case "struct":
      return undefined;
    default:
      unreachable(type);
  }
}

/** Java's Double.parseDouble, with the options' own words for what is no number. */
export function real(token: string, options: CsvOptions): number | undefined {
  if (token === options.nanValue) return Number.NaN;
  if (token === options.positiveInf) return Number.POSITIVE_INFINITY;
  if (token === options.negativeInf) return Number.NEGATIVE_INFINITY;
  const text = token.trim();
  if (REAL.test(text)) return Number(text.replace(/[dDfF]$/, ""));
  const word = /^([+-]?)(NaN|Infinity)$/.exec(text);
  if (word === null) return undefined;
  if (word[2] === "NaN") return Number.NaN;
  return word[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
