import { env } from "../../env.ts";
import { error, isError } from "../../error/error.ts";
import { columnMappingMode } from "../../log/column-mapping.ts";
import type { Commit } from "../../log/log.ts";
import { logPath } from "../../log/path.ts";
import { checkReadable } from "../../log/protocol.ts";
import type { Snapshot } from "../../log/snapshot.ts";
import type { StructType } from "../../schema/type.ts";
import { isRemote } from "../../storage/remote.ts";
import { isSameFile } from "../../storage/same.ts";
import { type FileStatus, join, type Location } from "../../storage/store.ts";
import type { Batch, Offset, ReadLimit, Source } from "../../stream/source.ts";
import { type DeltaTable, tableAt } from "../../table/table.ts";
import { firstNotBefore } from "./change-range.ts";
import { type CommitRule, checkMetadata } from "./commit.ts";
import {
  afterVersion,
  beforeFirst,
  compareOffsets,
  type DeltaOffset,
  formatOffset,
  parseOffset,
} from "./offset.ts";
import type { DeltaSourceOptions } from "./option.ts";
import {
  admit,
  type StreamedFile,
  slice,
  unlimited,
  type VersionFiles,
  versionsBetween,
} from "./plan.ts";

/** Commits kept between planning a batch and reading it; others are read again. */
const maxKeptCommits = 64;
/** An idle stream looks this often whether the log is still the one it reads. */
const idleCheckMs = 60_000;

/** What a stream gives of a table: the rows that come to it, or its changes. */
export interface Reading<F extends StreamedFile> {
  readonly schema: StructType;
  /** What a snapshot gives that the stream begins with. */
  snapshot(snapshot: Snapshot): Promise<VersionFiles<F>>;
  /** What a commit gives; throws where the stream cannot go on. */
  commit(commit: Commit): Promise<VersionFiles<F>>;
  /** The rows of files, with the columns of the dataset and its hidden ones. */
  read(versions: readonly VersionFiles<F>[]): Promise<Batch>;
}

export interface DeltaSourceSpec<F extends StreamedFile> {
  readonly table: DeltaTable;
  /** What rows are read with: schema, column mapping, partitioning. */
  readonly snapshot: Snapshot;
  readonly options: DeltaSourceOptions;
  readonly description: string;
  readonly checkpoint: Location;
  readonly reading: Reading<F>;
}

/**
 * A Delta table as a stream, by Delta's own offsets: first the files of a snapshot, then those of
 * each commit. An idle trigger reads one commit file that is not there, and nothing else.
 */
export class DeltaSource<F extends StreamedFile> implements Source {
  readonly schema: StructType;
  readonly description: string;
  readonly remote: boolean;
  readonly #spec: DeltaSourceSpec<F>;
  readonly #rule: CommitRule;
  readonly #commits = new Map<number, VersionFiles<F>>();
  #log: DeltaTable["log"];
  /** The file of the newest version read: another one is another log. */
  #anchor: { readonly version: number; readonly file: FileStatus } | undefined;
  #newest: number;
  /** What the store said of it, where it was told with the commit. */
  #newestFile: FileStatus | undefined;
  #checkedMs = env.monotonic();
  #initial: VersionFiles<F> | undefined;
  #first: DeltaOffset | undefined;
  #started = false;

  constructor(spec: DeltaSourceSpec<F>) {
    const { snapshot, options, table } = spec;
    this.schema = spec.reading.schema;
    this.description = spec.description;
    this.remote = isRemote(table.location.store);
    this.#spec = spec;
    this.#rule = { table: table.name, snapshot, options };
    this.#log = table.log;
    this.#newest = snapshot.version;
  }

