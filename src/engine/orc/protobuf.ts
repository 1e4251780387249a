import { expect } from "./corrupt.ts";

const twoTo32 = 0x1_0000_0000;

/** Reads the fields of one protobuf message, in the order they come. */
export class Message {
  readonly #bytes: Uint8Array;
  #at = 0;
  #low = 0;
  #high = 0;
  /** Of the field that `next` has come to. */
  field = 0;
  #wire = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Comes to the next field; false at the end. Its value must be taken or skipped. */
  next(): boolean {
    if (this.#at >= this.#bytes.length) return false;
    const key = this.#varint();
    this.field = Math.floor(key / 8);
    this.#wire = key % 8;
    expect(this.field > 0, "a protobuf field has the number 0");
    return true;
  }

  /** An unsigned number; more than 2^53 is not exact. */
  number(): number {
    expect(this.#wire === 0, "a protobuf field is no number");
    return this.#varint();
  }

  /** A signed number by zigzag. */
  zigzag(): bigint {
    this.number();
    const raw = (BigInt(this.#high) << 32n) | BigInt(this.#low);
    return (raw >> 1n) ^ -(raw & 1n);
  }

  double(): number {
    const { buffer, byteOffset } = this.fixed();
    return new DataView(buffer, byteOffset, 8).getFloat64(0, true);
  }

  /** The bytes of a number of 64 bits that takes as many; of more of them where they are packed. */
  fixed(): Uint8Array {
    if (this.#wire === 2) return this.bytes();
    expect(
      this.#wire === 1 && this.#at + 8 <= this.#bytes.length,
      "a protobuf number is cut short",
    );
    this.#at += 8;
    return this.#bytes.subarray(this.#at - 8, this.#at);
  }

  bytes(): Uint8Array {
    expect(this.#wire === 2, "a protobuf field has no bytes");
    const length = this.#varint();
    expect(length <= this.#bytes.length - this.#at, "a protobuf field is cut short");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  text(): string {
    return new TextDecoder().decode(this.bytes());
  }

  message(): Message {
    return new Message(this.bytes());
  }

  /** The numbers of a repeated field, packed or one at a time, added to `into`. */
  numbers(into: number[]): void {
    if (this.#wire === 0) {
      into.push(this.#varint());
      return;
    }
    const packed = this.message();
    while (packed.#at < packed.#bytes.length) into.push(packed.#varint());
  }

  skip(): void {
    switch (this.#wire) {
      case 0:
        this.#varint();
        return;
      case 1:
        this.#at += 8;
        break;
      case 2:
        this.bytes();
        return;
      case 5:
        this.#at += 4;
        break;
      default:
        expect(false, `a protobuf field has the wire type ${this.#wire}`);
    }
    expect(this.#at <= this.#bytes.length, "a protobuf field is cut short");
  }

  #varint(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#bytes[this.#at++];
      expect(byte !== undefined, "a protobuf number is cut short");
      const part = byte & 127;
      if (shift < 28) low |= part << shift;
      else if (shift === 28) {
        low |= part << 28;
        high |= part >>> 4;
      } else if (shift < 63) high |= part << (shift - 32);
      else high |= part << 31;
      if (byte < 128) {
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        return this.#high * twoTo32 + this.#low;
      }
    }
    expect(false, "a protobuf number has more than ten bytes");
  }
}
