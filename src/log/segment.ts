import { error } from "../error/error.ts";
import type { FileStatus } from "../storage/store.ts";

/** A file of the log by what its name says. Names of no meaning here have none. */
export type LogFile =
  | { readonly kind: "commit"; readonly version: number; readonly status: FileStatus }
  /** A V2 checkpoint, which is not read: it only tells why older commits are gone. */
  | { readonly kind: "v2 checkpoint"; readonly version: number; readonly status: FileStatus }
  | {
      readonly kind: "checkpoint";
      readonly version: number;
      /** 0 for a checkpoint in one file. */
      readonly parts: number;
      readonly status: FileStatus;
    };

const commitName = /^(\d{20})\.json$/;
const v2Name = /^(\d{20})\.checkpoint\.[0-9a-f]{8}-[0-9a-f-]{27}\.(?:json|parquet)$/;
const checkpointName = /^(\d{20})\.checkpoint(?:\.(\d{10})\.(\d{10}))?\.parquet$/;

/** What a listed file is; undefined for what is not read (checksums, compactions, others). */
export function logFile(status: FileStatus): LogFile | undefined {
  const name = status.path.slice(status.path.lastIndexOf("/") + 1);
  const commit = commitName.exec(name);
  if (commit !== null) return { kind: "commit", version: Number(commit[1]), status };
  const v2 = v2Name.exec(name);
  if (v2 !== null) return { kind: "v2 checkpoint", version: Number(v2[1]), status };
  const checkpoint = checkpointName.exec(name);
  if (checkpoint === null) return undefined;
  const parts = checkpoint[3] === undefined ? 0 : Number(checkpoint[3]);
  return { kind: "checkpoint", version: Number(checkpoint[1]), parts, status };
}

/** The files that make a version: a whole checkpoint, if any, and the commits after it. */
export interface Segment {
  readonly version: number;
  readonly checkpoint: readonly FileStatus[];
  /** -1 without a checkpoint. */
  readonly checkpointVersion: number;
  /** Ascending and without gaps, from the checkpoint's version + 1. */
  readonly commits: readonly FileStatus[];
}

export interface SegmentRequest {
  /** Newest wanted; undefined: the newest there is. */
  readonly version?: number;
  /** For messages. */
  readonly path: string;
  /** Checkpoints that were found to be unreadable, by version. */
  readonly without?: ReadonlySet<number>;
}

/**
 * Chooses from a listing what a snapshot is made of. Undefined: there is no log, or not yet the
 * version asked for. A missing commit is DELTA_VERSIONS_NOT_CONTIGUOUS; a log whose start is gone
 * without a checkpoint is DELTA_TRUNCATED_TRANSACTION_LOG.
 */
export function segmentOf(files: readonly LogFile[], request: SegmentRequest): Segment | undefined {
  const limit = request.version ?? Number.MAX_SAFE_INTEGER;
  const wanted = files.filter((file) => file.version <= limit);
  const checkpoint = newestCheckpoint(wanted, request.without);
  const base = checkpoint?.version ?? -1;
  const commits = wanted
    .filter((file) => file.kind === "commit" && file.version > base)
    .sort((a, b) => a.version - b.version);
  const last = commits.at(-1)?.version ?? base;
  if (last < 0) return undefined;
  if (request.version !== undefined && last !== request.version) return undefined;
  try {
    checkContiguous(commits, base, { version: last, path: request.path });
  } catch (thrown) {
    if (!files.some((file) => file.kind === "v2 checkpoint")) throw thrown;
    const unread = { table: request.path, unsupported: "v2Checkpoint" };
    throw error("DELTA_UNSUPPORTED_FEATURES_FOR_READ", unread, thrown);
  }
  return {
    version: last,
    checkpoint: checkpoint?.files ?? [],
    checkpointVersion: base,
    commits: commits.map((commit) => commit.status),
  };
}

/** The newest checkpoint of a listing all of whose parts are there, but for those in `without`. */
export function newestCheckpoint(
  files: readonly LogFile[],
  without: ReadonlySet<number> = new Set(),
): { version: number; files: readonly FileStatus[] } | undefined {
  const groups = new Map<string, { version: number; parts: number; files: FileStatus[] }>();
  for (const file of files) {
    if (file.kind !== "checkpoint" || without.has(file.version)) continue;
    const key = `${file.version}.${file.parts}`;
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, { version: file.version, parts: file.parts, files: [file.status] });
    } else group.files.push(file.status);
  }
  const whole = [...groups.values()].filter((group) => {
    return group.files.length === Math.max(group.parts, 1);
  });
  whole.sort((a, b) => b.version - a.version || a.parts - b.parts);
  return whole[0];
}

function checkContiguous(
  commits: readonly LogFile[],
  base: number,
  load: { readonly version: number; readonly path: string },
): void {
  let expected = base + 1;
  for (const commit of commits) {
    if (commit.version === expected) {
      expected++;
      continue;
    }
    if (base < 0 && expected === 0) {
      throw error("DELTA_TRUNCATED_TRANSACTION_LOG", load);
    }
    throw error("DELTA_VERSIONS_NOT_CONTIGUOUS", {
      versionList: `${expected - 1}, ${commit.version}`,
      startVersion: expected - 1,
      endVersion: commit.version,
      versionToLoad: load.version,
      path: load.path,
    });
  }
}
