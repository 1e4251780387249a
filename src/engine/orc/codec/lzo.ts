import { expect } from "../corrupt.ts";

/** The bytes of an LZO1X block, which are at most `limit`. */
export function lzo(bytes: Uint8Array, limit: number): Uint8Array {
  const block = new LzoBlock(bytes, limit);
  return block.inflate();
}

class LzoBlock {
  readonly #bytes: Uint8Array;
  readonly #out: Uint8Array;
  #at = 0;
  #to = 0;

  constructor(bytes: Uint8Array, limit: number) {
    this.#bytes = bytes;
    this.#out = new Uint8Array(limit);
  }

  inflate(): Uint8Array {
    const first = this.#bytes[0] ?? 17;
    // How many literals followed the last match: it tells what a short code means.
    let state = 0;
    if (first > 17) {
      this.#at = 1;
      this.#literals(first - 17);
      state = first - 17 < 4 ? first - 17 : 4;
    }
    for (;;) {
      const code = this.#byte();
      if (code < 16) {
        if (state === 0) {
          this.#literals(3 + (code === 0 ? this.#long(15) : code));
          state = 4;
          continue;
        }
        const high = this.#byte();
        const near = (high << 2) + ((code >> 2) & 3) + 1;
        if (state === 4) this.#match(near + 2048, 3);
        else this.#match(near, 2);
        state = this.#trail(code & 3);
      } else if (code < 32) {
        const length = 2 + ((code & 7) === 0 ? this.#long(7) : code & 7);
        const [low, high] = [this.#byte(), this.#byte()];
        const distance = ((code & 8) << 11) + (high << 6) + (low >> 2);
        if (distance === 0) return this.#out.subarray(0, this.#to);
        this.#match(distance + 16_384, length);
        state = this.#trail(low & 3);
      } else if (code < 64) {
        const length = 2 + ((code & 31) === 0 ? this.#long(31) : code & 31);
        const [low, high] = [this.#byte(), this.#byte()];
        this.#match((high << 6) + (low >> 2) + 1, length);
        state = this.#trail(low & 3);
      } else {
        const length = code < 128 ? 3 + ((code >> 5) & 1) : 5 + ((code >> 5) & 3);
        this.#match((this.#byte() << 3) + ((code >> 2) & 7) + 1, length);
        state = this.#trail(code & 3);
      }
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    expect(byte !== undefined, "an LZO block is cut short");
    return byte;
  }

  /** A length of zero bytes of 255 each, then the rest, over `base`. */
  #long(base: number): number {
    let length = base;
    for (;;) {
      const byte = this.#byte();
      if (byte !== 0) return length + byte;
      length += 255;
    }
  }

  #trail(count: number): number {
    this.#literals(count);
    return count;
  }

  #literals(count: number): void {
    const [from, to] = [this.#at, this.#to];
    const isInside = from + count <= this.#bytes.length && to + count <= this.#out.length;
    expect(isInside, "LZO literals are cut short");
    for (let i = 0; i < count; i++) this.#out[to + i] = this.#bytes[from + i]!;
    this.#at += count;
    this.#to += count;
  }

  #match(distance: number, length: number): void {
    const to = this.#to;
    const from = to - distance;
    expect(from >= 0 && to + length <= this.#out.length, "an LZO match is out of its block");
    for (let i = 0; i < length; i++) this.#out[to + i] = this.#out[from + i]!;
    this.#to += length;
  }
}
