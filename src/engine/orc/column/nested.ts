import { expect } from "../corrupt.ts";
import type { BooleanRun } from "../run/boolean.ts";
import type { ByteRun } from "../run/byte.ts";
import type { IntegerRun } from "../run/integer.ts";
import { batchRows, ColumnReader, grown, spread } from "./column.ts";
import type { Reader } from "./open.ts";

/** Elements that are read before there is room for more: what a lie of a length can cost. */
const stepCells = 64 << 10;

/** Members by position; undefined where a member is not wanted, or the file has none. */
export class StructReader extends ColumnReader {
  readonly kind = "struct";
  readonly members: readonly (Reader | undefined)[];

  constructor(presence: BooleanRun | undefined, members: readonly (Reader | undefined)[]) {
    super(presence);
    this.members = members;
  }

  protected grow(): void {}

  protected decode(start: number, count: number, values: number): void {
    const within = values < count ? this.present : undefined;
    for (const member of this.members) member?.read(start, count, within);
  }
}

/** Lists and maps: how many cells of each child a row has; they follow one another. */
export class ListReader extends ColumnReader {
  readonly kind = "list";
  lengths = new Int32Array(batchRows);
  /** Cells of the children. */
  cells = 0;
  /** The elements, or keys and values; undefined where they are not wanted. */
  readonly children: readonly (Reader | undefined)[];
  readonly #run: IntegerRun;

  constructor(
    presence: BooleanRun | undefined,
    run: IntegerRun,
    children: readonly (Reader | undefined)[],
  ) {
    super(presence);
    this.#run = run;
    this.children = children;
  }

  protected grow(capacity: number): void {
    this.lengths = grown(this.lengths, capacity);
  }

  protected decode(start: number, count: number, values: number): void {
    if (start === 0) this.cells = 0;
    const sum = this.#run.readLengths(this.lengths, start, values);
    spread(this.lengths, { present: this.present, start, count, values });
    // A read of nothing still begins the children's batch.
    for (const child of this.children) readAll(child, this.cells, sum);
    this.cells += sum;
  }
}

function readAll(child: Reader | undefined, start: number, count: number): void {
  if (start === 0 && count === 0) child?.read(0, 0);
  for (let done = 0; done < count; done += stepCells) {
    child?.read(start + done, Math.min(stepCells, count - done));
  }
}

/** Values that are of one of some types: which it is, and the values of each type by themselves. */
export class UnionReader extends ColumnReader {
  readonly kind = "union";
  tags = new Uint8Array(batchRows);
  readonly variants: readonly Reader[];
  #masks: Uint8Array[];
  readonly #run: ByteRun;

  constructor(presence: BooleanRun | undefined, run: ByteRun, variants: readonly Reader[]) {
    super(presence);
    this.#run = run;
    this.variants = variants;
    this.#masks = variants.map(() => new Uint8Array(batchRows));
  }

  protected grow(capacity: number): void {
    this.tags = grown(this.tags, capacity);
    this.#masks = this.#masks.map((mask) => grown(mask, capacity));
  }

  protected decode(start: number, count: number, values: number): void {
    const { tags, present } = this;
    this.#run.read(tags, start, values);
    spread(tags, { present, start, count, values });
    for (const mask of this.#masks) mask.fill(0, start, start + count);
    for (let row = start; row < start + count; row++) {
      if (present[row] === 0) continue;
      const mask = this.#masks[tags[row]!];
      expect(mask !== undefined, "a value is of no type of its union");
      mask[row] = 1;
    }
    this.variants.forEach((variant, index) => {
      variant.read(start, count, this.#masks[index]);
    });
  }
}
