import type { SchemaLookup, TextInference } from "../analysis/conf.ts";
import type { TypedRelation } from "../analysis/typed.ts";
import type { FilePlace, InputFile, ParquetRebase } from "../plan/input.ts";
import type { Options } from "../plan/relation.ts";
import type { BinaryStyle } from "../schema/binary.ts";
import type { StructType } from "../schema/type.ts";
import type { Value } from "../schema/value.ts";

/**
 * Computes typed plans whose leaves are all inputs, and reads and writes the files of a table.
 * Relations travel, rows do not: only `query` hands values to JavaScript.
 */
export interface Engine extends AsyncDisposable {
  /** Runs a plan. Nothing is computed before the first chunk is asked for. */
  query(relation: TypedRelation, context: QueryContext): Promise<Result>;
  /** Computes a plan once and keeps the result in the engine until released. */
  cache(relation: TypedRelation, context: QueryContext): Promise<CachedResult>;
  /**
   * Changes a kept result in place, for state that outlives a batch. `changes` has the columns of
   * `cached`, then a boolean `deleted`; columns after it are ignored. The first `keys` columns
   * name a row, null-safely (null is equal to null, NaN to NaN; none: there is one row). For each
   * row of `changes`, whose keys are distinct, the row of `cached` with the same key is replaced,
   * added if it is absent, or removed if `deleted`. All or nothing. `cached` must not be used
   * afterwards: what comes back is it, under the same name, with the new count.
   */
  apply(update: StateUpdate): Promise<CachedResult>;
  /**
   * Writes a plan's rows as Parquet files into `target.directory` (the local staging folder) in
   * one pass, with the statistics of each. No row, no file.
   */
  writeParquet(
    relation: TypedRelation,
    target: ParquetTarget,
    context: QueryContext,
  ): Promise<readonly WrittenFile[]>;
  /** Schema and row count of a Parquet file, from its footer. */
  parquetSchema(file: FilePlace): Promise<{ schema: StructType; rows: number }>;
  /** What the tail of an ORC file says of it. FAILED_READ_FILE.* where it cannot be read. */
  orcFile(file: NamedPlace): Promise<OrcFile>;
  /** What the indexes of an ORC file say; of each stripe asked for, in their order. */
  orcGroups(file: NamedPlace, request: OrcGroupRequest): Promise<readonly (readonly OrcGroup[])[]>;
  /** The schema of JSON, CSV or Avro files by Spark's inference rules, from the given samples. */
  inferSchema(request: InferRequest): Promise<StructType>;
  /** Makes ready what tells the types of single texts by those rules. */
  textInference(): Promise<TextInference>;
  /** Makes ready what asks schema registries, and reads files of schemas. */
  schemaLookup(): Promise<SchemaLookup>;
  /** The engine's own plan, for `explain`. */
  explain(relation: TypedRelation, context: QueryContext): Promise<string>;
}

/**
 * How texts are read and written by patterns: as Spark does since 3.0, as before, or as since 3.0
 * with an error where the two differ.
 */
export type TimeParserPolicy = "CORRECTED" | "LEGACY" | "EXCEPTION";

/** What is fixed for one query or one micro-batch. */
export interface QueryContext {
  /** IANA name: `spark.sql.session.timeZone` when the query started. */
  readonly timeZone: string;
  /** `spark.sql.legacy.timeParserPolicy`: CORRECTED where it is not said. */
  readonly timeParserPolicy?: TimeParserPolicy;
  /** `spark.sql.binaryOutputStyle`, in which XML has bytes: HEX_DISCRETE where it is not said. */
  readonly binaryStyle?: BinaryStyle;
  /** `spark.sql.parquet.datetimeRebaseModeInRead` and `int96…`: CORRECTED where not said. */
  readonly parquetRebase?: ParquetRebase;
  /** What `current_timestamp()` is, ms since the epoch. */
  readonly timestampMs: number;
  /** What `rand()` and `uuid()` start from. */
  readonly seed: number;
  /** Half of the threads are enough: others work beside it, as beside the batch of a stream. */
  readonly frugal?: boolean;
  /** Few rows out of many are expected: they come when all are found, in chunks that are full. */
  readonly sparse?: boolean;
  readonly signal?: AbortSignal;
}

