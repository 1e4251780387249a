import { isError } from "../error/error.ts";
import { readEach } from "../storage/read-each.ts";
import type { FileStatus, Location } from "../storage/store.ts";
import { readLastCheckpoint } from "./checkpoint/pointer.ts";
import type { Checkpoint } from "./checkpoint/read.ts";
import { verifyChecksum } from "./checksum.ts";
import { parseCommit } from "./commit-file.ts";
import type { Commit, LogContext } from "./log.ts";
import { logFolder, logPath, padVersion } from "./path.ts";
import { hasInCommitTimestamps } from "./protocol.ts";
import { type ReplayedSnapshot, replayFrom } from "./replay.ts";
import {
  type LogFile,
  logFile,
  newestCheckpoint,
  type Segment,
  type SegmentRequest,
  segmentOf,
} from "./segment.ts";
import { inCommitTimestamp, type VersionTime } from "./time.ts";

/** Listings before a gap is believed: one made while others commit may miss a file. */
const listingsMax = 3;

/** The files of a log from version `from` on. */
export async function listLog(table: Location, from: number): Promise<LogFile<FileStatus>[]> {
  const { folder, options } = listing(table, from);
  const files: LogFile<FileStatus>[] = [];
  for await (const status of table.store.list(folder, options)) {
    const file = logFile(status);
    if (file !== undefined) files.push(file);
  }
  return files;
}

/** The same, by their names alone. */
async function nameLog(table: Location, from: number): Promise<LogFile[]> {
  const { folder, options } = listing(table, from);
  const files: LogFile[] = [];
  for await (const some of table.store.names(folder, options)) {
    for (const status of some) {
      const file = logFile(status);
      if (file !== undefined) files.push(file);
    }
  }
  return files;
}

function listing({ store, path }: Location, from: number) {
  const folder = logFolder({ store, path }).path;
  const options = from > 0 ? { startAfter: `${folder}/${padVersion(from)}` } : {};
  return { folder: `${folder}/`, options };
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
      for (const { path } of compactions) without.add(path);
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
  for (let tries = 1; ; tries++) {
    const files = await nameLog(table, from);
    if (from > 0 && newestCheckpoint(files, request.without) === undefined) {
      return { files, segment: undefined };
    }
    try {
      return { files, segment: segmentOf(files, request) };
    } catch (thrown) {
      if (!isError(thrown, "DELTA_VERSIONS_NOT_CONTIGUOUS") || tries >= listingsMax) throw thrown;
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
  const { segment, base } = load;
  const timestamp = await fileTime(table, load);
  const version = segment.checkpoint?.version ?? -1;
  const replay = replayFrom({ version, timestamp, actions: base.actions, files: base.files });
  const newest = segment.deltas.at(-1);
  const paths = segment.deltas.map(({ path }) => path);
  await readEach(table.store, paths, (bytes, at) => {
    const delta = segment.deltas[at]!;
    // Only the newest commit is asked for its time.
    const isNewest = delta === newest;
    const actions = parseCommit(bytes, delta.path, isNewest ? undefined : "state");
    const time = (isNewest ? inCommitTimestamp(actions) : undefined) ?? timestamp;
    replay.apply({ version: delta.version, timestamp: time, actions });
  });
  const snapshot = replay.snapshot(logFolder(table).path);
  if (newest !== undefined && newest.from === newest.version) return snapshot;
  return { ...snapshot, timestamp: await ownTime(table, snapshot) };
}

/** When the newest file of a segment was written: its commit, or else its checkpoint. */
async function fileTime(
  table: Location,
  { segment, files }: { segment: Segment; files: readonly LogFile[] },
): Promise<number> {
  const commit = files.findLast((one) => one.kind === "commit" && one.version === segment.version);
  for (const file of [commit?.status, segment.checkpoint?.files[0]]) {
    if (file === undefined) continue;
    const time = file.modificationTime ?? (await table.store.stat(file.path))?.modificationTime;
    if (time !== undefined) return time;
  }
  return 0;
}

/** The time of a version whose commit was not read: a checkpoint or a compaction has none. */
async function ownTime(table: Location, snapshot: ReplayedSnapshot): Promise<number> {
  const { version, timestamp, metadata } = snapshot;
  if (!hasInCommitTimestamps(metadata)) return timestamp;
  try {
    return (await readCommits(table, [{ version, timestamp }]))[0]!.timestamp;
  } catch (thrown) {
    // It was cleaned up, and what stands for it says no time.
    if (isError(thrown, "PATH_NOT_FOUND")) return timestamp;
    throw thrown;
  }
}

/** Reads commits whose files are there; each takes its in-commit timestamp, if it has one. */
export async function readCommits(
  table: Location,
  versions: readonly VersionTime[],
): Promise<Commit[]> {
  const commits: Commit[] = [];
  const paths = versions.map(({ version }) => logPath(table, version, "json"));
  await readEach(table.store, paths, (bytes, at) => {
    const { version, timestamp } = versions[at]!;
    const actions = parseCommit(bytes, paths[at]!);
    commits.push({ version, timestamp: inCommitTimestamp(actions) ?? timestamp, actions });
  });
  return commits;
}
