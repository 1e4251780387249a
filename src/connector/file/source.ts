import { error } from "../../error/error.ts";
import type { StructType } from "../../schema/type.ts";
import { join, type Location } from "../../storage/store.ts";
import type { Batch, Offset, ReadLimit, Source, SourceContext } from "../../stream/source.ts";
import type { ConnectorContext } from "../connector.ts";
import { fileGone, mapFiles, type ReadFile } from "./input.ts";
import { type FoundFile, type ListingRules, listFiles, partitionBelow } from "./listing.ts";
import { batchLength, type FilePolicy, identity, newFiles } from "./plan.ts";
import { SeenFiles } from "./seen.ts";
import { type FileEntry, SourceLog } from "./source-log.ts";
import { hadoopUri, locateUri } from "./uri.ts";

/** Files listed but not planned, kept for the next trigger (Spark's maxCachedFiles). */
const maxUnread = 10_000;
/** The kept files are dropped for a new listing below this part of a batch. */
const discardRatio = 0.2;
/** Planned files whose size is remembered; the others are looked at again. */
const maxKnown = 100_000;
/** The file that says that the first start has passed over what was there, if only nothing. */
const passedMark = "existing-files-passed";

/** What a file source reads, and how. */
export interface FileSourceSpec {
  readonly description: string;
  readonly schema: StructType;
  readonly paths: readonly Location[];
  readonly rules: ListingRules;
  readonly policy: FilePolicy;
  /** Files older than this against the newest are passed over; absent: none. */
  readonly maxFileAgeMs?: number;
  /** Files there at the very first start are read too. */
  readonly includeExisting: boolean;
  readonly ignoreMissing: boolean;
  readonly context: ConnectorContext;
  /** The rows of some files, in their order. What it opens, it releases at the next call. */
  read(files: readonly ReadFile[]): Promise<Batch>;
  close(): Promise<void>;
  /** As `Source.failed`. */
  failed?(thrown: unknown): Promise<void>;
  /** What is done with files after their batch. */
  cleaner?(checkpoint: Location, log: CleanedLog): Promise<Cleaner>;
}

/** What cleaning asks of the source log. */
export type CleanedLog = Pick<SourceLog, "latest" | "entries">;

/** Cleans up after batches. */
export interface Cleaner extends AsyncDisposable {
  /** Entries of the source log up to `end` are committed. */
  commit(end: number): Promise<void>;
  /** Time has gone by. */
  look(): void;
}

/**
 * A stream of the files that appear in folders, in Spark's checkpoint format: an entry of the
 * source log names the files of a batch and is durable before the offset that means it. Files
 * planned ahead (AvailableNow) are entries of their own, which later batches take one by one.
 */
export async function openFileSource(
  spec: FileSourceSpec,
  { checkpoint }: SourceContext,
): Promise<Source> {
  const seen = new SeenFiles(spec.maxFileAgeMs);
  const near = spec.paths[0]!;
  const pending: FileEntry[] = [];
  const log = await SourceLog.open(checkpoint, (entry) => pending.push(entry));
  let baseline = -1;
  for (const entry of pending) {
    if (entry.batchId < 0) baseline = 0;
    const { path } = await locateUri(entry.path, near, spec.context);
    seen.add(identity(path, entry.timestamp, spec.policy), entry.timestamp);
  }
  seen.purge();
  const cleaner = await spec.cleaner?.(checkpoint, log);
  const source = new FileSource(spec, { log, seen, baseline, cleaner });
  if (log.latest < 0 && !spec.includeExisting) {
    const mark = join(checkpoint, passedMark);
    if (!(await mark.store.stat(mark.path))) await source.passOverExisting();
    await mark.store.putIfAbsent(mark.path, new Uint8Array());
  }
  return source;
}

interface State {
  readonly log: SourceLog;
  readonly seen: SeenFiles;
  /** The entry of the files that were there before, which no batch reads; -1 if there is none. */
  readonly baseline: number;
  readonly cleaner: Cleaner | undefined;
}

class FileSource implements Source {
  readonly schema: StructType;
  readonly description: string;
  readonly #spec: FileSourceSpec;
  readonly #log: SourceLog;
  readonly #seen: SeenFiles;
  readonly #known = new Map<string, FoundFile>();
  readonly #cleaner: Cleaner | undefined;
  #baseline: number;
  #unread: readonly FoundFile[] = [];

  constructor(spec: FileSourceSpec, { log, seen, baseline, cleaner }: State) {
    this.schema = spec.schema;
    this.description = spec.description;
    this.#spec = spec;
    this.#log = log;
    this.#seen = seen;
    this.#baseline = baseline;
    this.#cleaner = cleaner;
  }

