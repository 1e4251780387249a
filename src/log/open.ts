import { env } from "../env.ts";
import { assert, error, isError } from "../error/error.ts";
import { Timestamp } from "../schema/value.ts";
import type { Location } from "../storage/store.ts";
import type { CheckpointFiles } from "./checkpoint/files.ts";
import { commitInfoOf, parseCommit } from "./commit-file.ts";
import { listLog, loadSnapshot, readCommits } from "./load.ts";
import type { Commit, CommitRequest, CommitResult, Log, LogContext } from "./log.ts";
import { logFolder, logPath } from "./path.ts";
import { tombstoneRetentionMs } from "./property.ts";
import { hasInCommitTimestamps } from "./protocol.ts";
import { advance, type ReplayedSnapshot, rebased } from "./replay.ts";
import type { Snapshot } from "./snapshot.ts";
import { inCommitTimestamp, newestNotAfter, type VersionTime, versionTimes } from "./time.ts";
import { writeCommit } from "./write.ts";

/** New commits read one by one before a listing is cheaper. */
const stepsMax = 16;
/** Older commits looked at for the time of one: file times may be out of order (Spark's bound). */
const unorderedTimesMax = 100;
/** Commits read at a time where a range of them is passed through. */
const commitsAtOnce = 100;
/** Older snapshots kept for readers that come back to them (streams reading a first version). */
const snapshotsKept = 4;

/** Opens the log of a table; nothing is read before it is asked. */
export function openLog(location: Location, context: LogContext): Log {
  return new TableLog(location, context);
}

/** What the commit loop of `write.ts` needs of the log it commits to. */
export interface LogState {
  readonly location: Location;
  readonly context: LogContext;
  /** The newest snapshot seen. */
  newest(): ReplayedSnapshot | undefined;
  commit(version: number): Promise<Commit | undefined>;
  /** Takes in commits that follow each other; returns the newest snapshot after them. */
  take(commits: readonly Commit[]): Promise<ReplayedSnapshot>;
  /** Puts the newest snapshot upon a large checkpoint of its version or one before. */
  rebase(checkpoint: { readonly version: number; readonly files: CheckpointFiles }): void;
}

interface TimeSearch {
  readonly times: readonly VersionTime[];
  readonly timeOf: (time: VersionTime) => Promise<number>;
}

class TableLog implements Log, LogState {
  readonly location: Location;
  readonly context: LogContext;
  readonly #path: string;
  readonly #older = new Map<number, ReplayedSnapshot>();
  #newest: ReplayedSnapshot | undefined;

  constructor(location: Location, context: LogContext) {
    this.location = location;
    this.context = context;
    this.#path = logFolder(location).path;
  }

  newest(): ReplayedSnapshot | undefined {
    return this.#newest;
  }

  async update(): Promise<Snapshot | undefined> {
    if (this.#newest === undefined) return this.#reload();
    const commits: Commit[] = [];
    for (let version = this.#newest.version + 1; commits.length < stepsMax; version++) {
      const commit = await this.#readNew(version);
      if (commit === undefined) return this.#apply(commits);
      commits.push(commit);
    }
    const next = this.#newest.version + 1;
    const times = versionTimes(await listLog(this.location, next));
    return this.#apply(
      await readCommits(
        this.location,
        times.filter((time) => time.version >= next),
      ),
    );
  }

