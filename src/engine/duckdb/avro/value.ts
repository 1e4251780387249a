import type { AvroPrimitive, AvroSchema } from "../../../schema/avro/schema.ts";
import type { Rebase } from "../../../schema/rebase.ts";
import type { DataType, DecimalType } from "../../../schema/type.ts";
import type { Column } from "../text/column.ts";
import { toDecimal } from "../text/decimal.ts";
import { FixedColumn } from "../text/fixed.ts";
import { StringColumn } from "../text/string.ts";
import { isUtf8Span } from "../text/utf8.ts";
import type { Cursor } from "./cursor.ts";

/** Reads the value at the cursor into the cell of a row. */
export type ReadCell = (cursor: Cursor, row: number) => void;

export interface Leaf {
  readonly written: AvroSchema;
  readonly reader: AvroSchema;
  readonly type: DataType;
  readonly column: Column;
  /** How days and instants of the old calendar are taken; absent: there are none. */
  readonly rebase?: Rebase;
}

/** The reader of a value that has no parts; undefined where Spark has no conversion for it. */
export function leafCell(leaf: Leaf): ReadCell | undefined {
  const { reader, column, type } = leaf;
  if (reader.type === "null") return (_, row) => column.put(row, null);
  if (column instanceof StringColumn) return bytesCell(leaf, column);
  if (!(column instanceof FixedColumn)) return undefined;
  switch (reader.type) {
    case "boolean":
      return type.type === "boolean" ? booleanCell(column) : undefined;
    case "int":
      return intCell(leaf, column);
    case "long":
      return longCell(leaf as Leaf & { reader: AvroPrimitive }, column);
    case "float":
    case "double":
      return realCell(leaf, column);
    case "bytes":
    case "fixed":
      return type.type === "decimal" ? decimalCell(leaf, column) : undefined;
    default:
      return undefined;
  }
}

function booleanCell(column: FixedColumn): ReadCell {
  return (cursor, row) => {
    column.reserve(row);
    column.validity.set(row);
    column.bytes[row] = cursor.boolean() ? 1 : 0;
  };
}

function intCell({ type, rebase }: Leaf, column: FixedColumn): ReadCell | undefined {
  switch (type.type) {
    case "integer":
      return wordCell(column, (value) => value);
    case "interval":
      return type.unit === "month" ? wordCell(column, (value) => value) : undefined;
    case "date":
      return wordCell(column, rebase ? rebase.date : (value) => value);
    case "long":
      return longWordsCell(column, "int");
    case "double":
      return doubleCell(column, (cursor) => cursor.int());
    default:
      return undefined;
  }
}

function wordCell(column: FixedColumn, convert: (value: number) => number): ReadCell {
  return (cursor, row) => {
    column.reserve(row);
    column.validity.set(row);
    column.words[row] = convert(cursor.int());
  };
}

/** An int that is read as a long has the range of an int. */
function longWordsCell(column: FixedColumn, written: AvroSchema["type"] = "long"): ReadCell {
  const narrow = written === "int";
  return (cursor, row) => {
    if (narrow) cursor.int();
    else cursor.long();
    column.reserve(row);
    column.validity.set(row);
    column.words[row * 2] = cursor.low;
    column.words[row * 2 + 1] = cursor.high;
  };
}

function doubleCell(column: FixedColumn, read: (cursor: Cursor) => number): ReadCell {
  return (cursor, row) => {
    column.reserve(row);
    column.validity.set(row);
    column.doubles[row] = read(cursor);
  };
}

function longCell(
  leaf: Leaf & { reader: AvroPrimitive },
  column: FixedColumn,
): ReadCell | undefined {
  const { type, reader, rebase } = leaf;
  const logical = reader.logical?.name;
  switch (type.type) {
    case "long":
      return longWordsCell(column, leaf.written.type);
    case "interval":
      return type.unit === "day" ? longWordsCell(column) : undefined;
    case "date":
      return wordlessDate(column);
    case "timestamp":
    case "timestamp_ntz": {
      const own = type.type === "timestamp" ? "timestamp" : "local-timestamp";
      const fits = [undefined, `${own}-millis`, `${own}-micros`, "time-micros", "time-millis"];
      if (!fits.includes(logical)) return undefined;
      const millis = logical !== `${own}-micros`;
      return instantCell(column, { millis, ...(own === "timestamp" && rebase ? { rebase } : {}) });
    }
    case "decimal":
      if (reader.logical?.name !== "custom-decimal") return undefined;
      return decimalOf(column, { from: reader.logical, type }, (cursor) => cursor.longExact());
    default:
      return undefined;
  }
}

