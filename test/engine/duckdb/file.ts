import type { InputFile, ParquetInput } from "../../../src/plan/input.ts";

export type FileFormat = ParquetInput;

/** A local file under a name of its own in a store. */
export function inputFile(path: string, size: number): InputFile {
  return { path, uri: "file:///data/a%20b.parquet", size, modificationTime: 5, partition: {} };
}
