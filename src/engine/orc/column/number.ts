import type { BooleanRun } from "../run/boolean.ts";
import type { ByteRun } from "../run/byte.ts";
import type { IntegerRun } from "../run/integer.ts";
import type { ByteStream } from "../stream.ts";
import { batchRows, ColumnReader, grown, spread, spreadWide } from "./column.ts";

/** Values of one element each, that a run writes. */
abstract class NarrowReader<V extends Uint8Array | Int8Array | Int32Array> extends ColumnReader {
  abstract values: V;

  protected grow(capacity: number): void {
    this.values = grown(this.values, capacity);
  }

  protected decode(start: number, count: number, values: number): void {
    this.fill(start, values);
    spread(this.values, { present: this.present, start, count, values });
  }

  /** Writes the next `values` of the run from `start` on. */
  protected abstract fill(start: number, values: number): void;
}

/** Booleans: 0 and 1. */
export class BooleanReader extends NarrowReader<Uint8Array<ArrayBuffer>> {
  readonly kind = "boolean";
  values = new Uint8Array(batchRows);
  readonly #run: BooleanRun;

  constructor(presence: BooleanRun | undefined, run: BooleanRun) {
    super(presence);
    this.#run = run;
  }

  protected fill(start: number, values: number): void {
    this.#run.read(this.values, start, values);
  }
}

/** Integers of 8 bits. */
export class ByteReader extends NarrowReader<Int8Array<ArrayBuffer>> {
  readonly kind = "byte";
  values = new Int8Array(batchRows);
  readonly #run: ByteRun;

  constructor(presence: BooleanRun | undefined, run: ByteRun) {
    super(presence);
    this.#run = run;
  }

  protected fill(start: number, values: number): void {
    this.#run.read(this.values, start, values);
  }
}

/** Integers of up to 32 bits, and days. */
export class IntReader extends NarrowReader<Int32Array<ArrayBuffer>> {
  readonly kind = "int";
  values = new Int32Array(batchRows);
  readonly #run: IntegerRun;

  constructor(presence: BooleanRun | undefined, run: IntegerRun) {
    super(presence);
    this.#run = run;
  }

  protected fill(start: number, values: number): void {
    this.#run.readInts(this.values, start, values);
  }
}

/** Integers of 64 bits, as pairs of words: the low one first. */
export class LongReader extends ColumnReader {
  readonly kind = "long";
  words = new Int32Array(batchRows * 2);
  readonly #run: IntegerRun;

  constructor(presence: BooleanRun | undefined, run: IntegerRun) {
    super(presence);
    this.#run = run;
  }

  protected grow(capacity: number): void {
    this.words = grown(this.words, capacity * 2);
  }

  protected decode(start: number, count: number, values: number): void {
    this.#run.readLongs(this.words, start, values);
    spreadWide(this.words, 2, { present: this.present, start, count, values });
  }
}

/** Numbers with a point, of 32 bits or 64. */
export class RealReader extends ColumnReader {
  readonly kind: "float" | "double";
  values: Float32Array | Float64Array;
  readonly #stream: ByteStream;

  constructor(presence: BooleanRun | undefined, stream: ByteStream, kind: "float" | "double") {
    super(presence);
    this.kind = kind;
    this.#stream = stream;
    this.values = kind === "float" ? new Float32Array(batchRows) : new Float64Array(batchRows);
  }

  protected grow(capacity: number): void {
    this.values = grown(this.values, capacity);
  }

  protected decode(start: number, count: number, values: number): void {
    const width = this.values.BYTES_PER_ELEMENT;
    const bytes = new Uint8Array(this.values.buffer);
    this.#stream.copy(bytes, start * width, values * width);
    spread(this.values, { present: this.present, start, count, values });
  }
}
