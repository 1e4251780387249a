import { wires } from "./wire.ts";

/** Protobuf's wire format, in a buffer that grows. */
export class WireOutput {
  #bytes = Buffer.allocUnsafeSlow(1 << 12);
  #size = 0;

  /** A copy of what was written; the buffer is then empty. */
  taken(): Uint8Array {
    const bytes = Uint8Array.prototype.slice.call(this.#bytes, 0, this.#size);
    this.#size = 0;
    return bytes;
  }

  /** Forgets what was written. */
  clear(): void {
    this.#size = 0;
  }

  tag(field: number, wire: number): void {
    this.word(((field << 3) | wire) >>> 0);
  }

  /** A number without a sign, of at most 32 bits. */
  word(value: number): void {
    this.#reserve(5);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#size++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#size++] = rest;
  }

  /** A number of 64 bits, with or without a sign. */
  long(value: bigint): void {
    if (value >= 0n && value <= 0x7fff_ffffn) {
      this.word(Number(value));
      return;
    }
    this.#reserve(10);
    let rest = BigInt.asUintN(64, value);
    while (rest > 0x7fn) {
      this.#bytes[this.#size++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#bytes[this.#size++] = Number(rest);
  }

  fixed32(value: number): void {
    this.#reserve(4);
    this.#size = this.#bytes.writeUInt32LE(value >>> 0, this.#size);
  }

  fixed64(value: bigint): void {
    this.#reserve(8);
    this.#size = this.#bytes.writeBigUInt64LE(BigInt.asUintN(64, value), this.#size);
  }

  float(value: number): void {
    this.#reserve(4);
    this.#size = this.#bytes.writeFloatLE(value, this.#size);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#size = this.#bytes.writeDoubleLE(value, this.#size);
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#size);
    this.#size += bytes.length;
  }

  bytes(value: Uint8Array): void {
    this.word(value.length);
    this.raw(value);
  }

  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.word(length);
    this.#reserve(length);
    this.#size += this.#bytes.write(value, this.#size);
  }

  /** A message, or values in one piece: what `write` writes, its length before it. */
  within(write: () => void): void {
    const start = this.#size + 1;
    this.#reserve(1);
    this.#size = start;
    write();
    const length = this.#size - start;
    if (length > 0x7f) {
      const more = Math.ceil(Math.log2(length + 1) / 7) - 1;
      this.#reserve(more);
      this.#bytes.copyWithin(start + more, start, this.#size);
    }
    this.#size = start - 1;
    this.word(length);
    this.#size += length;
  }

  /** A message between the two tags of a group. */
  group(field: number, write: () => void): void {
    this.tag(field, wires.group);
    write();
    this.tag(field, wires.groupEnd);
  }

  #reserve(bytes: number): void {
    const need = this.#size + bytes;
    if (need <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(need, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#size);
    this.#bytes = grown;
  }
}
