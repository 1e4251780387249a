import { env } from "../env.ts";
import { error, isError } from "../error/error.ts";
import type { Action, CommitInfo } from "./action.ts";
import { writeChecksum } from "./checksum.ts";
import { cleanLog } from "./cleanup.ts";
import { commitInfoOf, printCommit } from "./commit-file.ts";
import { conflictOf } from "./conflict.ts";
import { fileKey } from "./file-key.ts";
import type { Commit, CommitRequest, CommitResult } from "./log.ts";
import type { LogState } from "./open.ts";
import { logFolder, logPath, tableName } from "./path.ts";
import { flag, whole } from "./property.ts";
import { hasInCommitTimestamps } from "./protocol.ts";
import type { ReplayedSnapshot } from "./replay.ts";

/** Names tried before a commit gives up; each lost one means that another writer got on. */
const attemptsMax = 10_000;
/** Puts that ended without an answer before the error is passed on. */
const doubtfulPutsMax = 3;
/** Waiting between lost races: by chance, up to this. */
const backoffMaxMs = 200;

/** Where the search for a free name stands. */
interface Race {
  version: number;
  /** Time of the version before, for in-commit timestamps. */
  previousTime: number;
  readonly winners: Commit[];
}

/**
 * Commits at the first version that is free, checking each winner on the way; see `Log.write`.
 * What comes after the commit point (checksum, checkpoint) never fails the commit.
 */
export async function writeCommit(log: LogState, request: CommitRequest): Promise<CommitResult> {
  checkActions(log, request);
  const race: Race = {
    version: request.readVersion + 1,
    previousTime: log.newest()?.timestamp ?? 0,
    winners: [],
  };
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const info = await infoFor(log, request, race);
    const actions = enabling(log, request, { version: race.version, info });
    if (await put(log, { version: race.version, info, actions })) {
      return committed(log, { ...request, actions }, { race, info });
    }
    for (;;) {
      const winner = await log.commit(race.version);
      if (winner === undefined) break;
      const conflict = conflictOf(request, winner);
      if (conflict !== undefined) return conflict;
      race.winners.push(winner);
      race.previousTime = winner.timestamp;
      race.version++;
    }
    if (attempt > 0) await env.sleep(env.random() * Math.min(2 ** attempt, backoffMaxMs));
  }
  throw error("DELTA_MAX_COMMIT_RETRIES_EXCEEDED", {
    path: logFolder(log.location).path,
    numAttempts: attemptsMax,
    startVersion: request.readVersion + 1,
    failVersion: race.version,
  });
}

async function infoFor(log: LogState, request: CommitRequest, race: Race): Promise<CommitInfo> {
  const metadata =
    request.actions.flatMap((action) => ("metaData" in action ? [action.metaData] : []))[0] ??
    log.newest()?.metadata;
  if (metadata === undefined || !hasInCommitTimestamps(metadata)) return request.info;
  const inCommitTimestamp = Math.max(env.now(), race.previousTime + 1);
  return { inCommitTimestamp, ...request.info, timestamp: inCommitTimestamp };
}

/**
 * In-commit timestamps turned on for a table that is there: its metadata says since when, for the
 * commits before have none (PROTOCOL.md#in-commit-timestamps).
 */
function enabling(
  log: LogState,
  { actions, readVersion }: CommitRequest,
  { version, info }: { readonly version: number; readonly info: CommitInfo },
): readonly Action[] {
  const before = log.newest()?.metadata;
  if (readVersion < 0 || before === undefined || hasInCommitTimestamps(before)) return actions;
  const property = "delta.inCommitTimestampEnablement";
  return actions.map((action) => {
    if (!("metaData" in action) || !hasInCommitTimestamps(action.metaData)) return action;
    const since = {
      [`${property}Version`]: String(version),
      [`${property}Timestamp`]: String(info.inCommitTimestamp),
    };
    const configuration = { ...action.metaData.configuration, ...since };
    return { metaData: { ...action.metaData, configuration } };
  });
}

/** True: the name is ours. False: another commit has it. */
async function put(
  log: LogState,
  commit: { version: number; info: CommitInfo; actions: readonly Action[] },
): Promise<boolean> {
  const path = logPath(log.location, commit.version, "json");
  const bytes = printCommit(commit.info, commit.actions);
  for (let doubtful = 0; ; doubtful++) {
    try {
      // The commit point: everything the commit names is durable by now.
      if (await log.location.store.putIfAbsent(path, bytes)) return true;
      // A put without an answer, here or within the store, may have won before this one.
      return await isOurs(log, commit.version, commit.info);
    } catch (thrown) {
      if (!isError(thrown) || thrown.kind !== "unavailable") throw thrown;
      // Only a put that ends well makes the name durable, also the name that is there already.
      if (doubtful + 1 >= doubtfulPutsMax) throw thrown;
      await env.sleep(env.random() * backoffMaxMs);
    }
  }
}