/** A result read forward once. Dispose it if it is not read to its end. */
export interface Result extends AsyncDisposable {
  readonly schema: StructType;
  /** The next rows, in column vectors of values; undefined at the end. At most 2,048 rows. */
  next(): Promise<Chunk | undefined>;
}

export interface Chunk {
  readonly rows: number;
  /** One array of values a column, in column order. */
  readonly columns: readonly (readonly Value[])[];
}

/** A result the engine keeps. `name` goes into a CachedInput; `release` frees it. */
export interface CachedResult extends AsyncDisposable {
  readonly name: string;
  readonly schema: StructType;
  readonly rows: number;
}

/** Rows of a kept result to replace, add or remove, by key. */
export interface StateUpdate {
  readonly cached: CachedResult;
  /** How many of the first columns are the key. */
  readonly keys: number;
  readonly changes: CachedResult;
  /** Rows of `cached` that leave before the changes come. */
  readonly evict?: Eviction;
  /** The caller knows that no key of the changes is in `cached`: none is looked for. */
  readonly added?: boolean;
}

/** The rows whose timestamp in the column at `column` is at or before `atOrBefore`, in micros. */
export interface Eviction {
  readonly column: number;
  readonly atOrBefore: bigint;
}

export interface ParquetTarget {
  /** A local folder that is there. */
  readonly directory: string;
  /** Names and types written, in order: the plan's output has the same number of columns. */
  readonly schema: StructType;
  /** Columns of the schema whose values go into `WrittenFile.partition`, not into the file. */
  readonly partitionBy: readonly string[];
  readonly compression: "snappy" | "zstd" | "gzip" | "uncompressed" | "lz4";
  /** Leaves whose min and max are wanted (dotted paths); the others only count nulls. */
  readonly statistics: (path: readonly string[]) => boolean;
  readonly maxRecordsPerFile?: number;
}

/** A file that was written, not yet durable and not yet published. */
export interface WrittenFile {
  readonly path: string; // local
  readonly size: number; // bytes
  readonly rows: number;
  /** By partition column; the typed value. */
  readonly partition: Readonly<Record<string, Value>>;
  readonly leaves: readonly LeafStatistics[];
}

/** What is known of one leaf column of a file. Arrays and maps have one entry for themselves. */
export interface LeafStatistics {
  readonly path: readonly string[];
  /** Of the leaf within its parents: a null parent counts. Absent if it is not known. */
  readonly nullCount?: number;
  /** Exact and untruncated; absent if there are none, or NaN is among the values. */
  readonly min?: Value;
  readonly max?: Value;
}

/** A file, and what messages call it. */
export interface NamedPlace extends FilePlace {
  readonly uri: string;
}

export interface OrcFile {
  /** As Spark infers it; without fields where the file has no columns. */
  readonly schema: StructType;
  readonly stripes: readonly OrcStripe[];
}

/** What is known of the rows of a stripe. */
export interface OrcStripe {
  readonly rows: number;
  /** Of columns and members of structs whose type in Spark is the file's. */
  readonly leaves: readonly LeafStatistics[];
}

export interface OrcGroupRequest {
  /** Stripes by number. */
  readonly stripes: readonly number[];
  /** Columns and members of structs by their names in the file. */
  readonly columns: readonly (readonly string[])[];
}

/** What is known of the rows of a row group. A stripe without an index has none. */
export interface OrcGroup extends OrcStripe {
  /** Whether a column is known not to have a value, by a bloom filter. */
  lacks(column: readonly string[], value: Value): boolean;
}

export interface InferRequest {
  readonly format: "json" | "csv" | "avro" | "xml";
  readonly files: readonly InputFile[];
  readonly options: Options;
  /** False: every column is a string (Auto Loader's default). */
  readonly inferTypes: boolean;
  /** Names that differ only in case are one field, by its first spelling. */
  readonly foldCase?: boolean;
  /** CSV: the columns of all headers, not those of the first alone. */
  readonly mergeHeaders?: boolean;
}
