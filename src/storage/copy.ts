import { rm, writeFile } from "node:fs/promises";
import type { Staging } from "./staging.ts";
import type { LocalFile } from "./store.ts";

/** A copy in the staging folder of the bytes of the file at `path`, for the engine to read. */
export async function copyOf(
  bytes: Uint8Array,
  path: string,
  staging: Pick<Staging, "file">,
): Promise<LocalFile> {
  const copy = staging.file(suffix(path));
  await writeFile(copy, bytes);
  return { path: copy, [Symbol.asyncDispose]: () => rm(copy, { force: true }) };
}

/** Readers choose by the end of a name: `.parquet`, `.json.gz`. */
export function suffix(path: string): string {
  return /(\.[A-Za-z0-9]+)*$/.exec(path)?.[0] ?? "";
}
