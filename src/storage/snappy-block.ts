import { crc32 } from "node:zlib";
import { type Codec, loadSnappy } from "./codec.ts";

/** Snappy as Avro has it: the CRC32 of what was packed follows, its high byte first. */
export async function loadSnappyBlocks(): Promise<Codec> {
  const snappy = await loadSnappy();
  return {
    pack(bytes) {
      const sum = Buffer.alloc(4);
      sum.writeUInt32BE(crc32(bytes));
      return Buffer.concat([snappy.pack(bytes), sum]);
    },
    unpack(bytes) {
      const end = bytes.length - 4;
      if (end < 0) throw new Error("a block in snappy has no checksum");
      const unpacked = snappy.unpack(bytes.subarray(0, end));
      const sum = new DataView(bytes.buffer, bytes.byteOffset + end, 4).getUint32(0);
      if (crc32(unpacked) !== sum) throw new Error("a block's checksum is not that of its bytes");
      return unpacked;
    },
  };
}
