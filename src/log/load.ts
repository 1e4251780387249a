import { isError } from "../error/error.ts";
import { join, type Location } from "../storage/store.ts";
import type { Action } from "./action.ts";
import { readCheckpoint, readLastCheckpoint } from "./checkpoint.ts";
import { parseCommit } from "./commit-file.ts";
import type { Commit, LogContext } from "./log.ts";
import { logFolder, padVersion } from "./path.ts";
import { type ReplayedSnapshot, replay } from "./replay.ts";
import {
  type LogFile,
  logFile,
  newestCheckpoint,
  type Segment,
  type SegmentRequest,
  segmentOf,
} from "./segment.ts";
import { inCommitTimestamp, type VersionTime, versionTimes } from "./time.ts";

/** Commit files read at a time: enough to hide latency, few enough to stay small in memory. */
const readsAtOnce = 32;
/** Listings before a gap is believed: one made while others commit may miss a file. */
const listingsMax = 3;

/** The files of a log from version `from` on. */
export async function listLog(table: Location, from: number): Promise<LogFile[]> {
  const folder = logFolder(table).path;
  const files: LogFile[] = [];
  const options = from > 0 ? { startAfter: `${folder}/${padVersion(from)}` } : {};
  for await (const status of table.store.list(`${folder}/`, options)) {
    const file = logFile(status);
    if (file !== undefined) files.push(file);
  }
  return files;
}

/**
 * Builds the snapshot of a version, or of the newest there is, from nothing. Undefined: there is
 * no log, or not that version. A checkpoint or pointer that cannot be used is passed over.
 */
export async function loadSnapshot(
  table: Location,
  context: LogContext,
  version?: number,
): Promise<ReplayedSnapshot | undefined> {
  const path = logFolder(table).path;
  const pointer = await readLastCheckpoint(table);
  const usable = pointer !== undefined && pointer.version <= (version ?? pointer.version);
  const without = new Set<number>();
  const request = { path, without, ...(version === undefined ? {} : { version }) };
  let from = usable ? pointer.version : 0;
  for (;;) {
    const { files, segment } = await listSegment(table, from, request);
    if (segment === undefined && from === 0) return undefined;
    if (segment !== undefined) {
      const base = await baseActions(table, segment, context);
      if (base !== undefined) return replaySegment(table, { segment, base, files });
      without.add(segment.checkpointVersion);
    }
    from = 0;
  }
}

/** A listing and what it makes; no segment where the pointer it starts at leads to none. */
async function listSegment(
  table: Location,
  from: number,
  request: SegmentRequest,
): Promise<{ readonly files: readonly LogFile[]; readonly segment: Segment | undefined }> {
  for (let listing = 1; ; listing++) {
    const files = await listLog(table, from);
    if (from > 0 && newestCheckpoint(files, request.without) === undefined) {
      return { files, segment: undefined };
    }
    try {
      return { files, segment: segmentOf(files, request) };
    } catch (thrown) {
      if (!isError(thrown, "DELTA_VERSIONS_NOT_CONTIGUOUS") || listing >= listingsMax) throw thrown;
    }
  }
}

/** Undefined: the checkpoint is unreadable, an older one must do. */
async function baseActions(
  table: Location,
  segment: Segment,
  context: LogContext,
): Promise<readonly Action[] | undefined> {
  if (segment.checkpointVersion < 0) return [];
  try {
    return await readCheckpoint(table, segment.checkpoint, context);
  } catch (thrown) {
    if (isError(thrown) && thrown.kind === "unavailable") throw thrown;
    return undefined;
  }
}

async function replaySegment(
  table: Location,
  load: { segment: Segment; base: readonly Action[]; files: readonly LogFile[] },
): Promise<ReplayedSnapshot> {
  const { segment, base, files } = load;
  const times = versionTimes(files);
  const versions = times.filter((time) => {
    return time.version > segment.checkpointVersion && time.version <= segment.version;
  });
  const commits = await readCommits(table, versions);
  const known = times.find((time) => time.version === segment.checkpointVersion);
  const start = {
    version: segment.checkpointVersion,
    timestamp: known?.timestamp ?? segment.checkpoint[0]?.modificationTime ?? 0,
    actions: base,
  };
  return replay(start, commits, logFolder(table).path);
}

/** Reads commits whose files are there; each takes its in-commit timestamp, if it has one. */
export async function readCommits(
  table: Location,
  versions: readonly VersionTime[],
): Promise<Commit[]> {
  const commits: Commit[] = [];
  for (let start = 0; start < versions.length; start += readsAtOnce) {
    const slice = versions.slice(start, start + readsAtOnce);
    commits.push(...(await Promise.all(slice.map((time) => readCommit(table, time)))));
  }
  return commits;
}

async function readCommit(table: Location, time: VersionTime): Promise<Commit> {
  const { path } = join(logFolder(table), `${padVersion(time.version)}.json`);
  const actions = parseCommit(await table.store.read(path), path);
  return {
    version: time.version,
    timestamp: inCommitTimestamp(actions) ?? time.timestamp,
    actions,
  };
}