/** A long without a logical type that is read as a day counts milliseconds. */
function wordlessDate(column: FixedColumn): ReadCell {
  return (cursor, row) => {
    column.reserve(row);
    column.validity.set(row);
    column.words[row] = Math.trunc(cursor.longNumber() / 86_400_000);
  };
}

function instantCell(
  column: FixedColumn,
  { millis, rebase }: { readonly millis: boolean; readonly rebase?: Rebase },
): ReadCell {
  if (!millis && !rebase) return longWordsCell(column);
  return (cursor, row) => {
    const exact = cursor.longExact() * (millis ? 1000n : 1n);
    const value = rebase ? rebase.micros(exact) : exact;
    if (BigInt.asIntN(64, value) !== value) throw new Error(`${exact} microseconds are too many`);
    column.reserve(row);
    column.validity.set(row);
    column.words[row * 2] = Number(value & 0xffff_ffffn);
    column.words[row * 2 + 1] = Number(value >> 32n);
  };
}

function realCell({ written, type }: Leaf, column: FixedColumn): ReadCell | undefined {
  const read = realOf(written.type);
  if (type.type === "double") return doubleCell(column, read);
  if (type.type !== "float") return undefined;
  return (cursor, row) => column.put(row, read(cursor));
}

function realOf(written: AvroSchema["type"]): (cursor: Cursor) => number {
  if (written === "float") return (cursor) => cursor.float();
  if (written === "int") return (cursor) => cursor.int();
  return written === "double" ? (cursor) => cursor.double() : (cursor) => cursor.longNumber();
}

function bytesCell(leaf: Leaf, column: StringColumn): ReadCell | undefined {
  const { reader, type } = leaf;
  if (reader.type === "enum" && reader.type === leaf.written.type && type.type === "string") {
    return enumCell(leaf.written.symbols, reader, column);
  }
  const isText = reader.type === "string" && type.type === "string";
  const isBytes = (reader.type === "bytes" || reader.type === "fixed") && type.type === "binary";
  if (!isText && !isBytes) return undefined;
  const size = leaf.written.type === "fixed" ? leaf.written.size : undefined;
  return (cursor, row) => {
    const length = size ?? cursor.length();
    const start = cursor.take(length);
    if (isText && !isUtf8Span(cursor.bytes, start, length)) {
      column.put(row, Buffer.from(cursor.bytes.subarray(start, start + length)).toString("utf8"));
    } else column.putSpan(row, cursor.bytes, start, length);
  };
}

function enumCell(
  symbols: readonly string[],
  reader: AvroSchema & { type: "enum" },
  column: StringColumn,
): ReadCell {
  const texts = symbols.map((symbol) =>
    reader.symbols.includes(symbol) ? symbol : reader.fallback,
  );
  return (cursor, row) => {
    const text = texts[cursor.int()];
    if (text === undefined) throw new Error(`no symbol of the enum ${reader.name} is meant`);
    column.put(row, text);
  };
}

function decimalCell(leaf: Leaf, column: FixedColumn): ReadCell | undefined {
  const { reader, written, type } = leaf;
  if (reader.type !== "bytes" && reader.type !== "fixed") return undefined;
  if (type.type !== "decimal" || reader.logical?.name !== "decimal") return undefined;
  const size = written.type === "fixed" ? written.size : undefined;
  return decimalOf(column, { from: reader.logical, type }, (cursor) => {
    const length = size ?? cursor.length();
    const start = cursor.take(length);
    return bigEndian(cursor.bytes, start, length);
  });
}

function bigEndian(bytes: Uint8Array, start: number, length: number): bigint {
  let value = 0n;
  for (let i = start; i < start + length; i++) value = (value << 8n) | BigInt(bytes[i]!);
  return BigInt.asIntN(length * 8, value);
}

/** The column's scale, rounded to where the file has more digits; null where they are too many. */
function decimalOf(
  column: FixedColumn,
  { from, type }: { readonly from: { readonly scale: number }; readonly type: DecimalType },
  read: (cursor: Cursor) => bigint,
): ReadCell {
  const { scale } = from;
  return (cursor, row) => {
    column.put(row, toDecimal({ unscaled: read(cursor), scale }, type) ?? null);
  };
}
