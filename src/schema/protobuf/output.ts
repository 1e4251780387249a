import { ByteOutput } from "../output.ts";
import { wires } from "./wire.ts";

/** Protobuf's wire format, in a buffer that grows. */
export class WireOutput extends ByteOutput {
  tag(field: number, wire: number): void {
    this.word(((field << 3) | wire) >>> 0);
  }

  /** A number of 64 bits, with or without a sign. */
  long(value: bigint): void {
    if (value >= 0n && value <= 0x7fff_ffffn) this.word(Number(value));
    else this.words(BigInt.asUintN(64, value));
  }

  fixed32(value: number): void {
    this.reserve(4);
    this.end = this.bytes.writeUInt32LE(value >>> 0, this.end);
  }

  fixed64(value: bigint): void {
    this.reserve(8);
    this.end = this.bytes.writeBigUInt64LE(BigInt.asUintN(64, value), this.end);
  }

  /** Bytes after their length. */
  piece(value: Uint8Array): void {
    this.word(value.length);
    this.raw(value);
  }

  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.word(length);
    this.utf8(value, length);
  }

  /** A message, or values in one piece: what `write` writes, its length before it. */
  within(write: () => void): void {
    const start = this.end + 1;
    this.reserve(1);
    this.end = start;
    write();
    const length = this.end - start;
    if (length > 0x7f) {
      const more = Math.ceil(Math.log2(length + 1) / 7) - 1;
      this.reserve(more);
      this.bytes.copyWithin(start + more, start, this.end);
    }
    this.end = start - 1;
    this.word(length);
    this.end += length;
  }

  /** A message between the two tags of a group. */
  group(field: number, write: () => void): void {
    this.tag(field, wires.group);
    write();
    this.tag(field, wires.groupEnd);
  }
}
