import type { StructField, StructType } from "../schema/type.ts";
import type { Value } from "../schema/value.ts";
import type { Store } from "../storage/store.ts";
import type { Options } from "./relation.ts";
import type { RowSet } from "./row-set.ts";

/**
 * Data that an engine can read, as plain data: what a resolved relation becomes once it is known
 * which files, rows or ranges are meant. Each yields the columns of `schema`, in that order.
 */
export type Input =
  | RowsInput
  | FetchedInput
  | RangeInput
  | ParquetInput
  | OrcInput
  | TextInput
  | RecordInput
  | CachedInput
  | EmptyInput;

/**
 * Whether a column is the one that says of each row which file it is of. A column of that name that
 * files have themselves is another: it may be null.
 */
export function isFileMetadata({ name, type, nullable }: StructField): boolean {
  return name === "_metadata" && type.type === "struct" && !nullable;
}

export interface RowsInput {
  readonly kind: "rows";
  readonly schema: StructType;
  readonly rows: readonly (readonly Value[])[];
}

/**
 * Rows that another system hands over in parts, read anew by each query: they go into the engine as
 * they come, and no more than a part is held.
 */
export interface FetchedInput {
  readonly kind: "fetched";
  readonly schema: StructType;
  /** What it reads, for `explain`. */
  readonly description: string;
  /** Ended early by leaving the loop, or by the signal. */
  fetch(signal?: AbortSignal): AsyncIterable<readonly (readonly Value[])[]>;
}

export interface RangeInput {
  readonly kind: "range";
  readonly schema: StructType; // one long column; with `time` a timestamp before it
  readonly start: bigint;
  readonly end: bigint; // exclusive
  readonly step: bigint;
  readonly time?: RangeTime;
}

/**
 * When the rows of a range were, from the first of them: `stepMs` (maybe a fraction) go by every
 * `stepRows` rows, rounded to whole milliseconds, halves up.
 */
export interface RangeTime {
  readonly startMs: number; // since the epoch
  readonly stepRows: number;
  readonly stepMs: number;
}

/** Where the engine finds the bytes of a file. It opens the file itself, and closes it. */
export interface FilePlace {
  /** In `store`; without one, of the local file system. */
  readonly path: string;
  readonly store?: Store;
  readonly size?: number; // bytes
  /** As in `OpenOptions`. */
  readonly etag?: string;
  readonly immutable?: boolean;
}

/** A file that is read. */
export interface InputFile extends FilePlace {
  /** What `_metadata.file_path` shows: the URI in the store it came from. */
  readonly uri: string;
  readonly size: number; // bytes
  readonly modificationTime: number; // ms since the epoch
  /**
   * Values of the partition columns by their name in `schema`, already of the column's type. A
   * column that only some of the files have a value for is read from the others.
   */
  readonly partition: Readonly<Record<string, Value>>;
  /** Rows of a Parquet file that are gone, and the rows that alone are wanted. */
  readonly deleted?: RowSet;
  readonly only?: RowSet;
  /** What is read of a Parquet file has no day or instant that calendars differ in. */
  readonly recent?: boolean;
  /**
   * Columns of a Parquet file, as paths in what is stored, that have values in it: one that lacks
   * such a column is damaged. Undefined, or absent: none is known of. It is asked of files that are
   * read, for telling costs a look at the file's statistics.
   */
  readonly present?: (() => readonly (readonly string[])[] | undefined) | undefined;
  /** The rows of an ORC file that alone are wanted, by stripe. */
  readonly stripes?: readonly OrcPick[];
  /** What `_metadata` says of the rows of a Parquet file that do not say it themselves. */
  readonly tracking?: { readonly baseRowId: bigint; readonly rowCommitVersion: bigint };
}

/** A stripe of an ORC file that is wanted, by number; of it some row groups alone. */
export interface OrcPick {
  readonly stripe: number;
  /** By number, going up; absent: all. */
  readonly groups?: readonly number[];
}

/** What Spark calls the rebase modes of a read: for files that do not say who wrote them. */
export interface ParquetRebase {
  readonly datetime: "EXCEPTION" | "CORRECTED" | "LEGACY";
  readonly int96: "EXCEPTION" | "CORRECTED" | "LEGACY";
}

/**
 * Parquet files. Columns are found by name (case-insensitively); one that a file lacks is null,
 * and so is a member of a struct; a partition column is taken from the file's `partition`; a
 * narrower type of a file is cast to the schema's. A column named `_metadata` is filled from the
 * file.
 */
