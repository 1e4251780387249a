import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { Location } from "../../storage/store.ts";
import { FileIndex, type IndexPlace } from "./file-index.ts";
import {
  compactBytes,
  compactInterval,
  corruptLog,
  entryLine,
  type FileEntry,
  isCompact,
  type LogFile,
  type LogVersion,
  lastCompact,
  logBytes,
  logId,
  logPath,
  nextCompact,
  parseEntries,
  readCompact,
  readLogFile,
} from "./log-file.ts";
import { fileKey } from "./plan.ts";
import type { RunRecord } from "./run.ts";

/** How long an entry that a later one covers stays (…fileSource.log.cleanupDelay). */
const cleanupDelayMs = 600_000;
/** Entries that recovery may ask for: spark.sql.streaming.minBatchesToRetain. */
const retainedEntries = 100;
/** Newest entries kept in memory: a batch in the making, and the one before it. */
const cachedEntries = 2;

/** What the log holds as files of Spark's layout, and as files of its own beside the index. */
export interface LogBounds {
  /** Files of a log in Spark's layout: Spark writes them all again every tenth entry. */
  readonly files: number;
  /** Files of entries that are not in the index, all in memory. */
  readonly tail: number;
  /** Entries that are not in the index: what recovery reads one by one. */
  readonly tailEntries: number;
}

export const logBounds: LogBounds = { files: 100_000, tail: 20_000, tailEntries: 200 };

export interface LogSettings {
  /** `<checkpoint>/sources/<i>`. */
  readonly folder: Location;
  /** A local folder for files in the making. */
  readonly staging: string;
  /** Files are known by their names alone; undefined: as the index has it, for who only reads. */
  readonly byName: boolean | undefined;
  readonly bounds: LogBounds;
}

/** A file to take into the log. */
export type NewEntry = Omit<FileEntry, "batchId">;

/**
 * Spark's FileStreamSourceLog: `<folder>/0`, `1` … `9.compact`, each `v1` and a JSON text a line,
 * without a newline at the end. Entries are dense from 0; none is empty. Once it holds more files
 * than Spark's layout is good for, those of past entries go into an index (`FileIndex`), entries
 * have their own files only, and their version tells Spark that it cannot go on here.
 */
export class SourceLog implements AsyncDisposable {
  readonly #settings: LogSettings;
  readonly #cache = new Map<number, readonly FileEntry[]>();
  #latest = -1;
  #index: FileIndex | undefined;
  /** Files of entries that are not in the index. */
  #tail = 0;
  /** The first entry with files to read. */
  #firstRead: number | undefined;
  /** The index was replaced since the last entry. */
  #stale = false;

  private constructor(settings: LogSettings) {
    this.#settings = settings;
  }

