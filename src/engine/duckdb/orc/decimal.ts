import type { DecimalType } from "../../../schema/type.ts";

/** Digits of 128 bits in the width that DuckDB has for the precision. */
export function decimalCells(words: Int32Array, rows: number, { precision }: DecimalType) {
  if (precision > 18) return { buffer: words.buffer as ArrayBuffer, width: 16 };
  if (precision > 9) {
    const longs = new Int32Array(rows * 2);
    for (let row = 0; row < rows; row++) {
      longs[row * 2] = words[row * 4]!;
      longs[row * 2 + 1] = words[row * 4 + 1]!;
    }
    return { buffer: longs.buffer, width: 8 };
  }
  const narrow = precision > 4 ? new Int32Array(rows) : new Int16Array(rows);
  for (let row = 0; row < rows; row++) narrow[row] = words[row * 4]!;
  return { buffer: narrow.buffer, width: narrow.BYTES_PER_ELEMENT };
}
