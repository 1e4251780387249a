import { ended, readVarint } from "../../../schema/varint.ts";

/** Reads Avro's binary encoding forward. Throws an Error where the bytes end within a value. */
export class Cursor {
  bytes: Uint8Array = new Uint8Array();
  at = 0;
  /** The last long read: its low and high words. */
  low = 0;
  high = 0;
  end = 0;
  #view = new DataView(this.bytes.buffer);

  open(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = 0;
    this.end = bytes.length;
  }

  /** Moves over `length` bytes; the place of the first. */
  take(length: number): number {
    const start = this.at;
    if (length < 0 || start + length > this.bytes.length) throw new Error(ended);
    this.at = start + length;
    return start;
  }

  boolean(): boolean {
    return this.bytes[this.take(1)] === 1;
  }

  int(): number {
    this.long();
    if (this.high !== this.low >> 31) throw new Error("an int has more than 32 bits");
    return this.low;
  }

  /** Leaves the value in `low` and `high`. */
  long(): void {
    readVarint(this);
    const { low, high } = this;
    const sign = -(low & 1);
    this.low = ((low >>> 1) | (high << 31)) ^ sign;
    this.high = (high >>> 1) ^ sign;
  }

  /** A long as the nearest number. */
  longNumber(): number {
    this.long();
    return this.high * 0x1_0000_0000 + (this.low >>> 0);
  }

  longExact(): bigint {
    this.long();
    return (BigInt(this.high) << 32n) | BigInt(this.low >>> 0);
  }

  /** The length of a text or of bytes, or of the items of a block. */
  length(): number {
    const length = this.longNumber();
    if (length < 0 || length > this.bytes.length - this.at) throw new Error(ended);
    return length;
  }

  float(): number {
    return this.#view.getFloat32(this.take(4), true);
  }

  double(): number {
    return this.#view.getFloat64(this.take(8), true);
  }

  /** How many items the next block of an array or map has; 0 at the end. */
  block(): number {
    const count = this.longNumber();
    if (count >= 0) return count;
    this.long();
    return -count;
  }
}
