import { ByteOutput } from "../output.ts";

/** Avro's binary encoding, in a buffer that grows. */
export class AvroOutput extends ByteOutput {
  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.end++] = value;
  }

  /** A whole number that a double holds exactly. */
  int(value: number): void {
    if (value < -0x4000_0000 || value > 0x3fff_ffff) this.long(BigInt(value));
    else this.word((value << 1) ^ (value >> 31));
  }

  long(value: bigint): void {
    if (value >= -0x4000_0000n && value <= 0x3fff_ffffn) this.int(Number(value));
    else this.words(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));
  }

  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.int(length);
    this.utf8(value, length);
  }
}

/** The beginning of an object container file; `sync` follows each of its blocks. */
export function containerHead(schema: string, codec: string, sync: Uint8Array): Uint8Array {
  const head = new AvroOutput();
  head.raw(Buffer.from("Obj\u0001", "latin1"));
  head.int(2);
  for (const text of ["avro.schema", schema, "avro.codec", codec]) head.text(text);
  head.int(0);
  head.raw(sync);
  return head.taken();
}

/** What stands before the packed objects of a block. */
export function blockHead(count: number, bytes: number): Uint8Array {
  const head = new AvroOutput();
  head.int(count);
  head.int(bytes);
  return head.taken();
}
