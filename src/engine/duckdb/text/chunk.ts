import type { InputFile } from "../../../plan/input.ts";
import type { Value } from "../../../schema/value.ts";
import { CHUNK_ROWS } from "./column.ts";
import { constantOf, type Layout } from "./layout.ts";
import { HEAP_LIMIT } from "./string.ts";

/** The rows being gathered for DuckDB's next chunk; all of one file. */
export class Chunk {
  readonly layout: Layout;
  rows = 0;
  /** Bytes of text taken in, which bounds what the heaps hold. */
  spent = 0;

  constructor(layout: Layout) {
    this.layout = layout;
  }

  get full(): boolean {
    return this.rows >= CHUNK_ROWS || this.spent >= HEAP_LIMIT;
  }

  reset(): void {
    for (const column of this.layout.columns) column.reset(this.rows);
    this.rows = 0;
    this.spent = 0;
  }

  /** Appends a row: the file's own values, and what goes beside them. */
  put(values: readonly Value[], corrupt: Value = null, rescued: Value = null): void {
    const { dataColumns } = this.layout;
    for (let index = 0; index < dataColumns.length; index++) {
      dataColumns[index]!.put(this.rows, values[index] ?? null);
    }
    this.layout.corrupt?.put(this.rows, corrupt);
    this.layout.rescued?.put(this.rows, rescued);
    this.rows++;
  }

  /** Fills in what is the same for the file, and the row numbers from `first` on. */
  finish(file: InputFile, fileIndex: number, first: number): void {
    for (const { field, column } of this.layout.constants) {
      const value = constantOf(field, file);
      for (let row = 0; row < this.rows; row++) column.put(row, value);
    }
    const { ordinal } = this.layout;
    ordinal.validity.bits.fill(255);
    for (let row = 0; row < this.rows; row++) {
      const position = first + row;
      ordinal.words[row * 2] = position;
      ordinal.words[row * 2 + 1] = fileIndex * 256 + Math.floor(position / 0x1_0000_0000);
    }
  }
}
