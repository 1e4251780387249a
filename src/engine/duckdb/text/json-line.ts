import type { Block } from "./block.ts";
import type { TimeReader } from "./convert.ts";
import { FixedColumn } from "./fixed.ts";
import { cellReader, MISFIT, type ReadCell, SLOW } from "./json-cell.ts";
import { STOPS, skipBytes } from "./json-skip.ts";
import type { Layout } from "./layout.ts";
import type { JsonGrammar } from "./option.ts";
import { StringColumn } from "./string.ts";
import type { Validity } from "./validity.ts";

/** Room for a key, quotes included; an input with a longer one goes the slow road. */
const KEY_SHIFT = 6;
const KEY_BYTES = 4 << KEY_SHIFT;

interface LineOptions {
  readonly times: TimeReader;
  readonly grammar: JsonGrammar;
}

/** Where a column's null is noted. */
interface Nullable {
  putNull(row: number): void;
  readonly validity: Validity;
}

/**
 * Reads plain lines (one object, strict JSON) from their bytes straight into the cells of a
 * chunk: it tries the next expected key first. What is not plain is left to the record reader.
 */
export class JsonLines {
  readonly #layout: Layout;
  readonly #keys: readonly Buffer[];
  readonly #cells: readonly (ReadCell | undefined)[];
  readonly #nulls: readonly Nullable[];
  readonly #byLength = new Map<number, number[]>();
  readonly #seen: Float64Array;
  readonly #rescue: boolean;
  readonly #words: Int32Array;
  readonly #lengths: Int32Array;
  #line = 0;
  #rescued: Buffer = Buffer.alloc(4096);
  #rescuedLength = 0;
  #path: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(layout: Layout, options: LineOptions) {
    this.#layout = layout;
    this.#keys = layout.data.fields.map((field) => Buffer.from(JSON.stringify(field.name)));
    this.#cells = layout.data.fields.map((field, index) =>
      cellReader(field.type, layout.dataColumns[index]!, options),
    );
    this.#nulls = layout.dataColumns.filter(
      (column) => column instanceof StringColumn || column instanceof FixedColumn,
    );
    this.#lengths = Int32Array.from(this.#keys, (key) => key.length);
    this.#words = new Int32Array(this.#keys.length << KEY_SHIFT);
    this.#keys.forEach((key, index) => {
      const bytes = new Uint8Array(this.#words.buffer, (index << KEY_SHIFT) * 4, KEY_BYTES);
      bytes.set(key.subarray(0, KEY_BYTES));
    });
    this.#seen = new Float64Array(this.#keys.length);
    this.#rescue = layout.rescued !== undefined;
    this.#keys.forEach((key, index) => {
      this.#byLength.set(key.length, [...(this.#byLength.get(key.length) ?? []), index]);
    });
  }

  /** Whether any line can be read here: no column is nested. */
  get able(): boolean {
    return (
      this.#cells.every((cell) => cell !== undefined) &&
      this.#keys.every((key) => key.length <= KEY_BYTES)
    );
  }

  /** `path`: what follows the rescued members of a row, closing brace included. */
  begin(path: string): void {
    this.#path = Buffer.from(path);
  }

  /** Prepares for a new chunk: cells count as set until they are nulled. */
  reset(): void {
    for (const column of this.#nulls) column.validity.bits.fill(255);
  }

  /** Reads the block's next line into `row`; the place after its line feed, or SLOW. */
  read(block: Block, row: number): number {
    const { bytes, view, start } = block;
    if (bytes[start] !== 0x7b) return SLOW;
    const count = this.#keys.length;
    const line = ++this.#line;
    this.#rescuedLength = 0;
    let found = 0;
    let next = 0;
    let p = start + 1;
    while (bytes[p] === 32) p++;
    let last = bytes[p] === 0x7d;
    if (last) p++;
    while (!last) {
      const keyAt = p;
      let column = next;
      p = next < count ? this.#expected(next, view, p) : SLOW;
      if (p < 0) {
        column = this.#find(bytes, view, keyAt);
        if (column === SLOW) return SLOW;
        p = this.#at;
      }
      while (bytes[p] === 32) p++;
      if (bytes[p++] !== 0x3a) return SLOW;
      while (bytes[p] === 32) p++;
      const valueAt = p;
      if (column === MISFIT) p = this.#set(bytes, keyAt, p);
      else {
        if (this.#seen[column] === line) return SLOW;
        this.#seen[column] = line;
        found++;
        p = this.#cells[column]!(block, p, row);
        if (p === MISFIT && this.#rescue)
          p = this.#misfit(block, { column, keyAt, row, p: valueAt });
        next = column + 1;
      }
      if (p < 0) return SLOW;
      while (bytes[p] === 32) p++;
      const byte = bytes[p++];
      if (byte === 0x7d) last = true;
      else if (byte !== 0x2c) return SLOW;
      while (bytes[p] === 32) p++;
    }
    if (bytes[p] === 13) p++;
    if (bytes[p] !== 10) return SLOW;
    if (found < count) this.#nullUnseen(row, line);
    if (this.#rescuedLength > 0) this.#putRescued(row);
    return p + 1;
  }

  /** Nulls a cell whose value is of another type, and keeps the value among the rescued. */
  #misfit(block: Block, place: { column: number; keyAt: number; p: number; row: number }): number {
    this.#nulls[place.column]!.putNull(place.row);
    return this.#set(block.bytes, place.keyAt, place.p);
  }

  #nullUnseen(row: number, line: number): void {
    for (let column = 0; column < this.#seen.length; column++) {
      if (this.#seen[column] !== line) this.#nulls[column]!.putNull(row);
    }
  }

  /** The place after the key if it is the column's, else SLOW. */
  #expected(column: number, view: DataView, p: number): number {
    const length = this.#lengths[column]!;
    let at = column << KEY_SHIFT;
    let left = length;
    let from = p;
    for (; left >= 4; left -= 4, from += 4) {
      if (view.getInt32(from, true) !== this.#words[at++]) return SLOW;
    }
    if (left > 0 && (view.getInt32(from, true) & ((1 << (left * 8)) - 1)) !== this.#words[at]) {
      return SLOW;
    }
    return p + length;
  }

  /** The column of the key at `p`, MISFIT if it has none; `#at` is then the place after it. */
  #find(bytes: Buffer, view: DataView, p: number): number {
    if (bytes[p] !== 0x22) return SLOW;
    let end = p + 1;
    while (STOPS[bytes[end]!] === 0) end++;
    if (bytes[end] !== 0x22) return SLOW;
    this.#at = end + 1;
    for (const column of this.#byLength.get(this.#at - p) ?? []) {
      if (this.#expected(column, view, p) > 0) return column;
    }
    return MISFIT;
  }

  /** Steps over a value that has no cell, keeping its key and text if such are rescued. */
  #set(bytes: Buffer, keyAt: number, p: number): number {
    const after = skipBytes(bytes, p);
    if (after < 0 || !this.#rescue) return after;
    const key = bytes.indexOf(0x22, keyAt + 1) + 1 - keyAt;
    const need = this.#rescuedLength + key + 2 + (after - p) + this.#path.length + 16;
    if (need > this.#rescued.length) {
      const grown = Buffer.alloc(need * 2);
      this.#rescued.copy(grown, 0, 0, this.#rescuedLength);
      this.#rescued = grown;
    }
    const to = this.#rescued;
    let at = this.#rescuedLength;
    to[at++] = at === 1 ? 0x7b : 0x2c;
    at += bytes.copy(to, at, keyAt, keyAt + key);
    to[at++] = 0x3a;
    at += bytes.copy(to, at, p, after);
    this.#rescuedLength = at;
    return after;
  }

  #putRescued(row: number): void {
    const end = this.#rescuedLength + this.#path.copy(this.#rescued, this.#rescuedLength);
    this.#layout.rescued!.put(row, this.#rescued.subarray(0, end));
  }
}