  async passOverExisting(): Promise<void> {
    const { paths, rules } = this.#spec;
    const found = await listFiles(paths, rules);
    if (found.length === 0) return;
    this.#baseline = await this.#plan(found, -1);
  }

  async latestOffset(
    start: Offset | undefined,
    limit: ReadLimit,
    until?: Offset,
  ): Promise<Offset | undefined> {
    this.#cleaner?.look();
    const from = Math.max(this.#baseline, this.#number(start));
    if (until !== undefined) {
      const next = Math.min(from + 1, this.#number(until), this.#log.latest);
      return next > from ? offsetText(next) : start;
    }
    if (limit.kind === "options" && this.#log.latest > from) return offsetText(from + 1);
    const files = await this.#look();
    if (limit.kind === "all") {
      for (let at = 0; at < files.length; ) at += await this.#planFrom(files, at);
    } else if (files.length > 0) {
      const taken = await this.#planFrom(files, 0);
      this.#remember(files.slice(taken), taken);
    }
    return this.#log.latest > from ? offsetText(this.#log.latest) : start;
  }

  async input(start: Offset | undefined, end: Offset): Promise<Batch> {
    const from = Math.max(this.#baseline, this.#number(start));
    const entries = await this.#log.entries(from, this.#number(end));
    const files = await mapFiles(entries, (entry) => this.#resolve(entry));
    return this.#spec.read(files.filter((file) => file !== undefined));
  }

  async commit(end: Offset): Promise<void> {
    await this.#cleaner?.commit(this.#number(end));
    if (this.#known.size >= maxKnown) this.#known.clear();
  }

  async failed(thrown: unknown): Promise<void> {
    await this.#spec.failed?.(thrown);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cleaner?.[Symbol.asyncDispose]();
    await this.#spec.close();
  }

  /** New files in the order they are to be read: those left over, or a fresh listing. */
  async #look(): Promise<readonly FoundFile[]> {
    const left = this.#unread;
    this.#unread = [];
    if (left.length > 0) return left;
    const { paths, rules, policy } = this.#spec;
    return newFiles(await listFiles(paths, rules), this.#seen, policy);
  }

  #remember(left: readonly FoundFile[], taken: number): void {
    const worth = left.length >= discardRatio * taken && !this.#spec.policy.latestFirst;
    this.#unread = worth ? left.slice(0, maxUnread) : [];
  }

  async #planFrom(files: readonly FoundFile[], at: number): Promise<number> {
    const length = batchLength(files, at, this.#spec.policy);
    await this.#plan(files.slice(at, at + length));
    return length;
  }

  async #plan(files: readonly FoundFile[], batchId?: number): Promise<number> {
    const entries = files.map((file) => ({
      path: hadoopUri(file.location),
      timestamp: file.modificationTime,
    }));
    const id = await this.#log.add(entries, batchId);
    for (const [index, file] of files.entries()) {
      const { path, modificationTime } = file;
      this.#seen.add(identity(path, modificationTime, this.#spec.policy), modificationTime);
      if (this.#known.size < maxKnown) this.#known.set(entries[index]!.path, file);
    }
    this.#seen.purge();
    return id;
  }

  async #resolve(entry: FileEntry): Promise<ReadFile | undefined> {
    const { paths, context, ignoreMissing, rules } = this.#spec;
    const known = this.#known.get(entry.path);
    this.#known.delete(entry.path);
    if (known && !ignoreMissing) return known;
    const location = await locateUri(entry.path, paths[0]!, context);
    const status = await location.store.stat(location.path);
    if (!status && !ignoreMissing) throw fileGone(location);
    return (
      status && { ...status, location, partition: partitionBelow(location.path, paths, rules) }
    );
  }

  #number(offset: Offset | undefined): number {
    return offset === undefined ? -1 : offsetNumber(offset, this.description);
  }
}

/** The offset of a log entry, byte for byte as Spark writes it. */
function offsetText(entry: number): Offset {
  return `{"logOffset":${entry}}`;
}

/** The log entry an offset means; also the bare number of old checkpoints. */
function offsetNumber(offset: Offset, source: string): number {
  try {
    const parsed = JSON.parse(offset) as unknown;
    const entry =
      typeof parsed === "number" ? parsed : (parsed as { logOffset?: unknown } | null)?.logOffset;
    if (Number.isSafeInteger(entry)) return entry as number;
  } catch {
    // Not JSON: the same as JSON of another shape.
  }
  throw error("INVALID_SOURCE_OFFSET", { offset, source });
}
