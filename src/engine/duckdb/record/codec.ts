import { gunzipSync } from "node:zlib";
import { snappy } from "../../orc/codec/snappy.ts";
import { readyZstd, zstd } from "../../orc/codec/zstd.ts";
import { lz4Frame } from "./lz4-frame.ts";

/** The records of a batch may have so many bytes at most. */
const unpackedMax = 1 << 30;

/** What begins the blocks of Snappy as Java's library frames them; two versions follow it. */
const xerial = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const xerialHead = xerial.length + 8;

/** Loads what unpacks the batches: they are read by calls that cannot wait. */
export async function prepareRecordCodecs(): Promise<void> {
  await readyZstd();
}

/** Unpacks the records of a batch by the codec in its attributes. Throws where they are not its. */
export function unpack(codec: number, bytes: Buffer): Uint8Array {
  switch (codec) {
    case 0:
      return bytes;
    case 1:
      return gunzipSync(bytes, { maxOutputLength: unpackedMax });
    case 2:
      return unsnapped(bytes);
    case 3:
      return lz4Frame(bytes, unpackedMax);
    case 4:
      return zstd(bytes, unpackedMax);
    default:
      throw new RangeError(`there is no codec ${codec}`);
  }
}

function unsnapped(bytes: Buffer): Uint8Array {
  if (!bytes.subarray(0, xerial.length).equals(xerial)) return snappy(bytes, unpackedMax);
  const blocks: Uint8Array[] = [];
  let total = 0;
  for (let at = xerialHead; at < bytes.length; ) {
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0 || at + length > bytes.length)
      throw new RangeError("a Snappy block is cut short");
    const block = snappy(bytes.subarray(at, at + length), unpackedMax - total);
    blocks.push(block);
    total += block.length;
    at += length;
  }
  return blocks.length === 1 ? blocks[0]! : Buffer.concat(blocks);
}
