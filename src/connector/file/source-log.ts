import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import { join, type Location } from "../../storage/store.ts";

/** One file of the log, by Spark's keys and in their order. */
export interface FileEntry {
  /** The URI as Hadoop prints it. */
  readonly path: string;
  /** Modification time, ms since the epoch. */
  readonly timestamp: number;
  /** The log entry it came with; -1 marks a file that was there before and is not to be read. */
  readonly batchId: number;
}

/** Every tenth entry holds all up to it (spark.sql.streaming.fileSource.log.compactInterval). */
const compactInterval = 10;
/** How long an entry that a compact one covers stays (…fileSource.log.cleanupDelay). */
const cleanupDelayMs = 600_000;
/** Entries that recovery may ask for: spark.sql.streaming.minBatchesToRetain. */
const retainedEntries = 100;
/** Newest entries kept in memory: a batch in the making, and the one before it. */
const cachedEntries = 4;

/**
 * Spark's FileStreamSourceLog: `<folder>/0`, `1` … `9.compact`, each `v1` and a JSON text a line,
 * without a newline at the end. Entries are dense from 0; none is empty.
 */
export class SourceLog {
  readonly #folder: Location;
  readonly #cache = new Map<number, readonly FileEntry[]>();
  #latest: number;

  private constructor(folder: Location, latest: number) {
    this.#folder = folder;
    this.#latest = latest;
  }

  /** Opens the log and hands every file of it to `each`, oldest first. */
  static async open(folder: Location, each: (entry: FileEntry) => void): Promise<SourceLog> {
    const ids = await listIds(folder);
    const latest = Math.max(-1, ...ids);
    const log = new SourceLog(folder, latest);
    const compact = lastCompact(latest);
    if (compact >= 0) for (const entry of await log.#read(compact)) each(entry);
    for (let id = compact + 1; id <= latest; id++) {
      for (const entry of await log.#read(id)) each(entry);
    }
    return log;
  }

  /** The newest entry's number, -1 if there is none. */
  get latest(): number {
    return this.#latest;
  }

  /**
   * Makes the next entry durable: from then on the source has promised to read these files.
   * CONCURRENT_STREAM_LOG_UPDATE if another process has made it.
   */
  async add(files: readonly Omit<FileEntry, "batchId">[], batchId?: number): Promise<number> {
    const id = this.#latest + 1;
    const entries = files.map(({ path, timestamp }) => ({
      path,
      timestamp,
      batchId: batchId ?? id,
    }));
    const compact = isCompact(id);
    const before = compact ? await this.#bodies(id - compactInterval, id - 1) : [];
    const text = ["v1", ...before, ...entries.map((entry) => JSON.stringify(entry))].join("\n");
    const path = this.#path(id);
    if (!(await this.#folder.store.putIfAbsent(path, Buffer.from(text)))) {
      throw error("CONCURRENT_STREAM_LOG_UPDATE", { batchId: id });
    }
    this.#latest = id;
    this.#cache.set(id, entries);
    for (const old of this.#cache.keys()) {
      if (this.#cache.size > cachedEntries) this.#cache.delete(old);
    }
    if (compact) await this.#clean(id);
    return id;
  }

  /** The files of entries (`after`, `to`], in order. */
  async entries(after: number, to: number): Promise<readonly FileEntry[]> {
    const all: FileEntry[] = [];
    for (let id = after + 1; id <= to; id++) {
      const entries = this.#cache.get(id) ?? (await this.#own(id));
      for (const entry of entries) all.push(entry);
    }
    return all;
  }

  /** The files of one entry, also where only a later compact one has them. */
  async #own(id: number): Promise<readonly FileEntry[]> {
    for (let holder = id; holder <= this.#latest; holder = nextCompact(holder + 1)) {
      if (await this.#folder.store.stat(this.#path(holder))) {
        return (await this.#read(holder)).filter((entry) => entry.batchId === id);
      }
    }
    throw error("SOURCE_LOG_ENTRY_MISSING", { path: this.#folder.path, entry: id });
  }

  /** The lines of a compact entry (if there is one) and of the entries after it, as texts. */
  async #bodies(compact: number, to: number): Promise<readonly string[]> {
    const bodies: string[] = [];
    for (let id = Math.max(0, compact); id <= to; id++) {
      const body = await this.#body(id);
      if (body !== "") bodies.push(body);
    }
    return bodies;
  }

  async #read(id: number): Promise<readonly FileEntry[]> {
    const body = await this.#body(id);
    return body === "" ? [] : body.split("\n").map((line) => this.#parse(line, id));
  }

  #parse(line: string, id: number): FileEntry {
    try {
      const { path, timestamp, batchId } = JSON.parse(line) as FileEntry;
      if (typeof path === "string" && typeof timestamp === "number") {
        return { path, timestamp, batchId };
      }
    } catch {
      // Not JSON: the same as JSON of another shape.
    }
    throw this.#corrupt(id, `this is no entry: ${line.slice(0, 100)}`);
  }

  async #body(id: number): Promise<string> {
    const bytes = await this.#folder.store.read(this.#path(id));
    const text = Buffer.from(bytes).toString("utf8");
    const end = text.indexOf("\n");
    const version = end < 0 ? text : text.slice(0, end);
    if (version !== "v1")
      throw this.#corrupt(id, `its version is '${version.slice(0, 20)}', not v1`);
    return end < 0 ? "" : text.slice(end + 1);
  }

  #corrupt(id: number, reason: string): Error {
    return error("CANNOT_PARSE_SOURCE_LOG", { path: this.#path(id), reason });
  }

  #path(id: number): string {
    return join(this.#folder, isCompact(id) ? `${id}.compact` : String(id)).path;
  }

  /** Removes what a compact entry covers and recovery no longer asks for; best effort. */
  async #clean(compact: number): Promise<void> {
    const { store, path } = this.#folder;
    const before = compact - Math.max(retainedEntries, compactInterval);
    for await (const file of store.list(`${path}/`)) {
      const id = idOf(file.path);
      if (id === undefined || id >= before) continue;
      if (file.modificationTime > env.now() - cleanupDelayMs) continue;
      await store.delete(file.path);
      const at = file.path.lastIndexOf("/") + 1;
      // A checksum that Hadoop left would fail Spark's next file of that name.
      await store.delete(`${file.path.slice(0, at)}.${file.path.slice(at)}.crc`);
    }
  }
}

function isCompact(id: number): boolean {
  return (id + 1) % compactInterval === 0;
}

function lastCompact(latest: number): number {
  return latest - ((latest + 1) % compactInterval);
}

function nextCompact(id: number): number {
  return Math.ceil((id + 1) / compactInterval) * compactInterval - 1;
}

function idOf(path: string): number | undefined {
  const match = /^(\d+)(\.compact)?$/.exec(path.slice(path.lastIndexOf("/") + 1));
  return match ? Number(match[1]) : undefined;
}

async function listIds(folder: Location): Promise<readonly number[]> {
  const ids: number[] = [];
  for await (const { path } of folder.store.list(`${folder.path}/`)) {
    const id = idOf(path);
    if (id !== undefined) ids.push(id);
  }
  return ids;
}
