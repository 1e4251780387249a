import type { StructField, StructType } from "../../schema/type.ts";
import type { Value } from "../../schema/value.ts";
import type { FileFormat } from "./format.ts";

/** What a write's files hold. */
export interface WriteShape {
  readonly format: Exclude<FileFormat, "binaryFile">;
  /** Of the rows, in their order. */
  readonly schema: StructType;
  /** The columns in the files. */
  readonly data: StructType;
  /** The columns in the names of folders, outermost first. */
  readonly partitions: readonly StructField[];
}

/** Files that are written and lie in the staging folder. */
export interface StagedFiles {
  readonly files: readonly StagedFile[];
  /** The zone in which folders spell instants. */
  readonly timeZone: string;
  /** The name that the file at an index is published under. */
  name(index: number): string;
}

export interface StagedFile {
  readonly path: string; // local
  /** By partition column. */
  readonly partition: Readonly<Record<string, Value>>;
}

interface NameParts {
  readonly job: string;
  /** `.snappy.parquet` */
  readonly extension: string;
  readonly partitioned: boolean;
}

/** The names Spark gives to the files of a write: `part-00000-<uuid>-c000.snappy.parquet`. */
export function partNames({ job, extension, partitioned }: NameParts): (index: number) => string {
  const counter = partitioned ? ".c000" : "-c000";
  return (index) => `part-${String(index).padStart(5, "0")}-${job}${counter}${extension}`;
}
