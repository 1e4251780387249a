import { expect } from "../corrupt.ts";
import type { BooleanRun } from "../run/boolean.ts";
import type { IntegerRun } from "../run/integer.ts";
import type { ByteStream } from "../stream.ts";
import { batchRows, ColumnReader, grown, spread } from "./column.ts";

/** Bytes past the last value of a heap, so that words can be read beyond it. */
const padding = 16;
const heapMax = 1 << 30;

/** Texts and bytes one after the other: each row says where in `heap` its value lies. */
export class BytesReader extends ColumnReader {
  readonly kind = "bytes";
  starts = new Int32Array(batchRows);
  lengths = new Int32Array(batchRows);
  heap: Uint8Array = new Uint8Array(64 << 10);
  used = 0;
  readonly #stream: ByteStream;
  readonly #lengths: IntegerRun;

  constructor(presence: BooleanRun | undefined, stream: ByteStream, lengths: IntegerRun) {
    super(presence);
    this.#stream = stream;
    this.#lengths = lengths;
  }

  protected grow(capacity: number): void {
    this.starts = grown(this.starts, capacity);
    this.lengths = grown(this.lengths, capacity);
  }

  protected decode(start: number, count: number, values: number): void {
    if (start === 0) this.used = 0;
    const { starts, lengths } = this;
    const sum = this.#lengths.readLengths(lengths, start, values);
    this.heap = fillHeap(this.heap, this.used, sum, this.#stream);
    spread(lengths, { present: this.present, start, count, values });
    for (let row = start; row < start + count; row++) {
      starts[row] = this.used;
      this.used += lengths[row]!;
    }
  }
}

/** Values of a dictionary. */
export interface Dictionary {
  readonly size: number;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  readonly heap: Uint8Array;
  /** Bytes of `heap` that are values. */
  readonly used: number;
}

/** Texts that are numbers of entries of a dictionary. */
export class DictionaryReader extends ColumnReader {
  readonly kind = "dictionary";
  readonly dictionary: Dictionary;
  ids = new Int32Array(batchRows);
  readonly #run: IntegerRun;

  constructor(presence: BooleanRun | undefined, run: IntegerRun, dictionary: Dictionary) {
    super(presence);
    this.#run = run;
    this.dictionary = dictionary;
  }

  protected grow(capacity: number): void {
    this.ids = grown(this.ids, capacity);
  }

  protected decode(start: number, count: number, values: number): void {
    const { ids } = this;
    this.#run.readInts(ids, start, values);
    const { size } = this.dictionary;
    for (let i = start; i < start + values; i++) {
      expect(ids[i]! >>> 0 < size, "a text is no entry of its dictionary");
    }
    spread(ids, { present: this.present, start, count, values });
  }
}

export function readDictionary(size: number, lengths: IntegerRun, blob: ByteStream): Dictionary {
  let [sum, have] = [0, 0];
  let own = new Int32Array(Math.min(size, batchRows));
  // A size that is a lie is found out before there is room for it.
  while (have < size) {
    const part = Math.min(size - have, batchRows);
    if (own.length < have + part) own = grown(own, Math.min(size, own.length * 2));
    const count = Math.min(part, own.length - have);
    sum += lengths.readLengths(own, have, count);
    have += count;
  }
  const starts = new Int32Array(size);
  let at = 0;
  for (let i = 0; i < size; i++) {
    starts[i] = at;
    at += own[i]!;
  }
  const heap = fillHeap(new Uint8Array(padding), 0, sum, blob);
  return { size, starts, lengths: own, heap, used: sum };
}

/** Copies `count` bytes of the stream to the end of a heap, which grows as they come. */
function fillHeap(heap: Uint8Array, used: number, count: number, stream: ByteStream): Uint8Array {
  expect(used + count <= heapMax, "the texts of a batch are longer than memory should hold");
  let out = heap;
  let done = 0;
  while (done < count) {
    const have = stream.fill(1);
    expect(have > 0, "a stream ends before its values");
    const part = Math.min(have, count - done);
    const need = used + done + part + padding;
    if (need > out.length) out = grown(out, Math.max(need, out.length * 2));
    stream.copy(out, used + done, part);
    done += part;
  }
  return out;
}
