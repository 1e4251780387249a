import type { DataType } from "../../../schema/type.ts";
import { dayNumber, type Value } from "../../../schema/value.ts";
import type { Block } from "./block.ts";
import type { Column } from "./column.ts";
import type { TimeReader } from "./convert.ts";
import { FixedColumn } from "./fixed.ts";
import { STOPS, skipBytes, skipNumber, skipString, skipWord } from "./json-skip.ts";
import { LONE_SURROGATE, Mismatch, type ScalarConvert, scalarConverter } from "./json-value.ts";
import type { JsonGrammar } from "./option.ts";
import { MASKS, StringColumn } from "./string.ts";

/** Only the slow road can tell. */
export const SLOW = -1;
/** The value is sound JSON, but not of the column's type. */
export const MISFIT = -2;

/**
 * Reads the value at `p` into a cell of a row and returns the place after it, or SLOW or MISFIT.
 * The cell's validity bit is set before and is only cleared here.
 */
export type ReadCell = (block: Block, p: number, row: number) => number;

interface CellOptions {
  readonly times: TimeReader;
  readonly grammar: JsonGrammar;
}

const [MASK0, MASK1, MASK2] = MASKS as [Int32Array, Int32Array, Int32Array];
const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

/** The cell reader of a column; undefined for nested types, whose lines go the slow road. */
export function cellReader(
  type: DataType,
  column: Column,
  options: CellOptions,
): ReadCell | undefined {
  if (column instanceof StringColumn) {
    return type.type === "string" ? textCell(column) : undefined;
  }
  if (!(column instanceof FixedColumn)) return undefined;
  if (type.type === "array" || type.type === "map" || type.type === "struct") return undefined;
  const any = anyCell(column, scalarConverter(type, options));
  switch (type.type) {
    case "integer":
      return integerCell(column, any);
    case "long":
      return longCell(column, any);
    case "double":
      return doubleCell(column, any);
    case "timestamp":
      return options.times.standardTimestamp ? timestampCell(column, any) : any;
    default:
      return any;
  }
}

function textCell(column: StringColumn): ReadCell {
  return (block, p, row) => {
    const { bytes } = block;
    let start = p;
    let end = p;
    let after = p;
    const first = bytes[p]!;
    if (first === 0x22) {
      start = end = p + 1;
      while (STOPS[bytes[end]!] === 0) end++;
      if (bytes[end] !== 0x22) {
        after = skipString(bytes, start);
        const text = after < 0 ? undefined : unescaped(bytes, start, after);
        if (text === undefined) return SLOW;
        column.put(row, text);
        return after;
      }
      after = end + 1;
    } else if (first === 45 || (first >= 48 && first <= 57)) {
      end = after = skipNumber(bytes, p);
      if (end < 0) return SLOW;
    } else {
      end = after = skipBytes(bytes, p);
      if (end < 0) return SLOW;
      if (first === 0x6e) {
        column.putNull(row);
        return after;
      }
    }
    const length = end - start;
    const at = row * 4;
    const cells = column.cells;
    cells[at] = length;
    if (length > 12) column.putLong(at, bytes, start);
    else {
      const { view } = block;
      cells[at + 1] = view.getInt32(start, true) & MASK0[length]!;
      cells[at + 2] = view.getInt32(start + 4, true) & MASK1[length]!;
      cells[at + 3] = view.getInt32(start + 8, true) & MASK2[length]!;
    }
    return after;
  };
}

/** The text of a string's bytes; undefined if half of a pair of UTF-16 is alone in it. */
function unescaped(bytes: Buffer, start: number, after: number): string | undefined {
  const text = JSON.parse(bytes.toString("utf8", start - 1, after)) as string;
  return LONE_SURROGATE.test(text) ? undefined : text;
}

/** The reader of any scalar: slower, but it knows all that the converter knows. */
function anyCell(column: FixedColumn, convert: ScalarConvert): ReadCell {
  return (block, p, row) => {
    const { bytes } = block;
    const first = bytes[p]!;
    let after: number;
    let value: Value;
    try {
      if (first === 0x22) {
        let end = p + 1;
        while (STOPS[bytes[end]!] === 0) end++;
        if (bytes[end] !== 0x22 || end === p + 1) return SLOW;
        after = end + 1;
        value = convert("string", bytes.toString("utf8", p + 1, end));
      } else if (first === 45 || (first >= 48 && first <= 57)) {
        after = skipNumber(bytes, p);
        if (after < 0) return SLOW;
        const text = bytes.toString("latin1", p, after);
        value = convert(/[.eE]/.test(text) ? "float" : "integer", text);
      } else {
        after = skipWord(bytes, p);
        if (after < 0) return first === 0x7b || first === 0x5b ? MISFIT : SLOW;
        value = first === 0x6e ? null : convert(first === 0x74 ? "true" : "false", "");
      }
    } catch (thrown) {
      if (thrown instanceof Mismatch) return MISFIT;
      throw thrown;
    }
    column.put(row, value);
    return after;
  };
}

