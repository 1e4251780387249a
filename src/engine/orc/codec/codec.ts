import { brotliDecompressSync, inflateRawSync } from "node:zlib";
import { decompress as lz4 } from "../../duckdb/parquet/lz4/block.ts";
import { lzo } from "./lzo.ts";
import { snappy } from "./snappy.ts";
import { zstd } from "./zstd.ts";

/** Codecs by their number in the postscript. */
export const codecs = ["none", "zlib", "snappy", "lzo", "lz4", "zstd", "brotli"] as const;

export type CodecName = (typeof codecs)[number];

/** How a file is compressed: in chunks that each hold at most `block` bytes. */
export interface Codec {
  readonly name: CodecName;
  readonly block: number;
  /** Throws whatever the codec throws where the bytes are none of its own. */
  inflate(bytes: Uint8Array): Uint8Array;
}

export function codecOf(name: CodecName, block: number): Codec {
  return { name, block, inflate: inflaterOf(name, block) };
}

function inflaterOf(name: CodecName, block: number): Codec["inflate"] {
  switch (name) {
    case "none":
      return (bytes) => bytes;
    case "zlib":
      return (bytes) => inflateRawSync(bytes, { maxOutputLength: block, chunkSize: chunk(block) });
    case "snappy":
      return (bytes) => snappy(bytes, block);
    case "lzo":
      return (bytes) => lzo(bytes, block);
    case "lz4":
      return (bytes) => {
        const out = Buffer.allocUnsafe(block);
        const from = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
        return out.subarray(0, lz4(from, out, 0));
      };
    case "zstd":
      return (bytes) => zstd(bytes, block);
    case "brotli":
      return (bytes) => brotliDecompressSync(bytes, { maxOutputLength: block });
  }
}

/** Node makes its output in pieces of this size: one piece is no copy. */
function chunk(block: number): number {
  return Math.max(64, Math.min(block, 1 << 20));
}
