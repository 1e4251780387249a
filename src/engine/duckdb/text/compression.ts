import { readFileSync } from "node:fs";
import { gunzipSync, inflateSync } from "node:zlib";
import { error } from "../../../error/error.ts";
import type { InputFile } from "../../../plan/input.ts";
import { unpackBzip2 } from "../../../storage/bzip2.ts";
import { type Codec, loadSnappy, loadZstd } from "../../../storage/codec.ts";
import { decompress } from "../parquet/lz4/block.ts";

/** A compressed file is inflated in memory; a larger text must be split into more files. */
const INFLATED_LIMIT = 1 << 30;

let snappy: Codec | undefined;
let zstd: Codec | undefined;

type Unpack = (bytes: Buffer) => Uint8Array;

/** What unpacks files, by the endings of names that Hadoop chooses its codecs by. */
const unpackers: Readonly<Record<string, Unpack>> = {
  ".gz": (bytes) => gunzipSync(bytes, { maxOutputLength: INFLATED_LIMIT }),
  ".deflate": (bytes) => inflateSync(bytes, { maxOutputLength: INFLATED_LIMIT }),
  ".bz2": (bytes) => unpackBzip2(bytes, INFLATED_LIMIT),
  ".zst": (bytes) => loaded(zstd).unpack(bytes, INFLATED_LIMIT),
  ".snappy": (bytes) => hadoopBlocks(bytes, (chunk) => loaded(snappy).unpack(chunk)),
  ".lz4": (bytes) =>
    hadoopBlocks(bytes, (chunk, left) => {
      const out = Buffer.allocUnsafe(left);
      return out.subarray(0, decompress(chunk, out, 0));
    }),
};

/** Name endings of packed files that are not read. */
const refused = [".xz", ".lzo"];

function loaded(codec: Codec | undefined): Codec {
  if (codec === undefined) throw new Error("Assertion failed: codecs are loaded before a scan");
  return codec;
}

/** Loads what unpacks files, which are read by calls that cannot wait; refuses other codecs. */
export async function prepareUnpacking(files: readonly InputFile[]): Promise<void> {
  for (const { uri } of files) {
    const codec = refused.find((ending) => uri.endsWith(ending));
    if (codec === undefined) continue;
    throw error("UNSUPPORTED_TEXT_OPTION", {
      option: "compression",
      value: `${codec.slice(1)} (${uri})`,
      known: "bzip2, deflate, gzip, lz4, none, snappy, zstd. Unpack it, or pack it by one of them",
    });
  }
  if (files.some(({ uri }) => uri.endsWith(".snappy"))) snappy ??= await loadSnappy();
  if (files.some(({ uri }) => uri.endsWith(".zst"))) zstd ??= await loadZstd();
}

function endingOf({ uri }: InputFile): string | undefined {
  return Object.keys(unpackers).find((ending) => uri.endsWith(ending));
}

/** Whether a file is read by `inflate`. */
export function isPacked(file: InputFile): boolean {
  return endingOf(file) !== undefined;
}

/** The text of a packed file. */
export function inflate(file: InputFile): Buffer {
  const packed = readFileSync(file.path);
  if (packed.length !== file.size) {
    throw new Error(`it had ${file.size} bytes when it was listed and has ${packed.length} now`);
  }
  const ending = endingOf(file);
  if (packed.length === 0 || ending === undefined) return packed;
  const { buffer, byteOffset, length } = unpackers[ending]!(packed);
  return Buffer.from(buffer, byteOffset, length);
}

/** Hadoop's blocks: how many bytes there are, then chunks, each behind its packed length. */
function hadoopBlocks(
  bytes: Buffer,
  unpack: (chunk: Buffer, left: number) => Uint8Array,
): Uint8Array {
  const parts: Uint8Array[] = [];
  let total = 0;
  let at = 0;
  const word = (): number => {
    at += 4;
    return bytes.readUInt32BE(at - 4);
  };
  while (at < bytes.length) {
    let left = word();
    total += left;
    if (total > INFLATED_LIMIT) throw new Error(`it holds more than ${INFLATED_LIMIT} bytes`);
    while (left > 0) {
      const size = word();
      if (at + size > bytes.length) throw new Error("a packed chunk is cut short");
      const part = unpack(bytes.subarray(at, at + size), left);
      if (part.length === 0 || part.length > left) throw new Error("a chunk is not as it says");
      at += size;
      left -= part.length;
      parts.push(part);
    }
  }
  return Buffer.concat(parts);
}
