import type {
  DuckDBIntervalValue,
  DuckDBListVector,
  DuckDBStructVector,
  DuckDBVector,
} from "@duckdb/node-api";
import { intervalValue } from "../../../schema/interval-text.ts";
import type { DataType, IntervalType, StructType } from "../../../schema/type.ts";
import {
  CalendarDate,
  Decimal,
  Interval,
  LocalTime,
  LocalTimestamp,
  setMember,
  Timestamp,
  type Value,
} from "../../../schema/value.ts";
import { variantOf } from "../../../schema/variant/variant.ts";

/** The values of a vector of the type, one an item. */
export function readVector(vector: DuckDBVector, type: DataType): Value[] {
  switch (type.type) {
    case "array":
      return readList(vector as DuckDBListVector, type.elementType);
    case "map":
      return readMap(vector, type.keyType, type.valueType);
    case "struct":
      return readStruct(vector as DuckDBStructVector, type);
    case "decimal":
      return readDecimal(vector, type.scale);
    case "interval":
      return readInterval(vector, type);
    default:
      return readAtomic(vector, type);
  }
}

function readAtomic(vector: DuckDBVector, type: DataType): Value[] {
  const convert = converters[type.type];
  const count = vector.itemCount;
  const values = new Array<Value>(count);
  for (let at = 0; at < count; at += 1) {
    const item = vector.getItem(at);
    values[at] =
      item === null ? null : convert === undefined ? (item as Value) : convert(item as never);
  }
  return values;
}

const converters: Readonly<Record<string, ((item: never) => Value) | undefined>> = {
  void: () => null,
  binary: (item: { bytes: Uint8Array }) => new Uint8Array(item.bytes),
  date: (item: { days: number }) => new CalendarDate(item.days),
  timestamp: (item: { micros: bigint }) => new Timestamp(item.micros),
  timestamp_ntz: (item: { micros: bigint }) => new LocalTimestamp(item.micros),
  time: (item: { micros: bigint }) => new LocalTime(item.micros),
  variant: (item: { bytes: Uint8Array }) => variantOf(item.bytes),
};

function readInterval(vector: DuckDBVector, type: IntervalType): Value[] {
  const values = new Array<Value>(vector.itemCount);
  for (let at = 0; at < values.length; at += 1) {
    const item = vector.getItem(at) as number | bigint | DuckDBIntervalValue | null;
    if (item === null) values[at] = null;
    else if (typeof item === "object") {
      values[at] = new Interval(item.months, item.days, item.micros);
    } else values[at] = type.unit === "calendar" ? null : intervalValue(BigInt(item), type);
  }
  return values;
}

function readDecimal(vector: DuckDBVector, scale: number): Value[] {
  const scaled = vector as unknown as { getScaledValue(at: number): number | bigint | null };
  const values = new Array<Value>(vector.itemCount);
  for (let at = 0; at < values.length; at += 1) {
    const unscaled = scaled.getScaledValue(at);
    values[at] = unscaled === null ? null : new Decimal(BigInt(unscaled), scale);
  }
  return values;
}

function readList(vector: DuckDBListVector, elementType: DataType): Value[] {
  const count = vector.itemCount;
  const values = new Array<Value>(count);
  const items = readVector(vector.childVector, elementType);
  const validity = validityOf(vector);
  for (let at = 0; at < count; at += 1) {
    if (!validity.itemValid(at)) {
      values[at] = null;
      continue;
    }
    const start = vector.getEntryOffset(at);
    values[at] = items.slice(start, start + vector.getEntryLength(at));
  }
  return values;
}

/** Which items of a list are null: the binding's own way to tell makes vectors of each item. */
function validityOf(list: DuckDBListVector): { itemValid(at: number): boolean } {
  return (list as unknown as { readonly validity: { itemValid(at: number): boolean } }).validity;
}

function readMap(vector: DuckDBVector, keyType: DataType, valueType: DataType): Value[] {
  // A map vector is a list of key-value structs; the binding keeps that vector to itself.
  const list = (vector as unknown as { listVector: DuckDBListVector }).listVector;
  const entries = list.childVector as DuckDBStructVector;
  const keys = readVector(entries.entryVectorAt(0), keyType);
  const items = readVector(entries.entryVectorAt(1), valueType);
  const values = new Array<Value>(vector.itemCount);
  const validity = validityOf(list);
  for (let at = 0; at < values.length; at += 1) {
    if (!validity.itemValid(at)) {
      values[at] = null;
      continue;
    }
    const start = list.getEntryOffset(at);
    const map = new Map<Value, Value>();
    for (let entry = start; entry < start + list.getEntryLength(at); entry += 1) {
      map.set(keys[entry] ?? null, items[entry] ?? null);
    }
    values[at] = map;
  }
  return values;
}

function readStruct(vector: DuckDBStructVector, type: StructType): Value[] {
  const members = type.fields.map((field, at) => readVector(vector.entryVectorAt(at), field.type));
  const values = new Array<Value>(vector.itemCount);
  for (let at = 0; at < values.length; at += 1) {
    if (!vector.isItemValid(at)) {
      values[at] = null;
      continue;
    }
    const struct: Record<string, Value> = {};
    type.fields.forEach((field, ordinal) => {
      setMember(struct, field.name, members[ordinal]?.[at] ?? null);
    });
    values[at] = struct;
  }
  return values;
}
