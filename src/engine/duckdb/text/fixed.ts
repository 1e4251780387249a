import { assert } from "../../../error/error.ts";
import { intervalAmount } from "../../../schema/interval-text.ts";
import type {
  AtomicType,
  DataType,
  DecimalType,
  IntervalType,
  TimeType,
} from "../../../schema/type.ts";
import type {
  CalendarDate,
  Decimal,
  Interval,
  LocalTime,
  LocalTimestamp,
  Timestamp,
  Value,
} from "../../../schema/value.ts";
import { binding, type Vector } from "./binding.ts";
import { Validity } from "./validity.ts";

type FixedType = AtomicType | DecimalType | IntervalType | TimeType;
type Encode = (view: DataView, at: number, value: Value) => void;

/** Cells of one width: numbers, booleans, dates, timestamps, decimals, intervals. */
export class FixedColumn {
  readonly width: number;
  readonly validity = new Validity();
  readonly #encode: Encode;
  #buffer: ArrayBuffer;
  #view: DataView;
  /** The cells as 32-bit words; replaced when the column grows past a chunk. */
  words: Int32Array;
  doubles: Float64Array;
  bytes: Uint8Array;

  constructor(type: FixedType) {
    const { width, encode } = encoding(type);
    this.width = width;
    this.#encode = encode;
    this.#buffer = new ArrayBuffer(2048 * Math.max(width, 8));
    this.#view = new DataView(this.#buffer);
    this.words = new Int32Array(this.#buffer);
    this.doubles = new Float64Array(this.#buffer);
    this.bytes = new Uint8Array(this.#buffer);
  }

  put(row: number, value: Value): void {
    if (value === null) {
      this.validity.clear(row);
      return;
    }
    this.reserve(row);
    this.validity.set(row);
    this.#encode(this.#view, row * this.width, value);
  }

  putNull(row: number): void {
    this.validity.clear(row);
  }

  flush(vector: Vector, rows: number): void {
    if (rows === 0) return;
    this.reserve(rows - 1);
    binding().copy_data_to_vector(vector, 0, this.#buffer, 0, rows * this.width);
    this.validity.flush(vector, rows);
  }

  flushValidity(vector: Vector, rows: number): void {
    this.validity.flush(vector, rows);
  }

  reset(): void {
    this.validity.reset();
  }

  /** Makes room for a row; `words`, `doubles` and `bytes` may be others afterwards. */
  reserve(row: number): void {
    const need = (row + 1) * this.width;
    if (need <= this.#buffer.byteLength) return;
    const grown = new ArrayBuffer(Math.max(this.#buffer.byteLength * 2, (need + 7) & ~7));
    new Uint8Array(grown).set(this.bytes);
    this.#buffer = grown;
    this.#view = new DataView(grown);
    this.words = new Int32Array(grown);
    this.doubles = new Float64Array(grown);
    this.bytes = new Uint8Array(grown);
  }
}

function encoding(type: FixedType): { width: number; encode: Encode } {
  switch (type.type) {
    case "boolean":
      return { width: 1, encode: (view, at, value) => view.setUint8(at, value ? 1 : 0) };
    case "byte":
      return { width: 1, encode: (view, at, value) => view.setInt8(at, value as number) };
    case "short":
      return { width: 2, encode: (view, at, value) => view.setInt16(at, value as number, true) };
    case "integer":
      return { width: 4, encode: (view, at, value) => view.setInt32(at, value as number, true) };
    case "float":
      return { width: 4, encode: (view, at, value) => view.setFloat32(at, value as number, true) };
    case "double":
      return { width: 8, encode: (view, at, value) => view.setFloat64(at, value as number, true) };
    case "long":
      return { width: 8, encode: (view, at, value) => view.setBigInt64(at, value as bigint, true) };
    case "date":
      return {
        width: 4,
        encode: (view, at, value) => view.setInt32(at, (value as CalendarDate).days, true),
      };
    case "timestamp":
    case "timestamp_ntz":
      return {
        width: 8,
        encode: (view, at, value) =>
          view.setBigInt64(at, (value as Timestamp | LocalTimestamp).micros, true),
      };
    case "time":
      return {
        width: 8,
        encode: (view, at, value) => view.setBigInt64(at, (value as LocalTime).micros, true),
      };
    case "decimal":
      return decimalEncoding(type);
    case "interval":
      return intervalEncoding(type);
    default:
      assert(false, `no cells of one width for ${(type as DataType).type}`);
  }
}

function decimalEncoding(type: DecimalType): { width: number; encode: Encode } {
  if (type.precision <= 4) {
    return {
      width: 2,
      encode: (view, at, value) => view.setInt16(at, Number((value as Decimal).unscaled), true),
    };
  }
  if (type.precision <= 9) {
    return {
      width: 4,
      encode: (view, at, value) => view.setInt32(at, Number((value as Decimal).unscaled), true),
    };
  }
  if (type.precision <= 18) {
    return {
      width: 8,
      encode: (view, at, value) => view.setBigInt64(at, (value as Decimal).unscaled, true),
    };
  }
  return {
    width: 16,
    encode: (view, at, value) => {
      const { unscaled } = value as Decimal;
      view.setBigUint64(at, BigInt.asUintN(64, unscaled), true);
      view.setBigInt64(at + 8, unscaled >> 64n, true);
    },
  };
}

function intervalEncoding(type: IntervalType): { width: number; encode: Encode } {
  switch (type.unit) {
    case "month":
      return {
        width: 4,
        encode: (view, at, value) => view.setInt32(at, (value as Interval).months, true),
      };
    case "day":
      return {
        width: 8,
        encode: (view, at, value) =>
          view.setBigInt64(at, intervalAmount(value as Interval, type), true),
      };
    case "calendar":
      return {
        width: 16,
        encode: (view, at, value) => {
          const { months, days, micros } = value as Interval;
          view.setInt32(at, months, true);
          view.setInt32(at + 4, days, true);
          view.setBigInt64(at + 8, micros, true);
        },
      };
  }
}