/** The digits at `p`, at most `most`, as a number; `length` is 0 if there are none or more. */
const digits = { value: 0, end: 0 };

function readDigits(bytes: Uint8Array, start: number, most: number): boolean {
  let p = start;
  let value = 0;
  let byte = bytes[p]!;
  while (byte >= 48 && byte <= 57) {
    value = value * 10 + byte - 48;
    byte = bytes[++p]!;
  }
  digits.value = value;
  digits.end = p;
  const length = p - start;
  return length > 0 && length <= most && (bytes[start] !== 48 || length === 1);
}

function isNumberPart(byte: number): boolean {
  return byte === 46 || byte === 101 || byte === 69;
}

function integerCell(column: FixedColumn, any: ReadCell): ReadCell {
  return (block, p, row) => {
    const { bytes } = block;
    const negative = bytes[p] === 45;
    if (!readDigits(bytes, negative ? p + 1 : p, 9) || isNumberPart(bytes[digits.end]!)) {
      return any(block, p, row);
    }
    column.words[row] = negative ? -digits.value : digits.value;
    return digits.end;
  };
}

function longCell(column: FixedColumn, any: ReadCell): ReadCell {
  return (block, p, row) => {
    const { bytes } = block;
    const negative = bytes[p] === 45;
    if (!readDigits(bytes, negative ? p + 1 : p, 15) || isNumberPart(bytes[digits.end]!)) {
      return any(block, p, row);
    }
    putWide(column, row, negative ? -digits.value : digits.value);
    return digits.end;
  };
}

/** Writes a whole number below 2^53 as 64 bits. */
function putWide(column: FixedColumn, row: number, value: number): void {
  column.words[row * 2] = value;
  column.words[row * 2 + 1] = Math.floor(value / 0x1_0000_0000);
}

/** A number of at most 15 digits is exact as digits / 10^k; others are parsed as text. */
function doubleCell(column: FixedColumn, any: ReadCell): ReadCell {
  return (block, p, row) => {
    const { bytes } = block;
    const negative = bytes[p] === 45;
    const start = negative ? p + 1 : p;
    if (!readDigits(bytes, start, 15)) return any(block, p, row);
    let end = digits.end;
    let value = digits.value;
    if (bytes[end] === 46) {
      const from = end + 1;
      let byte = bytes[++end]!;
      while (byte >= 48 && byte <= 57) {
        value = value * 10 + byte - 48;
        byte = bytes[++end]!;
      }
      if (end === from || end - start > 16) return any(block, p, row);
      value /= POWERS[end - from]!;
    }
    if (isNumberPart(bytes[end]!)) return any(block, p, row);
    column.doubles[row] = negative ? -value : value;
    return end;
  };
}

function pair(bytes: Uint8Array, p: number): number {
  const tens = bytes[p]! - 48;
  const ones = bytes[p + 1]! - 48;
  return tens >>> 0 > 9 || ones >>> 0 > 9 ? Number.NaN : tens * 10 + ones;
}

/** `YYYY-MM-DD[T ]HH:MM:SS[.f{1,6}]Z` is read from its bytes; other texts as text. */
function timestampCell(column: FixedColumn, any: ReadCell): ReadCell {
  let lastDate = -1;
  let lastDays = 0;
  return (block, p, row) => {
    const { bytes } = block;
    if (bytes[p] !== 0x22 || bytes[p + 5] !== 45 || bytes[p + 8] !== 45) {
      return any(block, p, row);
    }
    const month = pair(bytes, p + 6);
    const day = pair(bytes, p + 9);
    const date = (pair(bytes, p + 1) * 100 + pair(bytes, p + 3)) * 10_000 + month * 100 + day;
    if (date !== lastDate) {
      // The 29th to 31st are left to the reader that checks the calendar.
      if (!(month >= 1 && month <= 12 && day >= 1 && day <= 28)) return any(block, p, row);
      if (Number.isNaN(date)) return any(block, p, row);
      lastDate = date;
      lastDays = dayNumber(Math.floor(date / 10_000), month, day);
    }
    const divider = bytes[p + 11];
    const hour = pair(bytes, p + 12);
    const minute = pair(bytes, p + 15);
    const second = pair(bytes, p + 18);
    const sound = hour < 24 && minute < 60 && second < 60 && (divider === 84 || divider === 32);
    if (!sound || bytes[p + 14] !== 58 || bytes[p + 17] !== 58) return any(block, p, row);
    let end = p + 20;
    let micros = 0;
    if (bytes[end] === 46) {
      let unit = 100_000;
      let byte = bytes[++end]!;
      while (byte >= 48 && byte <= 57 && unit >= 1) {
        micros += (byte - 48) * unit;
        unit /= 10;
        byte = bytes[++end]!;
      }
    }
    if (bytes[end] !== 90 || bytes[end + 1] !== 0x22) return any(block, p, row);
    const seconds = lastDays * 86_400 + hour * 3600 + minute * 60 + second;
    putWide(column, row, seconds * 1_000_000 + Math.round(micros));
    return end + 2;
  };
}
