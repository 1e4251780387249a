import type { Json } from "../schema/type.ts";

/**
 * The actions of the Delta transaction log, as they stand in a commit file, one a line
 * (PROTOCOL.md#actions). Unknown fields are kept out; unknown actions are ignored.
 */
export type Action =
  | { readonly add: Add }
  | { readonly remove: Remove }
  | { readonly cdc: AddCdcFile }
  | { readonly metaData: Metadata }
  | { readonly protocol: Protocol }
  | { readonly txn: SetTransaction }
  | { readonly domainMetadata: DomainMetadata }
  | { readonly commitInfo: CommitInfo };

type Texts = Readonly<Record<string, string>>;

export interface DeletionVector {
  readonly storageType: "u" | "i" | "p";
  readonly pathOrInlineDv: string;
  readonly offset?: number;
  readonly sizeInBytes: number;
  readonly cardinality: number;
}

export interface Add {
  /** URI-encoded, relative to the table, or absolute. */
  readonly path: string;
  readonly partitionValues: Readonly<Record<string, string | null>>;
  readonly size: number;
  readonly modificationTime: number;
  readonly dataChange: boolean;
  /** JSON text (PROTOCOL.md#per-file-statistics). */
  readonly stats?: string;
  readonly tags?: Texts;
  readonly deletionVector?: DeletionVector;
  readonly baseRowId?: number;
  readonly defaultRowCommitVersion?: number;
  readonly clusteringProvider?: string;
}

export interface Remove {
  readonly path: string;
  readonly deletionTimestamp?: number;
  readonly dataChange: boolean;
  readonly extendedFileMetadata?: boolean;
  readonly partitionValues?: Readonly<Record<string, string | null>>;
  readonly size?: number;
  readonly stats?: string;
  readonly tags?: Texts;
  readonly deletionVector?: DeletionVector;
  readonly baseRowId?: number;
  readonly defaultRowCommitVersion?: number;
}

export interface AddCdcFile {
  readonly path: string;
  readonly partitionValues: Readonly<Record<string, string | null>>;
  readonly size: number;
  readonly dataChange: false;
  readonly tags?: Texts;
}

export interface Metadata {
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly format: { readonly provider: string; readonly options: Texts };
  /** The schema as JSON text. */
  readonly schemaString: string;
  readonly partitionColumns: readonly string[];
  readonly configuration: Texts;
  readonly createdTime?: number;
}

export interface Protocol {
  readonly minReaderVersion: number;
  readonly minWriterVersion: number;
  readonly readerFeatures?: readonly string[];
  readonly writerFeatures?: readonly string[];
}

export interface SetTransaction {
  readonly appId: string;
  readonly version: number;
  readonly lastUpdated?: number;
}

export interface DomainMetadata {
  readonly domain: string;
  readonly configuration: string;
  readonly removed: boolean;
}

/** Free-form by the protocol; these are the fields Spark writes. */
export interface CommitInfo {
  readonly timestamp?: number;
  readonly inCommitTimestamp?: number;
  readonly userId?: string;
  readonly userName?: string;
  readonly operation?: string;
  /** Spark writes each value as JSON text; readers take anything. */
  readonly operationParameters?: { readonly [key: string]: Json };
  readonly readVersion?: number;
  readonly isolationLevel?: string;
  readonly isBlindAppend?: boolean;
  readonly operationMetrics?: Texts;
  readonly userMetadata?: string;
  readonly tags?: Texts;
  readonly engineInfo?: string;
  readonly txnId?: string;
  readonly [key: string]: Json | undefined;
}
