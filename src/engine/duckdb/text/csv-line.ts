import { isUtf8 } from "node:buffer";
import type { CsvOptions } from "./csv-option.ts";
import type { TokenConvert } from "./csv-value.ts";
import { decode, type Layout } from "./layout.ts";
import { StringColumn } from "./string.ts";

/**
 * Reads plain lines of CSV (no quote, as many values as columns, all of them fitting) from their
 * bytes into the cells of a chunk. What is not plain is left to the tokenizer.
 */
export class CsvLines {
  readonly #layout: Layout;
  readonly #converters: readonly TokenConvert[];
  readonly #separator: number;
  readonly #quote: number;
  readonly #ends: Int32Array;

  constructor(layout: Layout, converters: readonly TokenConvert[], csv: CsvOptions) {
    this.#layout = layout;
    this.#converters = converters;
    this.#separator = csv.separator.charCodeAt(0);
    this.#quote = csv.quote === "" ? -1 : csv.quote.charCodeAt(0);
    this.#ends = new Int32Array(layout.stored.length + 1);
  }

  /** Whether the options leave anything to this reader. */
  static suits(layout: Layout, csv: CsvOptions): boolean {
    const plain = csv.nullValue === "" && csv.comment === "" && csv.maxColumns >= 1;
    const ascii = csv.separator.length === 1 && csv.separator < "\u0080" && csv.quote < "\u0080";
    const trimmed = csv.trimLeading || csv.trimTrailing;
    const typed = layout.data.fields.every((field) => field.type.type !== "void");
    return plain && ascii && !trimmed && typed && layout.rescued === undefined;
  }

  /** Reads a line into a row; false if it is not plain (the row must then be written anew). */
  read(line: Uint8Array, row: number): boolean {
    // A line of white space alone is no record.
    if (line.length === 0 || line[0]! <= 32 || !this.#split(line)) return false;
    const { dataColumns, stored } = this.#layout;
    let start = 0;
    for (let place = 0; place < stored.length; place++) {
      const end = this.#ends[place]!;
      const index = stored[place]!.at;
      if (index === undefined) {
        start = end + 1;
        continue;
      }
      const column = dataColumns[index]!;
      if (start === end) column.put(row, null);
      else if (column instanceof StringColumn) column.put(row, line.subarray(start, end));
      else {
        const value = this.#converters[index]!(decode(line.subarray(start, end)));
        if (value === undefined) return false;
        column.put(row, value);
      }
      start = end + 1;
    }
    this.#layout.corrupt?.put(row, null);
    return true;
  }

  /** Finds where the values end; false if there is a quote, or not one value a column. */
  #split(line: Uint8Array): boolean {
    const separator = this.#separator;
    const quote = this.#quote;
    const ends = this.#ends;
    const count = this.#layout.stored.length;
    let found = 0;
    let high = 0;
    for (let p = 0; p < line.length; p++) {
      const byte = line[p]!;
      if (byte === separator) {
        if (found >= count) return false;
        ends[found++] = p;
      } else if (byte === quote) return false;
      high |= byte;
    }
    if (found >= count) return false;
    ends[found++] = line.length;
    return found === count && (high < 128 || isUtf8(line));
  }
}