async function isOurs(log: LogState, version: number, info: CommitInfo): Promise<boolean> {
  const there = await log.commit(version);
  const txnId = there === undefined ? undefined : commitInfoOf(there.actions)?.txnId;
  return txnId !== undefined && txnId === info.txnId;
}

async function committed(
  log: LogState,
  { actions, later }: CommitRequest,
  { race, info }: { race: Race; info: CommitInfo },
): Promise<CommitResult> {
  const { version, winners } = race;
  const own: Commit = {
    version,
    timestamp: info.inCommitTimestamp ?? (await fileTime(log, version, race.previousTime)),
    actions: [{ commitInfo: info }, ...actions],
  };
  const snapshot = await log.take([...winners, own]);
  const rest = (): Promise<void> => afterCommit(log, snapshot, { ...info, version });
  if (later === undefined) await rest();
  else later(rest);
  return { kind: "committed", version, snapshot };
}

async function fileTime(log: LogState, version: number, previous: number): Promise<number> {
  const path = logPath(log.location, version, "json");
  const status = await log.location.store.stat(path).catch(() => undefined);
  return Math.max(status?.modificationTime ?? env.now(), previous + 1);
}

/**
 * Best effort: a reader does without either file. The newest snapshot may have passed the commit:
 * a checkpoint of it serves as well, a checksum must be of the commit itself.
 */
async function afterCommit(
  log: LogState,
  snapshot: ReplayedSnapshot,
  info: CommitInfo & { readonly version: number },
): Promise<void> {
  const { location, context } = log;
  try {
    if (snapshot.version === info.version) await writeChecksum(location, snapshot, info);
    const interval = whole(snapshot.metadata.configuration, "delta.checkpointInterval", 10);
    if (info.version > 0 && info.version % Math.max(interval, 1) === 0) {
      const { writeCheckpoint } = await import("./checkpoint/write.ts");
      const { largeCheckpoint } = await import("./checkpoint/read.ts");
      const file = await writeCheckpoint(location, snapshot, context);
      const files = await largeCheckpoint(location, file, context);
      if (files !== undefined) log.rebase({ version: snapshot.version, files });
      if (isCleaningDue(log)) await cleanLog(location, snapshot.metadata.configuration);
    }
  } catch (thrown) {
    const work = "write checksum or checkpoint, or clean the log,";
    env.warn(`Cannot ${work} after version ${info.version}: ${String(thrown)}`);
  }
}

/** What is past the retention changes once a day; looking for it lists the whole log. */
const cleaningMs = 86_400_000;
const cleaned = new WeakMap<LogState, number>();

function isCleaningDue(log: LogState): boolean {
  const now = env.monotonic();
  const before = cleaned.get(log);
  if (before !== undefined && now - before < cleaningMs) return false;
  cleaned.set(log, now);
  return true;
}

/** What no commit may hold (PROTOCOL.md#actions), whatever it is for. */
function checkActions(log: LogState, request: CommitRequest): void {
  const seen = new Set<string>();
  let metadata = request.readVersion < 0 ? undefined : log.newest()?.metadata;
  for (const action of request.actions) {
    if ("metaData" in action) metadata = action.metaData;
    const file = "add" in action ? action.add : "remove" in action ? action.remove : undefined;
    if (file === undefined) continue;
    const key = fileKey(file);
    if (seen.has(key)) {
      const actionType = "add" in action ? "add" : "remove";
      throw error("DELTA_DUPLICATE_ACTIONS_FOUND", { actionType, path: file.path });
    }
    seen.add(key);
  }
  const path = logFolder(log.location).path;
  if (request.readVersion < 0) {
    const kinds = request.actions.map((action) => Object.keys(action)[0]);
    if (!kinds.includes("metaData") || !kinds.includes("protocol")) {
      throw error("DELTA_METADATA_ABSENT", { path });
    }
  }
  const appendOnly =
    metadata !== undefined && flag(metadata.configuration, "delta.appendOnly", false);
  if (
    appendOnly &&
    request.actions.some((action) => "remove" in action && action.remove.dataChange)
  ) {
    throw error("DELTA_CANNOT_MODIFY_APPEND_ONLY", { table: tableName(log.location) });
  }
}
