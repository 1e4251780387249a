import { placeOf } from "../../engine/local.ts";
import { error } from "../../error/error.ts";
import type { Input, InputFile, ParquetRebase } from "../../plan/input.ts";
import type { Options } from "../../plan/relation.ts";
import { sameName } from "../../schema/compare.ts";
import type { StructField, StructType } from "../../schema/type.ts";
import type { Value } from "../../schema/value.ts";
import type { Location } from "../../storage/store.ts";
import type { FileFormat } from "./format.ts";
import { type PartitionText, partitionValue } from "./partition.ts";
import { hadoopUri } from "./uri.ts";

/** Files asked for at a time: enough to hide a remote store's delay, few against its limits. */
const concurrency = 16;

/** A file to read, wherever it lies. */
export interface ReadFile {
  readonly location: Location;
  readonly size: number; // bytes
  readonly modificationTime: number; // ms since the epoch
  readonly etag?: string;
  readonly partition: PartitionText;
}

export interface PartitionRequest {
  /** Columns whose values the folders give. */
  readonly columns: readonly StructField[];
  /** For timestamps in folder names. */
  readonly timeZone: string;
}

/** Files as the engine reads them. */
export function inputFiles(
  files: readonly ReadFile[],
  request: PartitionRequest,
): readonly InputFile[] {
  return files.map(({ location, size, modificationTime, etag, partition }) => ({
    ...placeOf(location),
    uri: hadoopUri(location),
    size,
    modificationTime,
    ...(etag === undefined ? {} : { etag }),
    partition: partitionValues(partition, request),
  }));
}

/** `files` mapped in order, some at a time. */
export async function mapFiles<T, U>(
  files: readonly T[],
  each: (file: T, index: number) => Promise<U>,
): Promise<U[]> {
  const results: U[] = new Array(files.length);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < files.length) {
      const index = next++;
      results[index] = await each(files[index]!, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, files.length) }, work));
  return results;
}

function partitionValues(
  text: PartitionText,
  { columns, timeZone }: PartitionRequest,
): Readonly<Record<string, Value>> {
  const values: Record<string, Value> = {};
  for (const [name, value] of text) {
    const column = columns.find((candidate) => sameName(candidate.name, name));
    if (column) values[column.name] = partitionValue(column, value, timeZone);
  }
  return values;
}

/** Options of the source itself, which say nothing to the engine's readers. */
const sourceOptions = new Set(["path", "paths"]);

/** Types that Spark reads narrower ones of a Parquet file as. */
const wideTypes: ReadonlySet<string> = new Set(["double", "decimal", "timestamp_ntz"]);

/** The engine's input of some files. */
export function filesInput(
  format: FileFormat,
  schema: StructType,
  read: {
    readonly files: readonly InputFile[];
    readonly options: Options;
    /** All columns of the files, where `schema` has only some. */
    readonly stored?: StructType;
  },
): Input {
  // As in Spark, a file without a byte is none.
  const files = read.files.filter(({ size }) => size > 0);
  if (files.length === 0) return { kind: "empty", schema };
  if (format === "parquet") {
    const widened = schema.fields.filter(({ type }) => wideTypes.has(type.type));
    return {
      ...{ kind: "parquet", schema, files },
      widened: widened.map(({ name }) => name),
      rebase: rebaseModes(read.options),
    };
  }
  if (format === "orc") {
    const { options, stored = schema } = read;
    return { kind: "orc", schema, files, options, stored };
  }
  const options = Object.fromEntries(
    Object.entries(read.options).filter(([name]) => !sourceOptions.has(name)),
  );
  const input = { kind: "text" as const, format, schema, files, options };
  return read.stored ? { ...input, stored: read.stored } : input;
}

/** The error of a file that was listed and is gone. */
export function fileGone(location: Location): Error {
  return error("PATH_NOT_FOUND", { path: location.store.uri(location.path) });
}

function rebaseModes(options: Options): Partial<ParquetRebase> {
  const mode = (name: string): ParquetRebase["int96"] | undefined => {
    const value = options[name.toLowerCase()]?.toUpperCase();
    if (value === undefined) return undefined;
    if (value === "EXCEPTION" || value === "CORRECTED" || value === "LEGACY") return value;
    const expected = "must be one of EXCEPTION, CORRECTED, LEGACY";
    throw error("INVALID_OPTION_VALUE", { name, value, expected });
  };
  const [datetime, int96] = [mode("datetimeRebaseMode"), mode("int96RebaseMode")];
  return { ...(datetime && { datetime }), ...(int96 && { int96 }) };
}