export interface ParquetInput {
  readonly kind: "parquet";
  /**
   * How old days and instants are taken, where it is not as the session says; absent: as they are,
   * and no footer is asked.
   */
  readonly rebase?: Partial<ParquetRebase>;
  readonly schema: StructType;
  /**
   * The columns of `schema` as the files have them, at every depth: same order and shape, other
   * names, ids in the metadata `parquet.field.id`. Absent: as in `schema`.
   */
  readonly stored?: StructType;
  /** What of `stored` finds a column or member in a file: its name (the default), or its id. */
  readonly match?: "name" | "id";
  /** Columns of `schema` by name that a file may have in a narrower type. */
  readonly widened?: readonly string[];
  /** The columns are members of the files' column of this name, and no others of it are read. */
  readonly within?: string;
  /**
   * All files are known to have these members of `within`, by just these names and types, and no
   * bytes among them: none is looked for, and the others are not read.
   */
  readonly known?: boolean;
  /**
   * The columns, found by name, in which rows may say what `_metadata.row_id` and
   * `_metadata.row_commit_version` of them are; null leaves that to `InputFile.tracking`.
   */
  readonly tracked?: { readonly rowId: string; readonly rowCommitVersion: string };
  readonly files: readonly InputFile[];
  /** For `explain`: what was left out of `files`. */
  readonly skipping?: Skipping;
}

/**
 * ORC files. Columns are found by name (case-insensitively), or by their place in `stored` where a
 * file has no names; one that a file lacks is null, and so is a member of a struct; values of
 * another type are changed to the schema's as ORC's readers do. `_metadata` and partition columns
 * are filled from the file. Of the options `ignoreCorruptFiles` and `ignoreMissingFiles` count.
 */
export interface OrcInput {
  readonly kind: "orc";
  readonly schema: StructType;
  readonly files: readonly InputFile[];
  readonly options: Options;
  /** All columns of the files, where `schema` has only some. */
  readonly stored?: StructType;
  /** Where corrupt files that are passed over are told of. */
  readonly bad?: Pick<BadLog, "files">;
}

/** Of how many files of a table a scan reads some, and what ruled the others out. */
export interface Skipping {
  /** All that the table has. */
  readonly files: number;
  readonly byPartitionValues: number;
  readonly byStatistics: number;
}

/**
 * JSON lines, CSV, text, Avro, XML or whole binary files, by Spark's options. `mode` PERMISSIVE
 * keeps a bad line in the column `columnNameOfCorruptRecord` if the schema has it; DROPMALFORMED
 * drops it; FAILFAST stops with MALFORMED_RECORD_IN_PARSING. With `rescuedDataColumn` unknown keys
 * and values of another type go there as JSON text with `_file_path`.
 */
export interface TextInput {
  readonly kind: "text";
  readonly format: "json" | "csv" | "text" | "binaryFile" | "avro" | "xml";
  readonly schema: StructType;
  readonly files: readonly InputFile[];
  readonly options: Options;
  /** All columns of the files, where `schema` has only some: a CSV value is known by its place. */
  readonly stored?: StructType;
  /**
   * With a rescued column in `schema`: a record with a field that this lacks (by `newFields`)
   * stops the read with UNKNOWN_FIELD_EXCEPTION before its rows are out.
   */
  readonly known?: StructType;
  /** CSV with headers: columns are found by the names there, as with a rescued column. */
  readonly byName?: boolean;
  /**
   * Where bad records and files that cannot be read are told of; they are passed over then.
   * Without a place for records, files alone, those that the options forgive.
   */
  readonly bad?: BadLog;
}

/** Local files that lines of JSON are added to: {path, record, reason}, and {path, reason}. */
export interface BadLog {
  readonly records?: string;
  readonly files: string;
}

/**
 * Records of a partitioned log, in Kafka's record batches (format 2). `schema` has any of Kafka's
 * columns: key, value, topic, partition, offset, timestamp, timestampType, headers. Rows come in
 * order of the pieces, and of offsets in each.
 */
export interface RecordInput {
  readonly kind: "record";
  readonly schema: StructType;
  readonly log: RecordLog;
}

/** Where record batches come from, each time a query over them begins. */
export interface RecordLog {
  /** Brings them here; what does not stay in memory lies in new files of `folder`. */
  fetch(folder: string, signal?: AbortSignal): Promise<FetchedRecords>;
}

export interface FetchedRecords {
  readonly pieces: readonly RecordPiece[];
  /** Removes what lies in files. */
  release(): Promise<void>;
}

/** Whole record batches that follow each other in one partition. */
export interface RecordPiece {
  readonly topic: string;
  readonly partition: number;
  /** Offsets of the records that are wanted; the batches may have others. */
  readonly start: bigint;
  readonly end: bigint; // exclusive
  readonly bytes: Uint8Array | FilePart;
  /** Whether the checksum of each batch is looked at. */
  readonly checked: boolean;
  /**
   * Only what was committed is wanted: the transactions that were not, with the first offset of
   * each. Absent: all records are.
   */
  readonly aborted?: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[];
}

/** A part of a local file. */
export interface FilePart {
  readonly path: string;
  readonly position: number;
  readonly length: number;
}

/**
 * A result kept by the engine under a name. With `position` the last column of `schema` is none of
 * the result's: a long that tells its rows apart and rises in their order.
 */
export interface CachedInput {
  readonly kind: "cached";
  readonly schema: StructType;
  readonly name: string;
  readonly position?: boolean;
}

export interface EmptyInput {
  readonly kind: "empty";
  readonly schema: StructType;
}
