import type { Codec } from "./codec/codec.ts";
import { CorruptOrc, expect } from "./corrupt.ts";
import type { ByteFile } from "./tail.ts";

/** Compressed bytes that are read at once. */
const windowBytes = 512 << 10;
const headerBytes = 3;
const empty = new Uint8Array();

/**
 * Reads the bytes of a stream forward, inflated. What can be read now is [at, end) of `bytes`;
 * `fill` makes it more. The reader moves `at` on.
 */
export class ByteStream {
  bytes: Uint8Array = empty;
  at = 0;
  end = 0;
  readonly #file: ByteFile;
  readonly #codec: Codec;
  /** Of the file: what has not been read yet. */
  #from: number;
  readonly #to: number;
  /** Compressed bytes that are read and not inflated: from `#taken` on. */
  #window: Uint8Array = empty;
  #taken = 0;
  #joined: Uint8Array = empty;

  /** Whether the stream goes on behind what is read: a chunk may be cut there. */
  readonly #partial: boolean;

  constructor(
    file: ByteFile,
    place: { readonly start: number; readonly end: number },
    codec: Codec,
    partial = false,
  ) {
    this.#file = file;
    this.#codec = codec;
    this.#from = place.start;
    this.#to = place.end;
    this.#partial = partial;
  }

  /** Passes over `count` bytes. */
  skip(count: number): void {
    for (let left = count; left > 0; ) {
      const part = Math.min(left, this.fill(1));
      expect(part > 0, "a stream ends before its values");
      this.at += part;
      left -= part;
    }
  }

  /** Makes `count` bytes readable, or all that there are; the number that is. */
  fill(count: number): number {
    while (this.end - this.at < count) {
      const next = this.#next();
      if (next === undefined) break;
      const rest = this.end - this.at;
      if (rest === 0) this.bytes = next;
      else {
        const joined = this.#room(rest + next.length);
        // Also where the rest lies in it already.
        joined.set(this.bytes.subarray(this.at, this.end));
        joined.set(next, rest);
        this.bytes = joined;
      }
      this.at = 0;
      this.end = rest + next.length;
    }
    return this.end - this.at;
  }

  /** All bytes that are left, up to `most`. */
  rest(most: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let length = 0;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      parts.push(next);
      length += next.length;
      expect(length <= most, `it holds more than ${most} bytes`);
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts, length);
  }

  /** Where what is left and what comes next are joined: used again and again. */
  #room(length: number): Uint8Array {
    if (this.#joined.length < length) this.#joined = new Uint8Array(length * 2);
    return this.#joined;
  }

  /** Copies `count` bytes to `out` at `to`. */
  copy(out: Uint8Array, to: number, count: number): void {
    let done = 0;
    while (done < count) {
      if (this.at === this.end) expect(this.fill(1) > 0, "a stream ends before its values");
      const part = Math.min(count - done, this.end - this.at);
      out.set(this.bytes.subarray(this.at, this.at + part), to + done);
      this.at += part;
      done += part;
    }
  }

  #next(): Uint8Array | undefined {
    if (this.#codec.name === "none") {
      const length = Math.min(windowBytes, this.#to - this.#from);
      if (length <= 0) return undefined;
      this.#from += length;
      return this.#file.read(this.#from - length, length);
    }
    if (!this.#hold(1)) return undefined;
    if (!this.#hold(headerBytes)) return this.#cut();
    const window = this.#window;
    const header =
      window[this.#taken]! | (window[this.#taken + 1]! << 8) | (window[this.#taken + 2]! << 16);
    const length = header >> 1;
    if (!this.#hold(headerBytes + length)) return this.#cut();
    const start = this.#taken + headerBytes;
    this.#taken = start + length;
    const chunk = this.#window.subarray(start, start + length);
    return (header & 1) === 1 ? chunk : inflated(chunk, this.#codec);
  }

  #cut(): undefined {
    expect(this.#partial, "a chunk is cut short");
  }

  /** Whether `count` compressed bytes can be had from `#taken` on. */
  #hold(count: number): boolean {
    const rest = this.#window.length - this.#taken;
    if (rest >= count) return true;
    if (rest + this.#to - this.#from < count) return false;
    const length = Math.min(Math.max(windowBytes, count - rest), this.#to - this.#from);
    const more = this.#file.read(this.#from, length);
    this.#from += length;
    if (rest === 0) this.#window = more;
    else {
      const joined = new Uint8Array(rest + length);
      joined.set(this.#window.subarray(this.#taken));
      joined.set(more, rest);
      this.#window = joined;
    }
    this.#taken = 0;
    return true;
  }
}

function inflated(chunk: Uint8Array, codec: Codec): Uint8Array {
  try {
    return codec.inflate(chunk);
  } catch (thrown) {
    if (thrown instanceof CorruptOrc) throw thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new CorruptOrc(`a chunk is no ${codec.name}: ${reason}`);
  }
}

/** More of a part of the tail is no one's: the footers of a million stripes have less. */
const tailMax = 1 << 28;

/** All bytes of a part of the tail. */
export function inflateAll(bytes: Uint8Array, codec: Codec): Uint8Array {
  if (codec.name === "none") return bytes;
  const file = {
    size: bytes.length,
    read: (start: number, length: number) => bytes.subarray(start, start + length),
  };
  return new ByteStream(file, { start: 0, end: bytes.length }, codec).rest(tailMax);
}
