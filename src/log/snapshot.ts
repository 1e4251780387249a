import type { TypedExpression } from "../analysis/typed.ts";
import type { StructType } from "../schema/type.ts";
import type { Add, DomainMetadata, Metadata, Protocol } from "./action.ts";

/** A table at one version: what replaying its log up to there gives. Immutable. */
export interface Snapshot {
  readonly version: number;
  /** When this version was committed, ms since the epoch (monotone over versions). */
  readonly timestamp: number;
  readonly protocol: Protocol;
  readonly metadata: Metadata;
  /** `metadata.schemaString`, parsed; partition columns included, in table order. */
  readonly schema: StructType;
  /** The newest transaction version of each application. */
  readonly transactions: ReadonlyMap<string, number>;
  readonly domains: ReadonlyMap<string, DomainMetadata>;
  /**
   * The live files, or those that a filter keeps, in no promised order. Those of a large
   * checkpoint are read anew each time.
   */
  files(filter?: FileFilter): Promise<readonly Add[]>;
  /** Of all live files. */
  totals(): Promise<Totals>;
}

export interface Totals {
  readonly numFiles: number;
  readonly sizeInBytes: number;
}

/** Which live files are wanted. */
export interface FileFilter {
  /** Whether one is. */
  readonly keeps: (file: Add) => boolean;
  /**
   * What the engine can tell beforehand: a condition that is true of every file that `keeps`
   * wants, over what a checkpoint says of a file; undefined if there is none.
   */
  readonly condition?: (file: FileColumns) => Promise<TypedExpression | undefined>;
  /** Nobody looks at statistics: files of a large checkpoint may come without, at half the cost. */
  readonly withoutStatistics?: boolean;
}

/** Where a checkpoint's rows hold what is known of a file. */
export interface FileColumns {
  /** `add.partitionValues`: a map of string to string. */
  readonly partitionValues: TypedExpression;
  /** `add.stats`, JSON text, or `add.stats_parsed`, a struct of the same shape. */
  readonly stats: TypedExpression;
}
