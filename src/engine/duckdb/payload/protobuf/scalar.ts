import { numberReader } from "../../../../schema/protobuf/scalar.ts";
import {
  enumOf,
  type ProtoEnum,
  type ProtoField,
  type ProtoKind,
  type ProtoSchema,
} from "../../../../schema/protobuf/schema.ts";
import type { WireCursor } from "../../../../schema/protobuf/wire.ts";
import type { DataType } from "../../../../schema/type.ts";
import type { Column } from "../../text/column.ts";
import { FixedColumn } from "../../text/fixed.ts";
import { StringColumn } from "../../text/string.ts";
import { isUtf8Span } from "../../text/utf8.ts";

/** What a value that was read is. */
export const found = {
  /** As no value, where a schema does not tell the two. */
  zero: 0,
  other: 1,
  /** None of the field's values; no cell was written. */
  strange: -1,
} as const;

type Found = (typeof found)[keyof typeof found];

/** Reads a value that has no parts into a cell; the cursor is where it begins. */
export type ReadScalar = (cursor: WireCursor, row: number) => Found;

/** The reader of a field's single values into a column of the type that Spark gives them. */
export function scalarReader(
  field: ProtoField,
  target: { readonly schema: ProtoSchema; readonly type: DataType; readonly column: Column },
): ReadScalar {
  const { schema, type, column } = target;
  const { kind } = field;
  if (column instanceof StringColumn) {
    if (kind !== "enum") return bytesReader(field, column);
    return symbolReader(field, enumOf(schema, field), column);
  }
  if (!(column instanceof FixedColumn)) throw new Error(`${field.name} has cells of no one width`);
  if (kind === "enum") return enumNumberReader(field, enumOf(schema, field), column);
  if (type.type === "boolean") return byteReader(column);
  if (type.type === "decimal") return unsignedReader(column);
  if (column.width === 4) return wordReader(kind, column);
  if (kind === "uint32") return widenedReader(column);
  return wordsReader(kind, column);
}

function byteReader(column: FixedColumn): ReadScalar {
  const take = numberReader("bool");
  return (cursor, row) => {
    take(cursor);
    column.reserve(row);
    column.validity.set(row);
    column.bytes[row] = cursor.low;
    return cursor.low === 0 ? found.zero : found.other;
  };
}

function wordReader(kind: ProtoKind, column: FixedColumn): ReadScalar {
  const take = numberReader(kind);
  return (cursor, row) => {
    take(cursor);
    column.reserve(row);
    column.validity.set(row);
    column.words[row] = cursor.low;
    return cursor.low === 0 ? found.zero : found.other;
  };
}

function widenedReader(column: FixedColumn): ReadScalar {
  return (cursor, row) => {
    cursor.varint();
    column.reserve(row);
    column.validity.set(row);
    column.words[row * 2] = cursor.low;
    column.words[row * 2 + 1] = 0;
    return cursor.low === 0 ? found.zero : found.other;
  };
}

function wordsReader(kind: ProtoKind, column: FixedColumn): ReadScalar {
  const take = numberReader(kind);
  return (cursor, row) => {
    take(cursor);
    column.reserve(row);
    column.validity.set(row);
    column.words[row * 2] = cursor.low;
    column.words[row * 2 + 1] = cursor.high;
    return cursor.low === 0 && cursor.high === 0 ? found.zero : found.other;
  };
}

/** A number of 64 bits without a sign, as a decimal of twenty digits. */
function unsignedReader(column: FixedColumn): ReadScalar {
  return (cursor, row) => {
    cursor.varint();
    column.reserve(row);
    column.validity.set(row);
    column.words[row * 4] = cursor.low;
    column.words[row * 4 + 1] = cursor.high;
    column.words[row * 4 + 2] = 0;
    column.words[row * 4 + 3] = 0;
    return cursor.low === 0 && cursor.high === 0 ? found.zero : found.other;
  };
}

function bytesReader({ kind, checked, name }: ProtoField, column: StringColumn): ReadScalar {
  const isText = kind === "string";
  return (cursor, row) => {
    const length = cursor.length();
    const start = cursor.take(length);
    if (isText && !isUtf8Span(cursor.bytes, start, length)) {
      if (checked) throw new Error(`the text ${name} is not UTF-8`);
      column.put(row, Buffer.from(cursor.bytes.subarray(start, start + length)).toString("utf8"));
    } else column.putSpan(row, cursor.bytes, start, length);
    return length === 0 ? found.zero : found.other;
  };
}

/** What a number of an enum is called that the enum does not have, as Google's Java calls it. */
function unknownSymbol({ name }: ProtoEnum, number: number): string {
  return `UNKNOWN_ENUM_VALUE_${name}_${number}`;
}

function symbolReader(field: ProtoField, of: ProtoEnum, column: StringColumn): ReadScalar {
  const symbols = new Map<number, Uint8Array>();
  for (const { name, number } of of.values) {
    if (!symbols.has(number)) symbols.set(number, Buffer.from(name));
  }
  const zero = of.values[0]!.number;
  return (cursor, row) => {
    cursor.varint();
    const symbol = symbols.get(cursor.low);
    if (symbol === undefined) {
      if (field.closed) return found.strange;
      column.put(row, unknownSymbol(of, cursor.low));
    } else column.putSpan(row, symbol, 0, symbol.length);
    return cursor.low === zero ? found.zero : found.other;
  };
}

function enumNumberReader(field: ProtoField, of: ProtoEnum, column: FixedColumn): ReadScalar {
  const known = new Set(of.values.map(({ number }) => number));
  const zero = of.values[0]!.number;
  return (cursor, row) => {
    cursor.varint();
    if (field.closed && !known.has(cursor.low)) return found.strange;
    column.reserve(row);
    column.validity.set(row);
    column.words[row] = cursor.low;
    return cursor.low === zero ? found.zero : found.other;
  };
}
