import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { error } from "../../../error/error.ts";
import type { InputFile } from "../../../plan/input.ts";

/** A compressed file is inflated in memory; a larger text must be split into more files. */
const INFLATED_LIMIT = 1 << 30;

/** Name endings of Hadoop's codecs that are not read. */
const REFUSED = [".bz2", ".zst", ".lz4", ".snappy", ".deflate", ".xz", ".lzo"];

/** Refuses files of other codecs than gzip, by the name's ending, as Hadoop chooses them. */
export function checkCompression(files: readonly InputFile[]): void {
  for (const file of files) {
    const codec = REFUSED.find((ending) => file.uri.endsWith(ending));
    if (codec === undefined) continue;
    throw error("UNSUPPORTED_TEXT_OPTION", {
      option: "compression",
      value: `${codec.slice(1)} (${file.uri})`,
      known: "gzip, none",
    });
  }
}

/** The text of a gzip file; all its members in a row. */
export function inflate(file: InputFile): Buffer {
  const packed = readFileSync(file.path);
  if (packed.length !== file.size) {
    throw new Error(`it had ${file.size} bytes when it was listed and has ${packed.length} now`);
  }
  return packed.length === 0 ? packed : gunzipSync(packed, { maxOutputLength: INFLATED_LIMIT });
}
