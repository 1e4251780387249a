/** A JSON value, as metadata holds it. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** The types without parts, by the names Delta's schema JSON uses. */
export type AtomicName =
  | "string"
  | "long"
  | "integer"
  | "short"
  | "byte"
  | "float"
  | "double"
  | "boolean"
  | "binary"
  | "date"
  | "timestamp"
  | "timestamp_ntz"
  | "variant"
  | "void";

export interface AtomicType {
  readonly type: AtomicName;
}

export interface DecimalType {
  readonly type: "decimal";
  readonly precision: number; // 1 to 38
  readonly scale: number; // 0 to precision
}

/** An interval of expressions; Delta tables cannot hold it. */
export interface IntervalType {
  readonly type: "interval";
  /** `month`: year-month; `day`: day-time (microseconds); `calendar`: Spark's legacy mix. */
  readonly unit: "month" | "day" | "calendar";
}

export interface ArrayType {
  readonly type: "array";
  readonly elementType: DataType;
  readonly containsNull: boolean;
}

export interface MapType {
  readonly type: "map";
  readonly keyType: DataType;
  readonly valueType: DataType;
  readonly valueContainsNull: boolean;
}

export interface StructType {
  readonly type: "struct";
  readonly fields: readonly StructField[];
}

/** One column or struct member; the shape (and key order) of Delta's schema JSON. */
export interface StructField {
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
  readonly metadata: { readonly [key: string]: Json };
}

/** A Spark type. Discriminated by `type`. */
export type DataType =
  | AtomicType
  | DecimalType
  | IntervalType
  | ArrayType
  | MapType
  | StructType;

export const string: AtomicType = Object.freeze({ type: "string" });
export const long: AtomicType = Object.freeze({ type: "long" });
export const integer: AtomicType = Object.freeze({ type: "integer" });
export const short: AtomicType = Object.freeze({ type: "short" });
export const byte: AtomicType = Object.freeze({ type: "byte" });
export const float: AtomicType = Object.freeze({ type: "float" });
export const double: AtomicType = Object.freeze({ type: "double" });
export const boolean: AtomicType = Object.freeze({ type: "boolean" });
export const binary: AtomicType = Object.freeze({ type: "binary" });
export const date: AtomicType = Object.freeze({ type: "date" });
export const timestamp: AtomicType = Object.freeze({ type: "timestamp" });
export const timestampNtz: AtomicType = Object.freeze({ type: "timestamp_ntz" });
export const variant: AtomicType = Object.freeze({ type: "variant" });
export const nullType: AtomicType = Object.freeze({ type: "void" });

export function decimal(precision: number, scale: number): DecimalType {
  return Object.freeze({ type: "decimal", precision, scale });
}

export function interval(unit: IntervalType["unit"]): IntervalType {
  return Object.freeze({ type: "interval", unit });
}

export function array(elementType: DataType, containsNull = true): ArrayType {
  return Object.freeze({ type: "array", elementType, containsNull });
}

export function map(keyType: DataType, valueType: DataType, valueContainsNull = true): MapType {
  return Object.freeze({ type: "map", keyType, valueType, valueContainsNull });
}

export function struct(fields: readonly StructField[]): StructType {
  return Object.freeze({ type: "struct", fields: Object.freeze([...fields]) });
}

export function field(
  name: string,
  type: DataType,
  nullable = true,
  metadata: StructField["metadata"] = {},
): StructField {
  return Object.freeze({ name, type, nullable, metadata });
}
