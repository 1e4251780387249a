import { expect } from "../corrupt.ts";
import type { ByteStream } from "../stream.ts";

/** Values that one run has at most. */
const runMax = 512;
/** Bytes that one run has at most: 512 values of eight, patches and a head. */
export const runBytes = 4600;
const twoTo32 = 0x1_0000_0000;
const int32 = 0x8000_0000;

/** One run of integers, decoded: pairs of words, the low one first. */
export class RunBuffer {
  readonly words = new Int32Array(runMax * 2);
  readonly longs = new BigInt64Array(this.words.buffer);
  length = 0;
  readonly signed: boolean;
  readonly stream: ByteStream;
  /** What `varint` has read. */
  low = 0;
  high = 0;

  constructor(stream: ByteStream, signed: boolean) {
    this.stream = stream;
    this.signed = signed;
  }

  /** Makes the next run readable as a whole, if there is one. */
  begin(): void {
    expect(this.stream.fill(runBytes) > 0, "a stream ends before its values");
  }

  byte(): number {
    const { stream } = this;
    expect(stream.at < stream.end, "a run is cut short");
    return stream.bytes[stream.at++]!;
  }

  /** Takes the bytes of `count` values of `width` bits; where they begin. */
  take(width: number, count: number): number {
    const { stream } = this;
    const start = stream.at;
    stream.at += Math.ceil((width * count) / 8);
    expect(stream.at <= stream.end, "a run is cut short");
    return start;
  }

  /** Reads a number of 7 bits a byte into `low` and `high`, undoing the zigzag where `signed`. */
  varint(signed: boolean): void {
    let [low, high] = [0, 0];
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      const part = byte & 127;
      if (shift < 28) low |= part << shift;
      else if (shift === 28) {
        low |= part << 28;
        high = part >>> 4;
      } else if (shift < 64) high |= part << (shift - 32);
      else expect(false, "an integer has more than ten bytes");
      if (byte < 128) break;
    }
    if (signed) {
      const sign = -(low & 1);
      low = ((low >>> 1) | (high << 31)) ^ sign;
      high = (high >>> 1) ^ sign;
    }
    this.low = low;
    this.high = high;
  }

  /** What `varint` has read, as a number; not exact beyond 2^53. */
  get number(): number {
    return this.high * twoTo32 + (this.low >>> 0);
  }

  get bigint(): bigint {
    return joined(this.low, this.high);
  }

  /** Puts a value that a number holds exactly. */
  put(index: number, value: number): void {
    const { words } = this;
    const low = value | 0;
    words[index * 2] = low;
    words[index * 2 + 1] =
      value >= -int32 && value < int32 ? low >> 31 : Math.floor(value / twoTo32);
  }
}

/** The number of 64 bits that two words are. */
export function joined(low: number, high: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low >>> 0);
}
