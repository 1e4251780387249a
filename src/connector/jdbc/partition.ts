import { error } from "../../error/error.ts";
import { findField, sameName } from "../../schema/compare.ts";
import { parseValue } from "../../schema/text.ts";
import { formatLocalTimestamp, formatTimestamp } from "../../schema/time.ts";
import type { DataType, StructField, StructType } from "../../schema/type.ts";
import { CalendarDate, LocalTimestamp, Timestamp } from "../../schema/value.ts";
import { zoneOf } from "../../schema/zone.ts";
import type { PartitionOptions } from "./option.ts";

/** Digits behind the point that Spark has the width of a part in. */
const digits = 10n ** 18n;

/**
 * The conditions of the parts of a read, as Spark makes them: each row is in one part, those below
 * and above the bounds in the first and the last. One empty text: a single part.
 */
export function partitions(
  options: PartitionOptions,
  schema: StructType,
  how: { readonly timeZone: string; quote(name: string): string },
): readonly string[] {
  const quoted = ({ name }: StructField) => sameName(how.quote(name), options.column);
  const found = findField(schema, options.column) ?? schema.fields.find(quoted);
  if (!found) {
    throw invalid("partitionColumn", options.column, `must be one of ${columnsOf(schema)}`);
  }
  const { timeZone } = how;
  const { type } = found;
  const lower = boundOf("lowerBound", options.lowerBound, { type, timeZone });
  const upper = boundOf("upperBound", options.upperBound, { type, timeZone });
  if (lower > upper) {
    throw invalid("lowerBound", options.lowerBound, `must not be above upperBound`);
  }
  const wanted = BigInt(options.count);
  const count = upper - lower >= wanted ? wanted : upper - lower;
  if (count <= 1n) return [""];
  const fraction = rounded(upper, count) - rounded(lower, count);
  const stride = fraction / digits;
  const lost = ((fraction - stride * digits) * count) / stride;
  let edge = lower + halfUp((lost / 2n) * stride);
  const column = how.quote(found.name);
  const shown = (bound: bigint): string => boundText(bound, type, timeZone);
  const parts: string[] = [];
  for (let part = 0n; part < count; part += 1n) {
    const from = `${column} >= ${shown(edge)}`;
    edge += stride;
    const to = `${column} < ${shown(edge)}`;
    if (part === 0n) parts.push(`${to} or ${column} is null`);
    else parts.push(part === count - 1n ? from : `${from} AND ${to}`);
  }
  return parts;
}

/** `value / count` with 18 digits behind the point, half to even. */
function rounded(value: bigint, count: bigint): bigint {
  const scaled = value * digits;
  const quotient = scaled / count;
  const rest = (scaled % count) * 2n;
  const magnitude = rest < 0n ? -rest : rest;
  const away = scaled < 0n ? -1n : 1n;
  if (magnitude > count || (magnitude === count && quotient % 2n !== 0n)) return quotient + away;
  return quotient;
}

function halfUp(scaled: bigint): bigint {
  return (scaled + digits / 2n) / digits;
}

function columnsOf(schema: StructType): string {
  return schema.fields.map(({ name }) => name).join(", ");
}

function boundOf(
  name: string,
  text: string,
  { type, timeZone }: { readonly type: DataType; readonly timeZone: string },
): bigint {
  switch (type.type) {
    case "date":
    case "timestamp":
    case "timestamp_ntz": {
      const value = parseValue(text, type, timeZone);
      if (value instanceof CalendarDate) return BigInt(value.days);
      if (value instanceof Timestamp || value instanceof LocalTimestamp) return value.micros;
      throw invalid(name, text, `must be a ${type.type}, as the column is`);
    }
    case "byte":
    case "short":
    case "integer":
    case "long":
    case "float":
    case "double":
    case "decimal":
      if (/^\s*[+-]?\d+\s*$/.test(text)) return BigInt(text.trim().replace(/^\+/, ""));
      throw invalid(name, text, "must be a whole number");
    default:
      throw invalid("partitionColumn", type.type, "must be a number, a date or a timestamp");
  }
}

function boundText(bound: bigint, type: DataType, timeZone: string): string {
  switch (type.type) {
    case "date":
      return `'${new CalendarDate(Number(bound))}'`;
    case "timestamp":
      return `'${formatTimestamp(bound, zoneOf(timeZone) ?? zoneOf("UTC")!)}'`;
    case "timestamp_ntz":
      return `'${formatLocalTimestamp(bound)}'`;
    default:
      return String(bound);
  }
}

function invalid(name: string, value: string, expected: string): Error {
  return error("INVALID_OPTION_VALUE", { name, value, expected });
}
