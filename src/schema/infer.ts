import { error } from "../error/error.ts";
import { sameType } from "./compare.ts";
import { formatDataType } from "./ddl.ts";
import {
  array,
  binary,
  boolean,
  calendarInterval,
  type DataType,
  date,
  decimal,
  double,
  field,
  long,
  map,
  nullType,
  type StructType,
  string,
  struct,
  time,
  timestamp,
  timestampNtz,
  variant,
} from "./type.ts";
import { CalendarDate, Decimal, Interval, LocalTime, LocalTimestamp, Timestamp } from "./value.ts";
import { VariantVal } from "./variant/variant.ts";

/**
 * The schema of plain JavaScript rows, as PySpark infers one from Python rows: bigint and whole
 * numbers are long, numbers with a fraction anywhere make the column double, Date is a timestamp,
 * Decimal is decimal(38,18), an object a struct, a Map a map. Columns come in the order they are
 * first seen and are nullable. Throws CANNOT_INFER_EMPTY_SCHEMA, CANNOT_DETERMINE_TYPE (only
 * nulls, or a value without a type) or CANNOT_MERGE_TYPE.
 */
export function inferSchema(rows: readonly unknown[]): StructType {
  if (rows.length === 0) throw error("CANNOT_INFER_EMPTY_SCHEMA", {});
  let merged: DataType = nullType;
  for (const row of rows) {
    if (!isPlainObject(row)) throw undetermined(row, "row");
    merged = merge(merged, infer(row, ""), "");
  }
  const schema = settle(merged, "");
  return schema as StructType;
}

/** The type of one value, such as a literal; CANNOT_DETERMINE_TYPE if it has none. */
export function inferType(value: unknown): DataType {
  return value === null ? nullType : settle(infer(value, ""), "");
}

/** A long seen only as whole JavaScript numbers: unlike a bigint it gives way to double. */
const wholeNumber: DataType = { type: "long" };

/** Whether a value is an object literal (or made by `Object.create(null)`). */
export function isPlainObject(value: unknown): value is { readonly [name: string]: unknown } {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function infer(value: unknown, path: string): DataType {
  switch (typeof value) {
    case "undefined":
      return nullType;
    case "string":
      return string;
    case "boolean":
      return boolean;
    case "bigint":
      return long;
    case "number":
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? wholeNumber : double;
    case "object":
      return value === null ? nullType : inferObject(value, path);
    default:
      throw undetermined(value, path);
  }
}

function inferObject(value: object, path: string): DataType {
  if (value instanceof Date || value instanceof Timestamp) return timestamp;
  if (value instanceof CalendarDate) return date;
  if (value instanceof LocalTimestamp) return timestampNtz;
  if (value instanceof Decimal) return decimal(38, 18);
  if (value instanceof Uint8Array) return binary;
  if (value instanceof LocalTime) return time();
  if (value instanceof Interval) return calendarInterval;
  if (value instanceof VariantVal) return variant;
  if (Array.isArray(value)) return array(inferAll(value, `${path}[]`));
  if (value instanceof Map) {
    const entries = value as ReadonlyMap<unknown, unknown>;
    const keys = inferAll([...entries.keys()], `${path}.key`);
    return map(keys, inferAll([...entries.values()], `${path}.value`));
  }
  if (!isPlainObject(value)) throw undetermined(value, path);
  const members = Object.entries(value);
  return struct(members.map(([name, item]) => field(name, infer(item, child(path, name)))));
}

function inferAll(values: readonly unknown[], path: string): DataType {
  return values.reduce<DataType>(
    (known, value) => (value === null ? known : merge(known, infer(value, path), path)),
    nullType,
  );
}

function child(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function merge(left: DataType, right: DataType, path: string): DataType {
  if (left === right || right.type === "void") return left;
  if (left.type === "void") return right;
  if (left.type === "array" && right.type === "array") {
    return array(merge(left.elementType, right.elementType, `${path}[]`));
  }
  if (left.type === "map" && right.type === "map") {
    const key = merge(left.keyType, right.keyType, `${path}.key`);
    return map(key, merge(left.valueType, right.valueType, `${path}.value`));
  }
  if (left.type === "struct" && right.type === "struct") return mergeStructs(left, right, path);
  if (sameType(left, right)) return left === wholeNumber ? right : left;
  if (left === wholeNumber && right.type === "double") return right;
  if (right === wholeNumber && left.type === "double") return left;
  const types = { left: formatDataType(left), right: formatDataType(right) };
  throw error("CANNOT_MERGE_TYPE", { ...types, path: path || "row" });
}

function mergeStructs(left: StructType, right: StructType, path: string): StructType {
  const members = new Map(left.fields.map((member) => [member.name, member]));
  for (const member of right.fields) {
    const known = members.get(member.name);
    const type = known ? merge(known.type, member.type, child(path, member.name)) : member.type;
    members.set(member.name, field(member.name, type));
  }
  return struct([...members.values()]);
}

/** The type with nothing left open in it. */
function settle(type: DataType, path: string): DataType {
  switch (type.type) {
    case "void":
      throw error("CANNOT_DETERMINE_TYPE", { value: "nulls alone", path });
    case "array":
      return array(settle(type.elementType, `${path}[]`));
    case "map":
      return map(settle(type.keyType, `${path}.key`), settle(type.valueType, `${path}.value`));
    case "struct":
      return struct(
        type.fields.map(({ name, type }) => field(name, settle(type, child(path, name)))),
      );
    default:
      return type === wholeNumber ? long : type;
  }
}

function undetermined(value: unknown, path: string): Error {
  const kind = typeof value === "object" ? (value?.constructor?.name ?? "object") : typeof value;
  return error("CANNOT_DETERMINE_TYPE", { value: `a value of type ${kind}`, path });
}
