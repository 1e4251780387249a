import type { StructType } from "../schema/type.ts";
import type { Add, DomainMetadata, Metadata, Protocol, Remove } from "./action.ts";

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
  readonly numFiles: number;
  readonly sizeInBytes: number;
  /** The live files, in no promised order; may be iterated again. */
  files(): Iterable<Add>;
  /** Removed files not yet forgotten (for checkpoints). */
  tombstones(): Iterable<Remove>;
}
