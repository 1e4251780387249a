import { env } from "../env.ts";
import { isError } from "../error/error.ts";
import { join, type Location } from "../storage/store.ts";
import { readLastCheckpoint } from "./checkpoint/pointer.ts";
import type { Checkpoint } from "./checkpoint/read.ts";
import { verifyChecksum } from "./checksum.ts";
import { parseCommit } from "./commit-file.ts";
import type { Commit, LogContext } from "./log.ts";
import { logFolder, padVersion } from "./path.ts";
import { hasInCommitTimestamps } from "./protocol.ts";
import { type ReplayedSnapshot, replay } from "./replay.ts";
import {
  type Delta,
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
/** Commits read before other work of the process has its turn: small files come without a wait. */
const turnAfter = 32 * readsAtOnce;
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
 * no log, or not that version. A pointer, checkpoint or compaction that cannot be used is passed
 * over.
 */
export async function loadSnapshot(
  table: Location,
  context: LogContext,
  version?: number,
): Promise<ReplayedSnapshot | undefined> {
  const path = logFolder(table).path;
  const pointer = await readLastCheckpoint(table);
  const usable = pointer !== undefined && pointer.version <= (version ?? pointer.version);
  const without = new Set<string>();
  const request = { path, without, ...(version === undefined ? {} : { version }) };
  let from = usable ? pointer.version : 0;
  for (let lost = 0; ; from = 0) {
    const { files, segment } = await listSegment(table, from, request);
    if (segment === undefined) {
      if (from === 0) return undefined;
      continue;
    }
    const base = await baseOf(table, segment, context);
    if (base === undefined) {
      without.add(segment.checkpoint?.key ?? "");
      continue;
    }
    try {
      const snapshot = await replaySegment(table, { segment, base, files });
      const { version: at } = snapshot;
      const isThere = files.some((file) => file.kind === "checksum" && file.version === at);
      if (isThere) await verifyChecksum(table, snapshot, context.corruptionIsFatal);
      return snapshot;
    } catch (thrown) {
      const compactions = segment.deltas.filter((delta) => delta.from < delta.version);
      for (const { status } of compactions) without.add(status.path);
      // Meanwhile the log may have been cleaned: a new listing shows what is there.
      const cleaned = isError(thrown, "PATH_NOT_FOUND") && ++lost < listingsMax;
      if (compactions.length === 0 && !cleaned) throw thrown;
    }
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
async function baseOf(
  table: Location,
  { checkpoint }: Segment,
  context: LogContext,
): Promise<Checkpoint | undefined> {
  if (checkpoint === undefined) return { actions: [], files: undefined };
  try {
    const { readCheckpoint } = await import("./checkpoint/read.ts");
    return await readCheckpoint(table, checkpoint.files, context);
  } catch (thrown) {
    if (isError(thrown) && thrown.kind === "unavailable") throw thrown;
    return undefined;
  }
}

async function replaySegment(
  table: Location,
  load: { segment: Segment; base: Checkpoint; files: readonly LogFile[] },
): Promise<ReplayedSnapshot> {
  const { segment, base, files } = load;
  const { checkpoint } = segment;
  const times = new Map(versionTimes(files).map((time) => [time.version, time.timestamp]));
  const commits = await readDeltas(table, segment.deltas, times);
  const version = checkpoint?.version ?? -1;
  const time = times.get(version) ?? checkpoint?.files[0]?.modificationTime ?? 0;
  const start = { version, timestamp: time, actions: base.actions, files: base.files };
  const snapshot = replay(start, commits, logFolder(table).path);
  const last = segment.deltas.at(-1);
  if (last !== undefined && last.from === last.version) return snapshot;
  return { ...snapshot, timestamp: await ownTime(table, snapshot) };
}

/** The time of a version whose commit was not read: a checkpoint or a compaction has none. */
async function ownTime(table: Location, snapshot: ReplayedSnapshot): Promise<number> {
  const { version, timestamp, metadata } = snapshot;
  if (!hasInCommitTimestamps(metadata)) return timestamp;
  try {
    return (await readCommit(table, { version, timestamp })).timestamp;
  } catch (thrown) {
    // It was cleaned up, and what stands for it says no time.
    if (isError(thrown, "PATH_NOT_FOUND")) return timestamp;
    throw thrown;
  }
}

async function readDeltas(
  table: Location,
  deltas: readonly Delta[],
  times: ReadonlyMap<number, number>,
): Promise<Commit[]> {
  const newest = deltas.at(-1);
  return inTurns(deltas, async (delta) => {
    const { version, status } = delta;
    const bytes = await table.store.read(status.path);
    // Of the others no time is asked.
    const actions = parseCommit(bytes, status.path, delta === newest ? undefined : "state");
    const time = times.get(version) ?? status.modificationTime;
    return { version, timestamp: inCommitTimestamp(actions) ?? time, actions };
  });
}

/** Reads commits whose files are there; each takes its in-commit timestamp, if it has one. */
export async function readCommits(
  table: Location,
  versions: readonly VersionTime[],
): Promise<Commit[]> {
  return inTurns(versions, (time) => readCommit(table, time));
}

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += readsAtOnce) {
    results.push(...(await Promise.all(items.slice(start, start + readsAtOnce).map(work))));
    if (results.length % turnAfter === 0) await env.sleep(0);
  }
  return results;
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