  /** Opens the log and hands every file that is not in its index to `each`, oldest first. */
  static async open(settings: LogSettings, each: (entry: FileEntry) => void): Promise<SourceLog> {
    const log = new SourceLog(settings);
    let covered = -1;
    const { folder } = settings;
    for await (const files of folder.store.names(`${folder.path}/`)) {
      for (const { path } of files) {
        log.#latest = Math.max(log.#latest, logId(path) ?? -1);
        covered = Math.max(covered, FileIndex.covered(path) ?? -1);
      }
    }
    if (covered >= 0) log.#index = await FileIndex.open(log.#place, covered);
    // After a crash at the change to the index, or entries that are lost, nothing may be skipped.
    if (covered > log.#latest) throw corruptLog(folder.path, `entry ${covered} is missing`);
    log.#firstRead = log.#index?.manifest.firstRead;
    for await (const entries of log.#tailEntries()) {
      for (const entry of entries) {
        log.#tail += 1;
        if (entry.batchId >= 0) {
          log.#firstRead = Math.min(log.#firstRead ?? entry.batchId, entry.batchId);
        }
        each(entry);
      }
    }
    return log;
  }

  /** The newest entry's number, -1 if there is none. */
  get latest(): number {
    return this.#latest;
  }

  /** The last of the entries at the start that hold no files to read; -1 if there is none. */
  get passed(): number {
    return this.#firstRead === undefined ? this.#latest : this.#firstRead - 1;
  }

  /** What holds the files that `open` has not handed out, and those `add` said to forget. */
  get index(): FileIndex | undefined {
    return this.#index;
  }

  /** Files in the log. */
  get files(): number {
    return this.#tail + (this.#index?.records ?? 0);
  }

  /**
   * Makes the next entry durable: from then on the source has promised to read these files.
   * CONCURRENT_STREAM_LOG_UPDATE if another process has made it.
   */
  async add(files: readonly NewEntry[], batchId?: number): Promise<number> {
    const id = this.#latest + 1;
    // Of one shape: there are as many as files, and a spread takes several times the memory.
    const entries = files.map(({ path, timestamp, size, discoveryTime, etag }) => {
      return { path, timestamp, batchId: batchId ?? id, size, discoveryTime, etag };
    });
    const version: LogVersion = this.#index ? "indexed" : "spark";
    const compact = isCompact(id);
    const { folder } = this.#settings;
    const lines = entries.map(entryLine);
    const bytes =
      compact && !this.#index ? await compactBytes(folder, id, lines) : logBytes(version, lines);
    if (!(await folder.store.putIfAbsent(logPath(folder, id), bytes))) {
      throw error("CONCURRENT_STREAM_LOG_UPDATE", { batchId: id });
    }
    this.#latest = id;
    if (batchId === undefined) this.#firstRead ??= id;
    this.#tail += entries.length;
    this.#cache.set(id, entries);
    for (const old of this.#cache.keys()) {
      if (this.#cache.size > cachedEntries) this.#cache.delete(old);
    }
    if (this.#stale) await this.#index?.clean();
    this.#stale = false;
    if (compact) await this.#clean(this.#index?.manifest.covered ?? id);
    return id;
  }

  /**
   * Makes room for more files: takes those of past entries into the index where there are too
   * many, without those older than `oldest`. True: what `open` and `add` had is in the index now.
   */
  async settle(more: number, oldest: number): Promise<boolean> {
    const { files, tail, tailEntries } = this.#settings.bounds;
    const index = this.#index;
    const full = index
      ? this.#tail + more > tail || this.#latest - index.manifest.covered >= tailEntries
      : this.#tail + more > files;
    if (!full || this.#tail === 0) return false;
    this.#index = await FileIndex.extend(this.#place, index, {
      ...{ covered: this.#latest, records: this.#tailRecords(), oldest },
      ...(this.#firstRead === undefined ? {} : { firstRead: this.#firstRead }),
    });
    this.#tail = 0;
    this.#stale = true;
    return true;
  }

  /** The files to read of entries (`after`, `to`], in order. */
  async entries(after: number, to: number): Promise<readonly FileEntry[]> {
    const all: FileEntry[] = [];
    for (let id = after + 1; id <= to; id++) {
      const entries = this.#cache.get(id) ?? (await this.#own(id));
      for (const entry of entries) if (entry.batchId >= 0) all.push(entry);
    }
    return all;
  }

  /** Every file of the log: those of the index by name, then the others as they came. */
  async *all(): AsyncGenerator<FileEntry> {
    for (const record of this.#index?.entries() ?? []) {
      const { key, timestamp, batchId, size, discoveryTime } = record;
      yield {
        ...{ path: key.slice(key.lastIndexOf("\0") + 1), timestamp, batchId },
        ...(size === undefined ? {} : { size }),
        ...(discoveryTime === undefined ? {} : { discoveryTime }),
      };
    }
    for await (const entries of this.#tailEntries()) yield* entries;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#index?.[Symbol.asyncDispose]();
  }

  get #place(): IndexPlace {
    const { folder, staging, bounds, byName } = this.#settings;
    return { folder, staging, byName, runRecords: bounds.tail };
  }

  async *#tailRecords(): AsyncGenerator<Iterable<RunRecord>> {
    const { byName = false } = this.#settings;
    for await (const entries of this.#tailEntries()) yield recordsOf(entries, byName);
  }

  /** The files of entries that are not in the index, oldest first, those of a file at a time. */
  async *#tailEntries(): AsyncGenerator<Iterable<FileEntry>> {
    const { folder } = this.#settings;
    const first = (this.#index?.manifest.covered ?? -1) + 1;
    let id = first;
    const compact = lastCompact(this.#latest);
    if (compact >= first) {
      const file = await readCompact(folder, compact);
      if (file.version === "spark") {
        // Also where Spark went on from what the index was made of: it has the files before, too.
        for await (const entries of file.entries) {
          yield first === 0 ? entries : filtered(entries, ({ batchId }) => batchId >= first);
        }
        id = compact + 1;
      } else this.#requireIndex(file, logPath(folder, compact));
    }
    for (; id <= this.#latest; id++) yield this.#cache.get(id) ?? (await this.#own(id));
  }

  /** The files of one entry, also where only a later compact one has them. */
  async #own(id: number): Promise<readonly FileEntry[]> {
    const { folder } = this.#settings;
    for (let holder = id; holder <= this.#latest; holder = nextCompact(holder + 1)) {
      const path = logPath(folder, holder);
      if (!(await folder.store.stat(path))) continue;
      if (!isCompact(holder)) {
        const file = await readLogFile(folder, holder);
        this.#requireIndex(file, path);
        return [...parseEntries(file, path)];
      }
      const file = await readCompact(folder, holder);
      this.#requireIndex(file, path);
      // With an index a compact entry holds its own files, as others do.
      if (file.version === "indexed" && holder !== id) continue;
      const own: FileEntry[] = [];
      for await (const entries of file.entries) {
        for (const entry of entries) {
          if (file.version === "indexed" || entry.batchId === id) own.push(entry);
        }
      }
      return own;
    }
    throw error("SOURCE_LOG_ENTRY_MISSING", { path: folder.path, entry: id });
  }

  #requireIndex({ version }: Pick<LogFile, "version">, path: string): void {
    if (version === "spark" || this.#index) return;
    throw corruptLog(path, "the index it needs is missing");
  }

  /** Removes what an entry (or the index up to it) covers and recovery no longer asks for. */
  async #clean(covering: number): Promise<void> {
    const { store, path } = this.#settings.folder;
    const before = covering - Math.max(retainedEntries, compactInterval);
    for await (const file of store.list(`${path}/`)) {
      const id = logId(file.path);
      if (id === undefined || id >= before) continue;
      if (file.modificationTime > env.now() - cleanupDelayMs) continue;
      await store.delete(file.path);
      const at = file.path.lastIndexOf("/") + 1;
      // A checksum that Hadoop left would fail Spark's next file of that name.
      await store.delete(`${file.path.slice(0, at)}.${file.path.slice(at)}.crc`);
    }
  }
}

function* filtered<T>(all: Iterable<T>, wanted: (one: T) => boolean): Generator<T> {
  for (const one of all) if (wanted(one)) yield one;
}

function* recordsOf(entries: Iterable<FileEntry>, byName: boolean): Generator<RunRecord> {
  for (const { path, timestamp, batchId, size, discoveryTime } of entries) {
    yield { key: fileKey(path, byName), timestamp, batchId, size, discoveryTime };
  }
}
