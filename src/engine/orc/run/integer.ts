import { expect } from "../corrupt.ts";
import type { ByteStream } from "../stream.ts";
import { RunBuffer } from "./buffer.ts";
import { readVersion1 } from "./version-1.ts";
import { readVersion2 } from "./version-2.ts";

/** Integers of 64 bits in runs, of the first encoding or the second. */
export class IntegerRun {
  readonly #run: RunBuffer;
  readonly #next: (run: RunBuffer) => void;
  #used = 0;

  constructor(stream: ByteStream, request: { readonly signed: boolean; readonly version: 1 | 2 }) {
    this.#run = new RunBuffer(stream, request.signed);
    this.#next = request.version === 1 ? readVersion1 : readVersion2;
  }

  /** Passes over `count` values. */
  skip(count: number): void {
    for (let left = count; left > 0; ) {
      const part = this.#ready(left);
      this.#used += part;
      left -= part;
    }
  }

  /** Puts the low 32 bits of the next values. */
  readInts(out: Int32Array, start: number, count: number): void {
    const { words } = this.#run;
    const end = start + count;
    for (let to = start; to < end; ) {
      const part = this.#ready(end - to);
      for (let from = this.#used * 2, last = to + part; to < last; from += 2) {
        out[to++] = words[from]!;
      }
      this.#used += part;
    }
  }

  /** Puts the next values as pairs of words, the low one first. */
  readLongs(out: Int32Array, start: number, count: number): void {
    const { words } = this.#run;
    const end = start + count;
    for (let to = start; to < end; ) {
      const part = this.#ready(end - to);
      out.set(words.subarray(this.#used * 2, (this.#used + part) * 2), to * 2);
      this.#used += part;
      to += part;
    }
  }

  /** Puts the next values as lengths; their sum. */
  readLengths(out: Int32Array, start: number, count: number): number {
    const { words } = this.#run;
    const end = start + count;
    let sum = 0;
    for (let to = start; to < end; ) {
      const part = this.#ready(end - to);
      for (let from = this.#used * 2, last = to + part; to < last; from += 2) {
        const length = words[from]!;
        expect(length >= 0 && words[from + 1] === 0, "a length is out of its range");
        out[to++] = length;
        sum += length;
      }
      this.#used += part;
    }
    return sum;
  }

  /** How many of `wanted` values the run has. */
  #ready(wanted: number): number {
    if (this.#used === this.#run.length) {
      this.#next(this.#run);
      this.#used = 0;
    }
    return Math.min(wanted, this.#run.length - this.#used);
  }
}
