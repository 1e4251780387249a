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

export interface AtomicType<N extends AtomicName = AtomicName> {
  readonly type: N;
}

export interface DecimalType {
  readonly type: "decimal";
  readonly precision: number; // 1 to 38
  readonly scale: number; // 0 to precision
}

export type YearMonthField = "year" | "month";
export type DayTimeField = "day" | "hour" | "minute" | "second";

/** `INTERVAL YEAR TO MONTH` or one field of it: a number of months. */
export interface YearMonthIntervalType {
  readonly type: "interval";
  readonly unit: "month";
  readonly start: YearMonthField;
  readonly end: YearMonthField;
}

/** A time of day of expressions; Delta tables cannot hold it. */
export interface TimeType {
  readonly type: "time";
  /** Digits of the second's fraction. */
  readonly precision: number; // 0 to 6
}

/** `INTERVAL DAY TO SECOND` or a part of it: a number of microseconds. */
export interface DayTimeIntervalType {
  readonly type: "interval";
  readonly unit: "day";
  readonly start: DayTimeField;
  readonly end: DayTimeField;
}

/** `INTERVAL` alone, Spark's legacy mix: months, days and microseconds apart. */
export interface CalendarIntervalType {
  readonly type: "interval";
  readonly unit: "calendar";
}

/** The intervals of the SQL standard, whose values have an order. */
export type AnsiIntervalType = YearMonthIntervalType | DayTimeIntervalType;

/** An interval of expressions; Delta tables cannot hold it. */
export type IntervalType = AnsiIntervalType | CalendarIntervalType;

export interface ArrayType<E extends DataType = DataType> {
  readonly type: "array";
  readonly elementType: E;
  readonly containsNull: boolean;
}

export interface MapType<K extends DataType = DataType, V extends DataType = DataType> {
  readonly type: "map";
  readonly keyType: K;
  readonly valueType: V;
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
  | TimeType
  | ArrayType
  | MapType
  | StructType;

export const string: AtomicType<"string"> = Object.freeze({ type: "string" });
export const long: AtomicType<"long"> = Object.freeze({ type: "long" });
export const integer: AtomicType<"integer"> = Object.freeze({ type: "integer" });
export const short: AtomicType<"short"> = Object.freeze({ type: "short" });
export const byte: AtomicType<"byte"> = Object.freeze({ type: "byte" });
export const float: AtomicType<"float"> = Object.freeze({ type: "float" });
export const double: AtomicType<"double"> = Object.freeze({ type: "double" });
export const boolean: AtomicType<"boolean"> = Object.freeze({ type: "boolean" });
export const binary: AtomicType<"binary"> = Object.freeze({ type: "binary" });
export const date: AtomicType<"date"> = Object.freeze({ type: "date" });
export const timestamp: AtomicType<"timestamp"> = Object.freeze({ type: "timestamp" });
export const timestampNtz: AtomicType<"timestamp_ntz"> = Object.freeze({ type: "timestamp_ntz" });
export const variant: AtomicType<"variant"> = Object.freeze({ type: "variant" });
export const nullType: AtomicType<"void"> = Object.freeze({ type: "void" });

export function decimal(precision: number, scale: number): DecimalType {
  return Object.freeze({ type: "decimal", precision, scale });
}

export const calendarInterval: CalendarIntervalType = Object.freeze({
  type: "interval",
  unit: "calendar",
});

export function yearMonth(
  start: YearMonthField = "year",
  end: YearMonthField = "month",
): YearMonthIntervalType {
  return Object.freeze({ type: "interval", unit: "month", start, end });
}

export function dayTime(
  start: DayTimeField = "day",
  end: DayTimeField = "second",
): DayTimeIntervalType {
  return Object.freeze({ type: "interval", unit: "day", start, end });
}

/** The most digits that a fraction of a second has. */
export const maxTimePrecision = 6;

export function time(precision = maxTimePrecision): TimeType {
  return Object.freeze({ type: "time", precision });
}

export function array<E extends DataType>(elementType: E, containsNull = true): ArrayType<E> {
  return Object.freeze({ type: "array", elementType, containsNull });
}

export function map<K extends DataType, V extends DataType>(
  keyType: K,
  valueType: V,
  valueContainsNull = true,
): MapType<K, V> {
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

/** Whether values of a type hold a map, at any depth. */
export function holdsMap(type: DataType): boolean {
  if (type.type === "array") return holdsMap(type.elementType);
  if (type.type === "struct") return type.fields.some((field) => holdsMap(field.type));
  return type.type === "map";
}

/** Whether a type, or one within it, passes a test. */
export function someType(type: DataType, test: (type: DataType) => boolean): boolean {
  if (test(type)) return true;
  if (type.type === "struct") return type.fields.some((field) => someType(field.type, test));
  if (type.type === "array") return someType(type.elementType, test);
  if (type.type === "map") return someType(type.keyType, test) || someType(type.valueType, test);
  return false;
}
