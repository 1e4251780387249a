import type { ByteStream } from "../stream.ts";
import { ByteRun } from "./byte.ts";

/** Bits, the highest of each byte first. */
export class BooleanRun {
  readonly #bytes: ByteRun;
  readonly #held = new Uint8Array(256);
  #byte = 0;
  /** Bits of `#byte` that are not taken yet. */
  #left = 0;

  constructor(stream: ByteStream) {
    this.#bytes = new ByteRun(stream);
  }

  /** Passes over bytes, and bits of the next. */
  skip(bytes: number, bits: number): void {
    this.#bytes.skip(bytes);
    if (bits > 0) this.read(new Uint8Array(8), 0, bits);
  }

  /** Puts 0 and 1; returns how many are 1. */
  read(out: Uint8Array, start: number, count: number): number {
    const end = start + count;
    let to = start;
    let ones = 0;
    while (to < end && this.#left > 0) {
      this.#left--;
      const bit = (this.#byte >> this.#left) & 1;
      out[to++] = bit;
      ones += bit;
    }
    const held = this.#held;
    while (end - to >= 8) {
      const whole = Math.min(held.length, (end - to) >> 3);
      this.#bytes.read(held, 0, whole);
      for (let i = 0; i < whole; i++, to += 8) {
        const byte = held[i]!;
        if (byte === 255 || byte === 0) {
          const bit = byte & 1;
          for (let j = 0; j < 8; j++) out[to + j] = bit;
          ones += bit * 8;
          continue;
        }
        for (let j = 0; j < 8; j++) {
          const bit = (byte >> (7 - j)) & 1;
          out[to + j] = bit;
          ones += bit;
        }
      }
    }
    if (to === end) return ones;
    this.#bytes.read(held, 0, 1);
    this.#byte = held[0]!;
    this.#left = 8;
    return ones + this.read(out, to, end - to);
  }
}
