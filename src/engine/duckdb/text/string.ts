import type { Value } from "../../../schema/value.ts";
import { binding, knownStringLayout, type Vector } from "./binding.ts";
import { Validity } from "./validity.ts";

/** Long texts of one column of a chunk; beyond it the chunk is ended early to bound memory. */
export const HEAP_LIMIT = 16 << 20;
/** What a heap shrinks back to after a chunk of long texts. */
const HEAP_START = 256 << 10;

/** For lengths 0 to 12: what of the three inline words belongs to the text. */
export const MASKS: readonly Int32Array[] = [0, 1, 2].map((word) =>
  Int32Array.from({ length: 13 }, (_, length) => {
    const bytes = Math.max(0, Math.min(4, length - 4 * word));
    return bytes === 4 ? -1 : 2 ** (8 * bytes) - 1;
  }),
);

const encoder = new TextEncoder();

/**
 * VARCHAR and BLOB cells in DuckDB's own layout. Long texts lie in `heap`, which is handed over
 * as one blob whose address is then added to each cell's offset (`flush`).
 */
export class StringColumn {
  cells = new Int32Array(2048 * 4);
  heap: Uint8Array = new Uint8Array(HEAP_START);
  used = 0;
  readonly validity = new Validity();

  put(row: number, value: Value): void {
    if (value === null) {
      this.putNull(row);
      return;
    }
    const isText = typeof value === "string";
    const text = isText ? value : "";
    if (isText && text.length <= 12 && this.#putShort(row, text)) return;
    const bytes = value as Uint8Array;
    const offset = this.used;
    // A UTF-16 unit has at most three bytes of UTF-8.
    const need = offset + (isText ? text.length * 3 : bytes.length);
    if (need > this.heap.length) this.#grow(need);
    const target = this.heap.subarray(offset);
    if (!isText) target.set(bytes);
    const length = isText ? encoder.encodeInto(text, target).written : bytes.length;
    this.#putHeap(row, length);
  }

  /** Writes an ASCII text of at most 12 characters; false if it is not ASCII. */
  #putShort(row: number, text: string): boolean {
    const words = [0, 0, 0];
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) return false;
      words[i >> 2]! |= code << ((i & 3) * 8);
    }
    this.#putWords(row, text.length, words);
    return true;
  }

  #putWords(row: number, length: number, words: readonly number[]): void {
    this.#ensure(row);
    this.validity.set(row);
    const at = row * 4;
    this.cells[at] = length;
    this.cells[at + 1] = words[0]!;
    this.cells[at + 2] = words[1]!;
    this.cells[at + 3] = words[2]!;
  }

  /** Makes a cell of the `length` bytes that lie at the end of the heap. */
  #putHeap(row: number, length: number): void {
    const { heap, used } = this;
    const words = [0, 0, 0];
    const inline = length <= 12 ? length : 4;
    for (let i = 0; i < inline; i++) words[i >> 2]! |= heap[used + i]! << ((i & 3) * 8);
    if (length > 12) {
      words[1] = used;
      this.used += length;
    }
    this.#putWords(row, length, words);
  }

  putNull(row: number): void {
    this.#ensure(row);
    this.cells.fill(0, row * 4, row * 4 + 4);
    this.validity.clear(row);
  }

  /** Writes the bytes [start, start + length); those of a text are UTF-8. */
  putSpan(row: number, bytes: Uint8Array, start: number, length: number): void {
    this.#ensure(row);
    this.validity.set(row);
    const at = row * 4;
    const cells = this.cells;
    cells[at] = length;
    if (length > 12) {
      this.putLong(at, bytes, start);
      return;
    }
    cells[at + 1] = 0;
    cells[at + 2] = 0;
    cells[at + 3] = 0;
    for (let i = 0; i < length; i++) {
      cells[at + 1 + (i >> 2)]! |= bytes[start + i]! << ((i & 3) * 8);
    }
  }

  /** What follows the length in the cell at `at`, for texts of more than 12 bytes. */
  putLong(at: number, bytes: Uint8Array, start: number): void {
    const cells = this.cells;
    const length = cells[at]!;
    cells[at + 1] =
      bytes[start]! |
      (bytes[start + 1]! << 8) |
      (bytes[start + 2]! << 16) |
      (bytes[start + 3]! << 24);
    const offset = this.used;
    if (offset + length > this.heap.length) this.#grow(offset + length);
    const heap = this.heap;
    cells[at + 2] = offset;
    cells[at + 3] = 0;
    if (length < 64) for (let i = 0; i < length; i++) heap[offset + i] = bytes[start + i]!;
    else heap.set(bytes.subarray(start, start + length), offset);
    this.used = offset + length;
  }

  flush(vector: Vector, rows: number): void {
    if (rows > 0) this.#ensure(rows - 1);
    this.flushCells(vector, rows);
    this.validity.flush(vector, rows);
  }

  /** Copies the cells alone: whoever filled them says which are null. */
  flushCells(vector: Vector, rows: number): void {
    const duckdb = binding();
    if (!knownStringLayout()) {
      this.#flushSlowly(vector, rows);
    } else {
      if (this.used > 0) this.#relocate(vector, rows);
      duckdb.copy_data_to_vector(vector, 0, this.cells.buffer as ArrayBuffer, 0, rows * 16);
    }
  }

  reset(rows?: number): void {
    this.used = 0;
    this.cells.fill(0, 0, rows === undefined ? undefined : (rows + 1) * 4);
    this.validity.reset();
    if (this.heap.length > 8 * HEAP_START) this.heap = new Uint8Array(HEAP_START);
  }

  /** Gives the heap to DuckDB, which copies it, and turns offsets into addresses. */
  #relocate(vector: Vector, rows: number): void {
    const duckdb = binding();
    // At least 13 bytes: a shorter blob would lie inline in the cell and have no address.
    const blob = this.heap.subarray(0, Math.max(this.used, 13));
    duckdb.vector_assign_string_element_len(vector, 0, blob);
    const first = duckdb.vector_get_data(vector, 16);
    const view = new DataView(first.buffer, first.byteOffset, 16);
    const low = view.getUint32(8, true);
    const high = view.getUint32(12, true);
    const cells = this.cells;
    for (let row = 0, at = 0; row < rows; row++, at += 4) {
      if (cells[at]! > 12) {
        const sum = low + (cells[at + 2]! >>> 0);
        cells[at + 2] = sum;
        cells[at + 3] = sum > 0xffffffff ? high + 1 : high;
      }
    }
  }

  #flushSlowly(vector: Vector, rows: number): void {
    const duckdb = binding();
    const inline = new Uint8Array(this.cells.buffer);
    for (let row = 0, at = 0; row < rows; row++, at += 4) {
      const length = this.cells[at]!;
      const start = length > 12 ? this.cells[at + 2]! : at * 4 + 4;
      const from = length > 12 ? this.heap : inline;
      duckdb.vector_assign_string_element_len(vector, row, from.subarray(start, start + length));
    }
  }

  #ensure(row: number): void {
    if (row * 4 + 4 <= this.cells.length) return;
    const grown = new Int32Array(Math.max(this.cells.length * 2, row * 4 + 4));
    grown.set(this.cells);
    this.cells = grown;
  }

  #grow(need: number): void {
    const grown = new Uint8Array(Math.max(this.heap.length * 2, need));
    grown.set(this.heap.subarray(0, this.used));
    this.heap = grown;
  }
}
