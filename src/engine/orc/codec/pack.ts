import { brotliCompressSync, constants } from "node:zlib";
import { deflate, loadSnappy, loadZstd } from "../../../storage/codec.ts";
import type { CodecName } from "./codec.ts";

/** The best takes ten times as long as all else. */
const brotliQuality = 5;

/** What compresses the chunks of a file that is written; undefined: nothing does. */
export async function packerOf(
  name: Exclude<CodecName, "lzo">,
): Promise<((bytes: Uint8Array) => Uint8Array) | undefined> {
  switch (name) {
    case "none":
      return undefined;
    case "zlib":
      return deflate.pack;
    case "snappy":
      return (await loadSnappy()).pack;
    case "zstd":
      return (await loadZstd()).pack;
    case "lz4":
      return toLz4;
    case "brotli":
      return (bytes) =>
        brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } });
  }
}

const hashBits = 14;
/** The last bytes of a block are literals, and no match begins in these. */
const [tailBytes, matchEnd] = [5, 12];
const offsetMax = 65_535;

/** One LZ4 block. */
function toLz4(bytes: Uint8Array): Uint8Array {
  const out = Buffer.allocUnsafe(bytes.length + Math.ceil(bytes.length / 255) + 16);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const places = new Int32Array(1 << hashBits).fill(-1);
  let [to, anchor, at] = [0, 0, 0];
  const length = (rest: number): void => {
    let left = rest;
    for (; left >= 255; left -= 255) out[to++] = 255;
    out[to++] = left;
  };
  const sequence = (literals: number, match: number, offset: number): void => {
    out[to++] = (Math.min(literals, 15) << 4) | Math.min(Math.max(match - 4, 0), 15);
    if (literals >= 15) length(literals - 15);
    out.set(bytes.subarray(anchor, anchor + literals), to);
    to += literals;
    if (match === 0) return;
    out[to++] = offset & 255;
    out[to++] = offset >> 8;
    if (match - 4 >= 15) length(match - 4 - 15);
  };
  while (at + matchEnd < bytes.length) {
    const word = view.getUint32(at, true);
    const hash = Math.imul(word, 2_654_435_761) >>> (32 - hashBits);
    const from = places[hash]!;
    places[hash] = at;
    if (from < 0 || at - from > offsetMax || view.getUint32(from, true) !== word) {
      at++;
      continue;
    }
    let match = 4;
    while (at + match < bytes.length - tailBytes && bytes[from + match] === bytes[at + match])
      match++;
    sequence(at - anchor, match, at - from);
    at += match;
    anchor = at;
  }
  sequence(bytes.length - anchor, 0, 0);
  return out.subarray(0, to);
}