  async latestOffset(
    start: Offset | undefined,
    limit: ReadLimit,
    until?: Offset,
  ): Promise<Offset | undefined> {
    const from = start === undefined ? await this.#startingOffset() : await this.#goOn(start);
    const stop = until === undefined ? undefined : this.#parse(until);
    let end = from;
    let room = limit.kind === "all" ? unlimited : this.#spec.options.limit;
    while (stop === undefined || compareOffsets(end, stop) < 0) {
      const version = await this.#versionAt(end);
      if (version === undefined) break;
      const { version: found } = version;
      const at = end.version === found ? end : { ...end, version: found, index: beforeFirst };
      const first = compareOffsets(at, from) === 0;
      const admission = admit(at, version, { limit: room, skip: this.#skip, first });
      if (compareOffsets(admission.end, end) === 0) break;
      end = admission.end;
      room = admission.left;
      // The first batch is the snapshot alone: its end says which one it was.
      if (admission.full || (start === undefined && from.initial)) break;
    }
    await this.#checkHistory();
    if (stop !== undefined && compareOffsets(end, stop) > 0) end = stop;
    return compareOffsets(end, from) === 0 ? start : formatOffset(end);
  }

  async input(start: Offset | undefined, end: Offset): Promise<Batch> {
    const to = this.#parse(end);
    const from = start === undefined ? await this.#firstOffset(to) : await this.#goOn(start);
    const parts: VersionFiles<F>[] = [];
    for (const version of versionsBetween(from, to)) {
      const at = { ...from, version, initial: from.initial && version === from.version };
      const part = await this.#versionAt(at);
      if (part?.version !== version) continue; // its log is lost, and that was forgiven
      const files = slice(part, from, to).filter((file) => !this.#skip(file));
      parts.push({ ...part, files });
    }
    return this.#spec.reading.read(parts);
  }

  async commit(end: Offset): Promise<void> {
    const { version, initial } = parseOffset(end);
    for (const kept of this.#commits.keys()) if (kept < version) this.#commits.delete(kept);
    if (!initial) this.#initial = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  readonly #skip = (file: F): boolean => this.#spec.options.exclude?.test(file.path) ?? false;

  get #tableId(): string {
    return this.#spec.snapshot.metadata.id;
  }

  #parse(offset: Offset): DeltaOffset {
    const parsed = parseOffset(offset);
    if (parsed.tableId === this.#tableId) return parsed;
    throw this.#anotherTable(parsed.tableId, this.#tableId);
  }

  /**
   * Where a stream goes on. The names of columns may have changed while it was stopped: no commit
   * that it reads need tell of that.
   */
  async #goOn(start: Offset): Promise<DeltaOffset> {
    const from = this.#parse(start);
    if (this.#started) return from;
    const { metadata } = this.#spec.snapshot;
    if (columnMappingMode(metadata) !== "none") await this.#checkStart(from.version);
    this.#started = true;
    return from;
  }

  /** The files of the version an offset stands in; undefined if it is not there yet. */
  async #versionAt(offset: DeltaOffset): Promise<VersionFiles<F> | undefined> {
    const { version, initial } = offset;
    if (initial) return this.#snapshotFiles(version);
    const kept = this.#commits.get(version);
    if (kept) return kept;
    const log = this.#log;
    const commit = await log.commit(version).catch((thrown: unknown) => {
      if (!isError(thrown, "DELTA_LOG_FILE_NOT_FOUND")) throw thrown;
      const { table, options } = this.#spec;
      const earliest = Number(thrown.parameters["earliest"]);
      if (!options.failOnDataLoss && earliest > version) return log.commit(earliest);
      const parameters = { version, table: table.name };
      throw error("DELTA_LOG_FILE_NOT_FOUND_FOR_STREAMING_SOURCE", parameters, thrown);
    });
    if (!commit) return undefined;
    const files = await this.#spec.reading.commit(commit);
    if (files.version >= this.#newest) {
      this.#newest = files.version;
      this.#newestFile = commit.file;
    }
    this.#commits.set(files.version, files);
    for (const old of this.#commits.keys()) {
      if (this.#commits.size > maxKeptCommits) this.#commits.delete(old);
    }
    return files;
  }

  async #snapshotFiles(version: number): Promise<VersionFiles<F>> {
    if (this.#initial?.version === version) return this.#initial;
    const { snapshot, table } = this.#spec;
    const at = snapshot.version === version ? snapshot : await this.#log.snapshotAt(version);
    checkReadable(at, table.name);
    this.#initial = await this.#spec.reading.snapshot(at);
    return this.#initial;
  }

  /**
   * Refuses what was read, if meanwhile the table was dropped and made anew: its commits have the
   * same names. Where the log was cleaned past the stream, the next look finds that out.
   */
  async #checkHistory(): Promise<void> {
    const now = env.monotonic();
    const before = this.#anchor;
    if (this.#newest === before?.version && now - this.#checkedMs < idleCheckMs) return;
    this.#checkedMs = now;
    const { table } = this.#spec;
    const { store } = table.location;
    if (before !== undefined && !isSameFile(before.file, await store.stat(before.file.path))) {
      const { log } = await tableAt(table.location, table.context, table.name);
      const id = (await log.update())?.metadata.id;
      if (id === undefined) throw error("DELTA_TABLE_NOT_FOUND", { tableName: table.name });
      if (id !== this.#tableId) throw this.#anotherTable(this.#tableId, id);
      this.#log = log;
    }
    const path = logPath(table.location, this.#newest, "json");
    const file = this.#newestFile ?? (await store.stat(path));
    // Without its file, another look has to tell.
    const none = { path, size: -1, modificationTime: Number.NaN };
    this.#anchor = { version: this.#newest, file: file ?? none };
  }

  #anotherTable(oldTableId: string, newTableId: string): Error {
    return error("DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE", { oldTableId, newTableId });
  }

  /** Where a stream without a checkpoint begins; fixed for the life of the source. */
  async #startingOffset(): Promise<DeltaOffset> {
    this.#first ??= await this.#resolveStart();
    return this.#first;
  }

  async #resolveStart(): Promise<DeltaOffset> {
    const { start, beyond } = this.#spec.options;
    const { name } = this.#spec.table;
    const log = this.#log;
    const latest = (await log.update())?.version ?? this.#spec.snapshot.version;
    const tail = (version: number): DeltaOffset => afterVersion(this.#tableId, version - 1);
    switch (start.kind) {
      case "snapshot":
        return { tableId: this.#tableId, version: latest, index: beforeFirst, initial: true };
      case "latest":
        return tail(await this.#keepStart(latest + 1));
      case "version":
        if (start.version > latest + 1 && !beyond) await log.snapshotAt(start.version);
        await this.#checkStart(start.version);
        return tail(start.version);
      case "timestamp": {
        const version = await firstNotBefore(log, start.timestampMs);
        if (version !== undefined) await this.#checkStart(version);
        if (version !== undefined) return tail(version);
        if (beyond) return tail(latest + 1);
        throw error("DELTA_STARTING_TIMESTAMP_AFTER_LATEST", {
          timestamp: start.text,
          version: latest,
          table: name,
        });
      }
    }
  }

  /** Files of before a change of the table may not be what they are to be read as. */
  async #checkStart(version: number): Promise<void> {
    if (version >= this.#spec.snapshot.version) return;
    const at = await this.#log.snapshotAt(version).catch((thrown: unknown) => {
      if (isError(thrown, "DELTA_VERSION_NOT_FOUND")) return undefined; // its commits may be there
      throw thrown;
    });
    if (at === undefined) return;
    checkReadable(at, this.#spec.table.name);
    checkMetadata(at, { version, rule: this.#rule });
  }

  /** `latest` is the version when the query first started: a file of the source's says it. */
  async #keepStart(version: number): Promise<number> {
    const { store, path } = join(this.#spec.checkpoint, "starting-version");
    if (await store.putIfAbsent(path, Buffer.from(String(version)))) return version;
    return Number(Buffer.from(await store.read(path)).toString("utf8"));
  }

  /** The beginning of a first batch that ends at `end`. */
  async #firstOffset(end: DeltaOffset): Promise<DeltaOffset> {
    if (this.#spec.options.start.kind !== "snapshot") return this.#startingOffset();
    const version = end.initial ? end.version : end.version - 1;
    return { tableId: this.#tableId, version, index: beforeFirst, initial: true };
  }
}
