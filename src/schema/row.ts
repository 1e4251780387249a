import {
  type ArrayType,
  type AtomicType,
  type DataType,
  type DecimalType,
  field,
  type IntervalType,
  type MapType,
  type StructField,
  type StructType,
  struct as structOf,
  type TimeType,
} from "./type.ts";
import type {
  CalendarDate,
  Decimal,
  Interval,
  LocalTime,
  LocalTimestamp,
  Timestamp,
  Value,
} from "./value.ts";
import type { VariantVal } from "./variant/variant.ts";

/** A column that is never null. */
export interface Required<T extends DataType = DataType> {
  readonly required: T;
}

/** What `struct({…})` takes: types by column name. Nullable unless `required`. */
export interface Shape {
  readonly [name: string]: DataType | Required;
}

declare const shape: unique symbol;

/** A struct type that remembers its columns for the type checker. At run time a StructType. */
export interface TypedStruct<S extends Shape = Shape> extends StructType {
  readonly [shape]?: S;
}

/** Marks a column as never null: `struct({ id: required(long) })`. */
export function required<T extends DataType>(type: T): Required<T> {
  return { required: type };
}

/**
 * A schema that is also a TypeScript type: `struct({ id: required(long), device: string })`.
 * Fields given as an array make a plain StructType.
 */
export function struct<S extends Shape>(shape: S): TypedStruct<S>;
export function struct(fields: readonly StructField[]): StructType;
export function struct(parts: Shape | readonly StructField[]): StructType {
  if (isFields(parts)) return structOf(parts);
  return structOf(
    Object.entries(parts).map(([name, type]) =>
      "required" in type ? field(name, type.required, false) : field(name, type),
    ),
  );
}

function isFields(parts: Shape | readonly StructField[]): parts is readonly StructField[] {
  return Array.isArray(parts);
}

interface AtomicValues {
  string: string;
  long: bigint;
  integer: number;
  short: number;
  byte: number;
  float: number;
  double: number;
  boolean: boolean;
  binary: Uint8Array;
  date: CalendarDate;
  timestamp: Timestamp;
  timestamp_ntz: LocalTimestamp;
  variant: VariantVal;
  void: null;
}

/** The TypeScript type of a type's values, null apart. */
export type ValueOf<T> =
  T extends TypedStruct<infer S>
    ? Shape extends S
      ? { readonly [name: string]: Value }
      : { readonly [K in keyof S]: ColumnValue<S[K]> }
    : T extends ArrayType<infer E>
      ? readonly (ValueOf<E> | null)[]
      : T extends MapType<infer K, infer V>
        ? ReadonlyMap<ValueOf<K>, ValueOf<V> | null>
        : T extends DecimalType
          ? Decimal
          : T extends IntervalType
            ? Interval
            : T extends TimeType
              ? LocalTime
              : T extends AtomicType<infer N>
                ? AtomicValues[N]
                : Value;

type ColumnValue<C> = C extends Required<infer T> ? ValueOf<T> : ValueOf<C> | null;

/** The row type of a schema: `Row<typeof iot>` is `{ id: bigint; device: string | null }`. */
export type Row<T extends StructType> = ValueOf<T>;
