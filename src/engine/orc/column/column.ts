import { expect } from "../corrupt.ts";
import type { BooleanRun } from "../run/boolean.ts";

/** Values of one column that are decoded at once, and the least that a column has room for. */
export const batchRows = 2048;
/** Elements of lists and maps of one batch; more are no one's. */
const cellMax = 1 << 27;

/**
 * Decodes one column of a stripe, forward. The cells that were read lie at their rows in arrays
 * that the next read from row 0 overwrites; what lies at a row that is null means nothing.
 */
export abstract class ColumnReader {
  /** 1 where there is a value. */
  present: Uint8Array = new Uint8Array(batchRows);
  /** Whether some cell of the rows read is null. */
  nulls = false;
  readonly #presence: BooleanRun | undefined;
  #capacity = batchRows;

  constructor(presence: BooleanRun | undefined) {
    this.#presence = presence;
  }

  /**
   * Reads the cells at [start, start + count). `within`: 1 at the rows where the parent has a
   * value; the others have none here.
   */
  read(start: number, count: number, within?: Uint8Array): void {
    if (start === 0) this.nulls = false;
    this.#reserve(start + count);
    const values = this.#readPresence(start, count, within);
    if (values < count) this.nulls = true;
    this.decode(start, count, values);
  }

  /** Makes room for cells up to `capacity`, keeping what is there. */
  protected abstract grow(capacity: number): void;
  /** Reads `values` values and puts them where `present` says. */
  protected abstract decode(start: number, count: number, values: number): void;

  #readPresence(start: number, count: number, within: Uint8Array | undefined): number {
    const { present } = this;
    if (within === undefined) {
      if (this.#presence) return this.#presence.read(present, start, count);
      present.fill(1, start, start + count);
      return count;
    }
    let values = 0;
    for (let row = start; row < start + count; row++) values += within[row]!;
    if (this.#presence === undefined) {
      present.set(within.subarray(start, start + count), start);
      return values;
    }
    const found = this.#presence.read(present, start, values);
    if (values < count) {
      let from = start + values;
      for (let row = start + count - 1; row >= start; row--) {
        present[row] = within[row] === 1 ? present[--from]! : 0;
      }
    }
    return found;
  }

  #reserve(cells: number): void {
    if (cells <= this.#capacity) return;
    expect(cells <= cellMax, "lists have more elements than memory should hold");
    this.#capacity = Math.max(this.#capacity * 2, cells);
    this.present = grown(this.present, this.#capacity);
    this.grow(this.#capacity);
  }
}

type Cells = Uint8Array | Int8Array | Int32Array | Float32Array | Float64Array;

/** A longer copy. */
export function grown<T extends Cells>(cells: T, length: number): T {
  const copy = new (cells.constructor as new (length: number) => T)(length);
  copy.set(cells);
  return copy;
}

export interface Spread {
  readonly present: Uint8Array;
  readonly start: number;
  readonly count: number;
  /** How many values lie packed from `start` on. */
  readonly values: number;
}

/** Moves packed values to the rows that have one; the others are 0. */
export function spread(cells: Cells, { present, start, count, values }: Spread): void {
  if (values === count) return;
  let from = start + values - 1;
  for (let row = start + count - 1; row > from; row--) {
    cells[row] = present[row] === 1 ? cells[from--]! : 0;
  }
}

/** The same for values of more than one word. */
export function spreadWide(cells: Int32Array, width: number, spread: Spread): void {
  const { present, start, count, values } = spread;
  if (values === count) return;
  let from = start + values - 1;
  for (let row = start + count - 1; row > from; row--) {
    if (present[row] === 1) {
      cells.copyWithin(row * width, from * width, (from + 1) * width);
      from--;
    } else cells.fill(0, row * width, (row + 1) * width);
  }
}
