import { readFileSync } from "node:fs";
import type { InputFile } from "../../../plan/input.ts";
import { readFailure } from "./block.ts";
import { inflate, isPacked } from "./compression.ts";

/** All bytes of a file, inflated. Throws FAILED_READ_FILE.* naming the file. */
export function readWhole(file: InputFile): Buffer {
  try {
    return isPacked(file) ? inflate(file) : readStored(file);
  } catch (cause) {
    throw readFailure(file, cause);
  }
}

/** All bytes of a file as they are stored. */
export function readRaw(file: InputFile): Buffer {
  try {
    return readStored(file);
  } catch (cause) {
    throw readFailure(file, cause);
  }
}

function readStored(file: InputFile): Buffer {
  const bytes = readFileSync(file.path);
  if (bytes.length === file.size) return bytes;
  throw new Error(`it had ${file.size} bytes when it was listed and has ${bytes.length} now`);
}
