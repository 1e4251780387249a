import type { DuckDBConnection, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { intervalAmount } from "../../../schema/interval-text.ts";
import type { DataType, StructType } from "../../../schema/type.ts";
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
import type { Duck } from "../module.ts";
import { memberName } from "../quote.ts";
import { mismatch } from "./literal.ts";

export interface Rows {
  readonly schema: StructType;
  readonly rows: readonly (readonly Value[])[];
}

/** Appends rows to a table that has one column for each field, chunk by chunk. */
export async function appendRows(
  duck: Duck,
  connection: DuckDBConnection,
  { table, schema, rows }: Rows & { readonly table: string },
): Promise<void> {
  const types = schema.fields.map((field) => duckType(duck, field.type));
  const appender = await connection.createAppender(table);
  try {
    const size = duck.DuckDBVector.standardSize();
    for (let start = 0; start < rows.length; start += size) {
      const part = rows.slice(start, start + size);
      const chunk = duck.DuckDBDataChunk.create(types, part.length);
      schema.fields.forEach((field, at) => {
        const column = part.map((row) => duckValue(duck, row[at] ?? null, field.type));
        chunk.setColumnValues(at, column);
      });
      appender.appendDataChunk(chunk);
    }
    appender.flushSync();
  } finally {
    appender.closeSync();
  }
}

function duckType(duck: Duck, type: DataType): DuckDBType {
  switch (type.type) {
    case "decimal":
      return duck.DECIMAL(type.precision, type.scale);
    case "array":
      return duck.LIST(duckType(duck, type.elementType));
    case "map":
      return duck.MAP(duckType(duck, type.keyType), duckType(duck, type.valueType));
    case "struct":
      return duck.STRUCT(
        Object.fromEntries(
          type.fields.map((field, at) => [memberName(at), duckType(duck, field.type)]),
        ),
      );
    default:
      return atomicType(duck, type);
  }
}

function atomicType(duck: Duck, type: DataType): DuckDBType {
  switch (type.type) {
    case "string":
      return duck.VARCHAR;
    case "long":
      return duck.BIGINT;
    case "short":
      return duck.SMALLINT;
    case "byte":
      return duck.TINYINT;
    case "float":
      return duck.FLOAT;
    case "double":
      return duck.DOUBLE;
    case "boolean":
      return duck.BOOLEAN;
    case "binary":
    case "variant":
      return duck.BLOB;
    case "date":
      return duck.DATE;
    case "timestamp":
      return duck.TIMESTAMPTZ;
    case "timestamp_ntz":
      return duck.TIMESTAMP;
    case "time":
      return duck.TIME;
    case "interval":
      return { month: duck.INTEGER, day: duck.BIGINT, calendar: duck.INTERVAL }[type.unit];
    default:
      return duck.INTEGER;
  }
}

function duckValue(duck: Duck, value: Value, type: DataType): DuckDBValue {
  if (value === null || type.type === "void") return null;
  if (value instanceof Uint8Array) return new duck.DuckDBBlobValue(value);
  if (value instanceof VariantVal) return new duck.DuckDBBlobValue(bytesOf(value));
  if (value instanceof CalendarDate) return new duck.DuckDBDateValue(value.days);
  if (value instanceof Timestamp) return new duck.DuckDBTimestampTZValue(value.micros);
  if (value instanceof LocalTimestamp) return new duck.DuckDBTimestampValue(value.micros);
  if (value instanceof LocalTime) return new duck.DuckDBTimeValue(value.micros);
  if (value instanceof Interval) {
    if (type.type !== "interval") throw mismatch(value, type);
    if (type.unit === "month") return value.months;
    if (type.unit === "day") return intervalAmount(value, type);
    return new duck.DuckDBIntervalValue(value.months, value.days, value.micros);
  }
  if (value instanceof Decimal) {
    if (type.type !== "decimal") throw mismatch(value, type);
    return new duck.DuckDBDecimalValue(value.unscaled, type.precision, type.scale);
  }
  if (typeof value !== "object") {
    return type.type === "long" ? BigInt(value as bigint) : value;
  }
  return nestedValue(duck, value, type);
}

function nestedValue(duck: Duck, value: Value, type: DataType): DuckDBValue {
  if (type.type === "array" && Array.isArray(value)) {
    const items = value.map((item: Value) => duckValue(duck, item, type.elementType));
    return new duck.DuckDBListValue(items);
  }
  if (type.type === "map" && value instanceof Map) {
    const entries = [...value].map(([key, item]: [Value, Value]) => ({
      key: duckValue(duck, key, type.keyType),
      value: duckValue(duck, item, type.valueType),
    }));
    return new duck.DuckDBMapValue(entries);
  }
  if (type.type === "struct") {
    const row = value as { readonly [name: string]: Value };
    const members = type.fields.map((field, at) => [
      memberName(at),
      duckValue(duck, row[field.name] ?? null, field.type),
    ]);
    return new duck.DuckDBStructValue(Object.fromEntries(members));
  }
  throw mismatch(value, type);
}
