import { ended, readVarint } from "../varint.ts";

/** How a field of protobuf is told: the low three bits of its tag. */
export const wires = {
  varint: 0,
  fixed64: 1,
  bytes: 2,
  group: 3,
  groupEnd: 4,
  fixed32: 5,
} as const;

/** How deep messages may be in messages, as in Google's readers. */
const depthLimit = 100;

/**
 * Reads protobuf's wire format forward, up to `end`. Throws an Error where Google's own readers
 * find the bytes broken.
 */
export class WireCursor {
  bytes: Uint8Array = new Uint8Array();
  at = 0;
  end = 0;
  /** The number and the wire type of the field that `next` has come to. */
  field = 0;
  wire = 0;
  /** The last number read: its low and high words. */
  low = 0;
  high = 0;
  #depth = 0;

  open(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.at = 0;
    this.end = bytes.length;
    this.#depth = 0;
  }

  /** Comes to the next field; false at the end. Its value must be taken or skipped. */
  next(): boolean {
    if (this.at >= this.end) return false;
    this.varint();
    this.field = this.low >>> 3;
    this.wire = this.low & 7;
    if (this.field === 0) throw new Error("a field has the number 0");
    if (this.wire > wires.fixed32) throw new Error(`a field has the wire type ${this.wire}`);
    return true;
  }

  /** Leaves the number in `low` and `high`. */
  varint(): void {
    readVarint(this);
  }

  /** Leaves a number of four bytes in `low`. */
  fixed32(): void {
    const start = this.take(4);
    this.low = word(this.bytes, start);
    this.high = 0;
  }

  /** Leaves a number of eight bytes in `low` and `high`. */
  fixed64(): void {
    const start = this.take(8);
    this.low = word(this.bytes, start);
    this.high = word(this.bytes, start + 4);
  }

  /** The length of what comes, which is there. */
  length(): number {
    this.varint();
    const { low } = this;
    if (low < 0 || low > this.end - this.at) throw new Error(ended);
    return low;
  }

  /** Moves over `length` bytes; the place of the first. */
  take(length: number): number {
    const start = this.at;
    if (length > this.end - start) throw new Error(ended);
    this.at = start + length;
    return start;
  }

  /** The number just read as one of 64 bits with a sign. */
  exact(): bigint {
    return (BigInt(this.high) << 32n) | BigInt(this.low >>> 0);
  }

  /** The message at the cursor, of a length or a group: `read` goes over its fields. */
  within(read: (group: number) => void): void {
    if (this.#depth >= depthLimit) throw new Error(`it is deeper than ${depthLimit} messages`);
    this.#depth++;
    if (this.wire === wires.group) read(this.field);
    else {
      const length = this.length();
      const outer = this.end;
      this.end = this.at + length;
      read(0);
      this.end = outer;
    }
    this.#depth--;
  }

  /** Whether the field is the end of the group of a number; another end is an error. */
  closes(group: number): boolean {
    if (this.wire !== wires.groupEnd) return false;
    if (group === 0 || this.field !== group) throw new Error("a group ends that is not open");
    return true;
  }

  /** Moves over the value of the field. */
  skip(): void {
    switch (this.wire) {
      case wires.varint:
        this.varint();
        return;
      case wires.fixed64:
        this.take(8);
        return;
      case wires.bytes:
        this.take(this.length());
        return;
      case wires.fixed32:
        this.take(4);
        return;
      default:
        this.within((group) => this.#skipGroup(group));
    }
  }

  #skipGroup(group: number): void {
    while (this.next()) {
      if (this.closes(group)) return;
      this.skip();
    }
    throw new Error("a group has no end");
  }
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
