import type { BooleanRun } from "../run/boolean.ts";
import type { IntegerRun } from "../run/integer.ts";
import { batchRows, ColumnReader, grown, spread } from "./column.ts";

/** Multipliers of nanoseconds by the three bits that count the zeros taken off. */
const powers = [1, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
const twoTo32 = 0x1_0000_0000;

/** Instants: seconds since the epoch, rounded down, and the nanoseconds of the second. */
export class TimestampReader extends ColumnReader {
  readonly kind = "timestamp";
  seconds = new Float64Array(batchRows);
  nanos = new Int32Array(batchRows);
  /** The zone whose wall clock the writer meant; empty where it said none, or meant instants. */
  readonly writerZone: string;
  readonly #runs: { readonly seconds: IntegerRun; readonly nanos: IntegerRun };
  readonly #base: number;
  #words = new Int32Array(batchRows * 2);

  constructor(
    presence: BooleanRun | undefined,
    runs: { readonly seconds: IntegerRun; readonly nanos: IntegerRun },
    /** The second that is 0 in the file. */
    { base, writerZone }: { readonly base: number; readonly writerZone: string },
  ) {
    super(presence);
    this.#runs = runs;
    this.#base = base;
    this.writerZone = writerZone;
  }

  protected grow(capacity: number): void {
    this.seconds = grown(this.seconds, capacity);
    this.nanos = grown(this.nanos, capacity);
  }

  protected decode(start: number, count: number, values: number): void {
    if (this.#words.length < values * 2) this.#words = new Int32Array(values * 2);
    const { seconds, nanos } = this;
    const words = this.#words;
    this.#runs.seconds.readLongs(words, 0, values);
    for (let i = 0; i < values; i++) {
      seconds[start + i] = words[i * 2 + 1]! * twoTo32 + (words[i * 2]! >>> 0) + this.#base;
    }
    this.#runs.nanos.readLongs(words, 0, values);
    for (let i = 0; i < values; i++) {
      const low = words[i * 2]! >>> 0;
      const digits = Math.floor((words[i * 2 + 1]! * twoTo32 + low) / 8);
      const nano = digits * powers[low & 7]!;
      // Writers cut towards zero; Arrow's counts the rest below it.
      if (nano < 0 || (seconds[start + i]! < 0 && nano > 999_999)) seconds[start + i]! -= 1;
      nanos[start + i] = nano < 0 ? nano + 1e9 : nano;
    }
    const spreading = { present: this.present, start, count, values };
    spread(seconds, spreading);
    spread(nanos, spreading);
  }
}