  async #reload(): Promise<ReplayedSnapshot | undefined> {
    const loaded = await loadSnapshot(this.location, this.context);
    const newest = this.#newest;
    if (loaded !== undefined && (newest === undefined || newest.version < loaded.version)) {
      this.#newest = loaded;
    }
    return this.#newest;
  }

  /** Another update may have come first: only what follows the newest snapshot is applied. */
  #apply(commits: readonly Commit[]): ReplayedSnapshot {
    const newest = this.#newest;
    assert(newest !== undefined, "a log is loaded before it is advanced");
    // A listing made while others commit may miss a file: what follows a gap is read next time.
    const fresh = commits
      .filter((commit) => commit.version > newest.version)
      .filter((commit, index) => commit.version === newest.version + 1 + index);
    if (fresh.length === 0) return newest;
    const expiredBefore = env.now() - tombstoneRetentionMs(newest.metadata.configuration);
    this.#newest = advance(newest, fresh, { path: this.#path, expiredBefore });
    return this.#newest;
  }

  async take(commits: readonly Commit[]): Promise<ReplayedSnapshot> {
    const last = commits.at(-1)?.version ?? -1;
    if (this.#newest === undefined) await this.#reload();
    if (this.#newest !== undefined && this.#newest.version < last) this.#apply(commits);
    if (this.#newest === undefined || this.#newest.version < last) {
      if (this.#newest === undefined) await this.#reload();
      else await this.update();
    }
    assert(this.#newest !== undefined, "a commit was made, so there is a log");
    return this.#newest;
  }

  rebase(checkpoint: { readonly version: number; readonly files: CheckpointFiles }): void {
    if (this.#newest !== undefined && this.#newest.version >= checkpoint.version) {
      this.#newest = rebased(this.#newest, checkpoint);
    }
  }

  async snapshotAt(version: number): Promise<Snapshot> {
    if (this.#newest?.version === version) return this.#newest;
    const kept = this.#older.get(version);
    if (kept !== undefined) return kept;
    const loaded = await loadSnapshot(this.location, this.context, version).catch((thrown) => {
      if (isError(thrown, "DELTA_TRUNCATED_TRANSACTION_LOG")) return undefined;
      throw thrown;
    });
    if (loaded === undefined) throw await this.#versionNotFound(version);
    this.#older.set(version, loaded);
    const [first] = this.#older.keys();
    if (this.#older.size > snapshotsKept && first !== undefined) this.#older.delete(first);
    return loaded;
  }

  async #versionNotFound(version: number): Promise<Error> {
    const { earliest, latest } = await this.#range();
    return error("DELTA_VERSION_NOT_FOUND", { userVersion: version, earliest, latest });
  }

  /** The oldest version that can be rebuilt, and the newest. */
  async #range(): Promise<{ earliest: number; latest: number }> {
    const files = await listLog(this.location, 0);
    if (files.length === 0) throw error("DELTA_NO_COMMITS_FOUND", { path: this.#path });
    const bases = files.filter((file) => file.version === 0 || file.kind === "checkpoint");
    return {
      earliest: Math.min(...bases.map((file) => file.version)),
      latest: files.reduce((max, file) => Math.max(max, file.version), 0),
    };
  }

  async versionAt(timestampMs: number): Promise<number> {
    const { earliest } = await this.#range();
    const listed = versionTimes(await listLog(this.location, earliest));
    const newest = await this.update();
    const { times, timeOf } = this.#timesFor(timestampMs, listed);
    const first = times[0] ?? listed[0];
    if (newest === undefined || first === undefined) {
      throw error("DELTA_NO_COMMITS_FOUND", { path: this.#path });
    }
    // A snapshot that was loaded has the time of its file, which those before it may be ahead of.
    const listedLast = hasInCommitTimestamps(newest.metadata) ? undefined : listed.at(-1);
    const ahead = listedLast?.version === newest.version ? listedLast.timestamp : 0;
    const last = Math.max(newest.timestamp, ahead);
    if (timestampMs > last) {
      throw error("DELTA_TIMESTAMP_GREATER_THAN_COMMIT", {
        providedTimestamp: timeText(timestampMs),
        lastCommitTimestamp: timeText(last),
      });
    }
    const found = await newestNotAfter(times, timestampMs, timeOf);
    if (found !== undefined) return found.version;
    throw error("DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION", {
      userTimestamp: timeText(timestampMs),
      commitTs: timeText(await timeOf(first)),
    });
  }

  /**
   * The commits a time is searched in. With in-commit timestamps on, those since they were turned
   * on have their own times, and only they are searched for a time not before it
   * (PROTOCOL.md#in-commit-timestamps).
   */
  #timesFor(timestampMs: number, listed: readonly VersionTime[]): TimeSearch {
    const fileTime = async (time: VersionTime): Promise<number> => time.timestamp;
    const metadata = this.#newest?.metadata;
    if (metadata === undefined || !hasInCommitTimestamps(metadata)) {
      return { times: listed, timeOf: fileTime };
    }
    const since = Number(metadata.configuration["delta.inCommitTimestampEnablementVersion"] ?? 0);
    const from = Number(metadata.configuration["delta.inCommitTimestampEnablementTimestamp"] ?? 0);
    if (timestampMs < from) {
      return { times: listed.filter((time) => time.version < since), timeOf: fileTime };
    }
    const ownTime = async (time: VersionTime): Promise<number> => {
      const [commit] = await readCommits(this.location, [time]);
      return commit?.timestamp ?? time.timestamp;
    };
    return { times: listed.filter((time) => time.version >= since), timeOf: ownTime };
  }

  async commit(version: number): Promise<Commit | undefined> {
    const commit = await this.#read(version);
    if (commit !== undefined) return commit;
    if (this.#newest === undefined) await this.#reload();
    if (this.#newest === undefined || version > this.#newest.version) return undefined;
    const first = versionTimes(await listLog(this.location, 0))[0];
    const earliest = first?.version ?? this.#newest.version + 1;
    throw error("DELTA_LOG_FILE_NOT_FOUND", { version, path: this.#path, earliest });
  }

  async #read(version: number): Promise<Commit | undefined> {
    const path = logPath(this.location, version, "json");
    const { store } = this.location;
    try {
      const { bytes, status } = store.readFile
        ? await store.readFile(path)
        : { bytes: await store.read(path) };
      const actions = parseCommit(bytes, path);
      const timestamp = inCommitTimestamp(actions) ?? commitInfoOf(actions)?.timestamp ?? 0;
      return { version, timestamp, actions, ...(status && { file: status }) };
    } catch (thrown) {
      if (isError(thrown, "PATH_NOT_FOUND")) return undefined;
      throw thrown;
    }
  }

  /** A commit not seen before: its time is that of its file, which may cost a second call. */
  async #readNew(version: number): Promise<Commit | undefined> {
    const commit = await this.#read(version);
    if (commit === undefined || inCommitTimestamp(commit.actions) !== undefined) return commit;
    const path = logPath(this.location, version, "json");
    const status = commit.file ?? (await this.location.store.stat(path));
    const before = this.#newest?.timestamp ?? Number.NEGATIVE_INFINITY;
    const time = status?.modificationTime ?? commit.timestamp;
    return { ...commit, timestamp: Math.max(time, before + 1) };
  }

  async *commits(from: number, to: number): AsyncIterable<Commit> {
    const files = await listLog(this.location, Math.max(0, from - unorderedTimesMax));
    const times = versionTimes(files).filter(({ version }) => version >= from && version <= to);
    for (let start = 0; start < times.length; start += commitsAtOnce) {
      yield* await readCommits(this.location, times.slice(start, start + commitsAtOnce));
    }
  }

  async history(limit?: number): Promise<readonly Commit[]> {
    const times = versionTimes(await listLog(this.location, 0));
    return readCommits(this.location, limit === undefined ? times : times.slice(-limit));
  }

  write(request: CommitRequest): Promise<CommitResult> {
    return writeCommit(this, request);
  }
}

function timeText(ms: number): string {
  return new Timestamp(BigInt(Math.trunc(ms)) * 1000n).toString();
}
