import { decompress } from "../parquet/lz4/block.ts";

const magic = 0x184d2204;
const stored = 0x80000000;

/**
 * Unpacks one frame of LZ4, of at most `limit` bytes. Its own checksums are passed over: they
 * cover what the checksum of the record batch covers.
 */
export function lz4Frame(frame: Buffer, limit: number): Uint8Array {
  if (frame.readUInt32LE(0) !== magic) throw new RangeError("it does not begin as a frame of LZ4");
  const flags = frame.readUInt8(4);
  if (flags >> 6 !== 1) throw new RangeError(`there is no version ${flags >> 6} of LZ4's frames`);
  if (flags & 1) throw new RangeError("it needs a dictionary of LZ4");
  const blockMax = 1 << (8 + 2 * ((frame.readUInt8(5) >> 4) & 7));
  const start = 7 + (flags & 8 ? 8 : 0);
  const sumBytes = flags & 16 ? 4 : 0;
  const blocks: { readonly from: number; readonly to: number; readonly stored: boolean }[] = [];
  let most = 0;
  for (let at = start; ; ) {
    const word = frame.readUInt32LE(at);
    if (word === 0) break;
    const isStored = word >= stored;
    const from = at + 4;
    const to = from + (isStored ? word - stored : word);
    if (to > frame.length) throw new RangeError("a block of LZ4 is cut short");
    blocks.push({ from, to, stored: isStored });
    most += isStored ? to - from : blockMax;
    at = to + sumBytes;
  }
  if (most > limit + blockMax) throw new RangeError(`it has more than ${limit} bytes`);
  const out = Buffer.allocUnsafe(most);
  let filled = 0;
  // Blocks may refer to those before them.
  const window = flags & 32 ? undefined : 0;
  for (const block of blocks) {
    const bytes = frame.subarray(block.from, block.to);
    filled = block.stored
      ? filled + bytes.copy(out, filled)
      : decompress(bytes, out, filled, window ?? filled);
  }
  return out.subarray(0, filled);
}
