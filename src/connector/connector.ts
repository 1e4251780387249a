import type { Dataset } from "../analysis/dataset.ts";
import type { TypedRelation } from "../analysis/typed.ts";
import type { Engine, QueryContext } from "../engine/engine.ts";
import type { OutputMode, SaveMode } from "../plan/command.ts";
import type { Cached, Options, Relation } from "../plan/relation.ts";
import type { StructType } from "../schema/type.ts";
import type { Row, Value } from "../schema/value.ts";
import type { Location } from "../storage/store.ts";
import type { StreamingDataset } from "../stream/dataset.ts";
import type { Sink } from "../stream/sink.ts";

/**
 * One system that data comes from or goes to, under one or more format names. What it lacks it
 * cannot do: `registry.ts` says so by name.
 */
export interface Connector {
  /** Lower case; the first is the one used in messages. */
  readonly names: readonly string[];
  /** `spark.read.format(name)`. */
  reader?(request: ReadRequest): Promise<Dataset>;
  /** `spark.readStream.format(name)`. Bad options may fail here or when the stream opens. */
  streamReader?(request: ReadRequest): Promise<StreamingDataset>;
  /** `df.write.format(name).save(path)`. */
  writer?(request: WriteRequest): Promise<void>;
  /** `df.writeStream.format(name)`. */
  sink?(request: SinkRequest): Promise<Sink>;
  /**
   * What a catalog's table may be of it that has options and no files: one that is read, or one
   * that rows can be put into too. Absent: none.
   */
  readonly tables?: "read" | "insert";
}

/** What connectors use of the session they run in. */
export interface ConnectorContext {
  readonly engine: Engine;
  /** A local folder for files in the making. */
  readonly staging: string;
  /** See `LogContext`. */
  readonly corruptionIsFatal?: boolean;
  /** The place a path means as users write it: nothing is decoded, relative ones are local. */
  locate(path: string): Promise<Location>;
  /** The place of a percent-encoded URI, as logs hold it. */
  locateUri(uri: string): Promise<Location>;
  /** A session configuration value; undefined where it is not set and has no default. */
  conf(key: string): string | undefined;
  /** Zone, time and seed for a read that a connector makes on its own. */
  queryContext(): QueryContext;
  /** Makes (or replaces) a temporary view: the memory sink's table. */
  defineView(name: string, relation: Relation): void;
  /** Connectors that the program has registered, by their names in lower case. */
  readonly registered?: Map<string, Connector>;
  /** Holds something that a reader opened until the session stops. */
  keep(resource: AsyncDisposable): void;
}

/** A table that a name was resolved to, before its connector is asked. */
export interface NamedTable {
  /** As messages show it: `main.default.events`. */
  readonly name: string;
  readonly location: Location;
  /** The columns that folders give, where a catalog says so; absent: what the folders say. */
  readonly partitionBy?: readonly string[];
}

export interface ReadRequest {
  /** Lower case. */
  readonly format: string;
  readonly options: Options;
  /** As the user wrote them: URIs or local paths, maybe with globs. Option `path` included. */
  readonly paths: readonly string[];
  readonly table?: NamedTable;
  readonly schema?: StructType;
  readonly predicates?: readonly string[];
  readonly context: ConnectorContext;
}

/**
 * Row by row, as Spark's ForeachWriter: a batch is one partition, 0, and comes again after a
 * failure. `open` answering false skips its rows. `close` is called whenever `open` has returned,
 * with what failed.
 */
export interface ForeachWriter<R extends Row = Row> {
  open?(partitionId: number, epochId: number): boolean | Promise<boolean>;
  process(row: R): void | Promise<void>;
  close?(error: Error | undefined): void | Promise<void>;
}

/** The functions a write may carry: they do not travel in a plan. */
export interface SinkFunctions {
  /** The frame is readable as often as wanted until the returned promise settles. */
  readonly foreachBatch?: (frame: Cached, batchId: number) => void | Promise<void>;
  readonly foreach?: ForeachWriter;
}

export interface SinkRequest {
  readonly format: string;
  readonly options: Options;
  /** Where the data goes, for connectors that write to a place. */
  readonly target?: NamedTable;
  readonly queryName?: string;
  readonly outputMode: OutputMode;
  readonly partitionBy: readonly string[];
  /** Of the rows that will come. */
  readonly schema: StructType;
  readonly functions?: SinkFunctions;
  readonly context: ConnectorContext;
}

/** The partitions with these values; if `written`, those of them that the write puts files in. */
export interface ReplacedPartitions {
  readonly values: Readonly<Record<string, Value>>;
  readonly written: boolean;
}

export interface WriteRequest {
  readonly format: string;
  readonly options: Options;
  readonly target?: NamedTable;
  readonly mode: SaveMode;
  readonly partitionBy: readonly string[];
  /** What mode overwrite replaces; absent: all there is. */
  readonly replaces?: ReplacedPartitions;
  /** Ready to run: every leaf is an input. */
  readonly relation: TypedRelation;
  readonly query: QueryContext;
  readonly context: ConnectorContext;
}
