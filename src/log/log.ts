import type { Engine } from "../engine/engine.ts";
import type { FileStatus, Location } from "../storage/store.ts";
import type { Action, Add, CommitInfo } from "./action.ts";
import type { Snapshot } from "./snapshot.ts";

/** One commit as it lies in the log. */
export interface Commit {
  readonly version: number;
  /** ms since the epoch, as `history` shows it. */
  readonly timestamp: number;
  readonly actions: readonly Action[];
  /** What the store said of its file, where it did so with the bytes. */
  readonly file?: FileStatus;
}

/** What a transaction read, for the conflict check. A blind append read nothing. */
export interface ReadSet {
  /** Whole-table read: any change of data conflicts. */
  readonly wholeTable: boolean;
  /** Paths of files that were read. */
  readonly files: ReadonlySet<string>;
  /** Applications whose transaction version was read. */
  readonly appIds: ReadonlySet<string>;
  /** Whether a file added meanwhile would have been read (partition predicates). */
  readonly matches?: (add: Add) => boolean;
}

export interface CommitRequest {
  /** The version that was read; -1 when the table is to be created. */
  readonly readVersion: number;
  /** All but commitInfo. */
  readonly actions: readonly Action[];
  readonly info: CommitInfo;
  readonly reads: ReadSet;
  readonly later?: Later;
}

/**
 * Takes the best-effort work that follows a commit (checksum, checkpoint), to be done once and
 * before the next commit. It never fails. Where nobody takes it, the commit resolves after it.
 */
export type Later = (work: () => Promise<void>) => void;

/** The outcome of a commit is a value: a lost race is an error only at the public door. */
export type CommitResult =
  | { readonly kind: "committed"; readonly version: number; readonly snapshot: Snapshot }
  | {
      readonly kind: "conflict";
      readonly code:
        | "DELTA_CONCURRENT_APPEND"
        | "DELTA_CONCURRENT_DELETE_READ"
        | "DELTA_CONCURRENT_DELETE_DELETE"
        | "DELTA_METADATA_CHANGED"
        | "DELTA_PROTOCOL_CHANGED"
        | "DELTA_CONCURRENT_TRANSACTION"
        | "DELTA_CONCURRENT_WRITE";
      readonly version: number; // the winner
      readonly detail: string;
    };

/**
 * The transaction log of one table. Holds the newest snapshot it has seen and brings it up to
 * date incrementally.
 */
export interface Log {
  readonly location: Location;
  /** The newest snapshot, after looking for newer commits; undefined if there is no table. */
  update(): Promise<Snapshot | undefined>;
  /** The snapshot of a version; DELTA_VERSION_NOT_FOUND names the range that is there. */
  snapshotAt(version: number): Promise<Snapshot>;
  /** The version current at a time (ms): the latest not after it. */
  versionAt(timestampMs: number): Promise<number>;
  /**
   * One commit, or undefined if the version is not there yet. Costs one store call. A version
   * below the oldest kept is DELTA_LOG_FILE_NOT_FOUND.
   */
  commit(version: number): Promise<Commit | undefined>;
  /** The commits of `from` to `to` whose files are there, ascending, with times. */
  commits(from: number, to: number): AsyncIterable<Commit>;
  /** Versions whose commit files are there, ascending, with times; newest `limit` of them. */
  history(limit?: number): Promise<readonly Commit[]>;
  write(request: CommitRequest): Promise<CommitResult>;
}

/** What a log works with beside its store. */
export interface LogContext {
  readonly engine: Engine;
  /** A local folder for files in the making. */
  readonly staging: string;
  /** Rows of a checkpoint that are taken into memory, 10,000 where this says nothing. */
  readonly checkpointRowsInMemory?: number;
  /** Whether a log that differs from its checksum is an error; else it is told and read. */
  readonly corruptionIsFatal?: boolean;
}
