import { error } from "../../../error/error.ts";
import { intervalAmount } from "../../../schema/interval-text.ts";
import type { DataType } from "../../../schema/type.ts";
import {
  CalendarDate,
  Decimal,
  Interval,
  LocalTime,
  LocalTimestamp,
  Timestamp,
  type Value,
} from "../../../schema/value.ts";
import { bytesOf, VariantVal } from "../../../schema/variant/variant.ts";
import { memberName, text } from "../quote.ts";
import { sqlType } from "../type.ts";

/** SQL text of a value, exactly of the type. */
export function literal(value: Value, type: DataType): string {
  if (type.type === "void") return "NULL";
  if (value === null || value === undefined) {
    return `CAST(NULL AS ${sqlType(type)})`;
  }
  switch (type.type) {
    case "string":
      return text(String(value));
    case "boolean":
      return value === true ? "true" : "false";
    case "integer":
      return typeof value === "number" && value >= 0 ? String(value) : quoted(value, type);
    case "float":
    case "double":
      return quoted(Object.is(value, -0) ? "-0" : value, type);
    case "date":
      if (value instanceof CalendarDate) return `(DATE '1970-01-01' + ${value.days})`;
      break;
    case "timestamp":
      if (value instanceof Timestamp) return `make_timestamptz(${micros(value.micros)})`;
      break;
    case "timestamp_ntz":
      if (value instanceof LocalTimestamp) return `make_timestamp(${micros(value.micros)})`;
      break;
    case "time":
      if (value instanceof LocalTime) return quoted(value, type);
      break;
    case "binary":
      if (value instanceof Uint8Array) return blob(value);
      break;
    case "variant":
      if (value instanceof VariantVal) return blob(bytesOf(value));
      break;
    case "interval":
      if (value instanceof Interval) {
        if (type.unit !== "calendar") return quoted(String(intervalAmount(value, type)), type);
        const { months, days, micros: rest } = value;
        return `(to_months(${months}) + to_days(${days}) + to_microseconds(${micros(rest)}))`;
      }
      break;
    case "decimal":
      if (value instanceof Decimal) return quoted(value, type);
      break;
    case "byte":
    case "short":
    case "long":
      return quoted(value, type);
    default:
      return nested(value, type);
  }
  throw mismatch(value, type);
}

function nested(value: Value, type: DataType): string {
  if (type.type === "array" && Array.isArray(value)) {
    const items = value.map((item: Value) => literal(item, type.elementType));
    return `CAST([${items.join(", ")}] AS ${sqlType(type)})`;
  }
  if (type.type === "map" && value instanceof Map) {
    const keys = [...value.keys()].map((key: Value) => literal(key, type.keyType));
    const items = [...value.values()].map((item: Value) => literal(item, type.valueType));
    return `CAST(map([${keys.join(", ")}], [${items.join(", ")}]) AS ${sqlType(type)})`;
  }
  if (type.type === "struct" && typeof value === "object") {
    const row = value as { readonly [name: string]: Value };
    const members = type.fields.map(
      (field, at) => `${memberName(at)} := ${literal(row[field.name] ?? null, field.type)}`,
    );
    return `struct_pack(${members.join(", ")})`;
  }
  throw mismatch(value, type);
}

function quoted(value: Value, type: DataType): string {
  return `CAST('${String(value)}' AS ${sqlType(type)})`;
}

function blob(value: Uint8Array): string {
  return `unhex('${Buffer.from(value).toString("hex")}')`;
}

function micros(value: bigint): string {
  return `CAST('${value}' AS BIGINT)`;
}

/** A value that its declared type cannot have. */
export function mismatch(value: Value, type: DataType): Error {
  const shown = typeof value === "object" ? value?.constructor.name : typeof value;
  return error("ENGINE_UNSUPPORTED_TYPE", { type: `${type.type} given as ${shown}` });
}
