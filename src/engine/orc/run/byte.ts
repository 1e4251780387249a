import { expect } from "../corrupt.ts";
import type { ByteStream } from "../stream.ts";

/** Bytes in runs and literals. */
export class ByteRun {
  readonly #stream: ByteStream;
  /** Bytes left of the group: of a run where `#repeated` is not negative. */
  #left = 0;
  #repeated = -1;

  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  /** Passes over `count` bytes. */
  skip(count: number): void {
    const passed = new Uint8Array(256);
    for (let left = count; left > 0; left -= passed.length) {
      this.read(passed, 0, Math.min(left, passed.length));
    }
  }

  read(out: Uint8Array | Int8Array, start: number, count: number): void {
    const stream = this.#stream;
    const end = start + count;
    let to = start;
    while (to < end) {
      if (this.#left === 0) this.#next();
      const part = Math.min(this.#left, end - to);
      if (this.#repeated >= 0) out.fill(this.#repeated, to, to + part);
      else {
        expect(stream.fill(part) >= part, "a stream ends before its values");
        const { bytes, at } = stream;
        for (let i = 0; i < part; i++) out[to + i] = bytes[at + i]!;
        stream.at += part;
      }
      this.#left -= part;
      to += part;
    }
  }

  #next(): void {
    const stream = this.#stream;
    expect(stream.fill(2) >= 2, "a stream ends before its values");
    const control = stream.bytes[stream.at++]!;
    if (control < 128) {
      this.#left = control + 3;
      this.#repeated = stream.bytes[stream.at++]!;
    } else {
      this.#left = 256 - control;
      this.#repeated = -1;
    }
  }
}
