import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { StructType } from "../../schema/type.ts";
import { isRemote } from "../../storage/remote.ts";
import { join, type Location } from "../../storage/store.ts";
import type { Batch, Offset, ReadLimit, Source, SourceContext } from "../../stream/source.ts";
import type { ConnectorContext } from "../connector.ts";
import { Backlog, type Waiting } from "./backlog.ts";
import { Discovery, type Finder } from "./discovery.ts";
import { fileGone, type ReadFile } from "./input.ts";
import { type FoundFile, type ListingRules, partitionBelow } from "./listing.ts";
import type { FileEntry } from "./log-file.ts";
import { lookAt } from "./look.ts";
import { type Amount, Outstanding } from "./outstanding.ts";
import { type FilePolicy, takeBatch } from "./plan.ts";
import { SeenFiles } from "./seen.ts";
import { type LogBounds, logBounds, type NewEntry, SourceLog } from "./source-log.ts";
import { locateUri } from "./uri.ts";

/** The kept files are dropped for a new listing below this part of a batch. */
const discardRatio = 0.2;
/** Planned files that are remembered as they were found. */
const maxKnown = 100_000;
/** Files there before that one entry of the log passes over. */
const passedAtOnce = 10_000;
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
  /** As `DiscoverySpec`. */
  readonly incremental?: "always" | "auto";
  readonly backfillMs?: number;
  /** What finds files, if not listing alone, which it may use. */
  finder?(everything: Finder, source: SourceContext): Promise<Finder>;
  /**
   * The log keeps of each file its size, when it was found, and its ETag; progress says how much
   * waits.
   */
  readonly detailed: boolean;
  /** Absent: the usual bounds of the source log. */
  readonly bounds?: LogBounds;
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
export async function openFileSource(spec: FileSourceSpec, opened: SourceContext): Promise<Source> {
  const { checkpoint } = opened;
  const { policy, context, bounds = logBounds } = spec;
  const seen = new SeenFiles(policy, spec.maxFileAgeMs);
  const settings = {
    ...{ folder: checkpoint, staging: context.staging, bounds },
    byName: policy.fileNameOnly,
  };
  const outstanding = new Outstanding();
  const log = await SourceLog.open(settings, ({ path, timestamp, batchId, size }) => {
    seen.add(path, timestamp);
    if (spec.detailed) outstanding.add(batchId, size);
  });
  if (log.index) seen.lookInto(log.index);
  seen.purge();
  const cleaner = await spec.cleaner?.(checkpoint, log);
  const everything = new Discovery(spec);
  const finder = (await spec.finder?.(everything, opened)) ?? everything;
  const source = new FileSource(spec, { log, seen, cleaner, finder, outstanding });
  if (!spec.includeExisting && log.passed === log.latest) {
    const mark = join(checkpoint, passedMark);
    if (!(await mark.store.stat(mark.path))) await source.passOverExisting();
    await mark.store.putIfAbsent(mark.path, new Uint8Array());
  }
  return source;
}

interface State {
  readonly log: SourceLog;
  readonly seen: SeenFiles;
  readonly cleaner: Cleaner | undefined;
  readonly finder: Finder;
  readonly outstanding: Outstanding;
}

class FileSource implements Source {
  readonly schema: StructType;
  readonly description: string;
  readonly remote: boolean;
  readonly #spec: FileSourceSpec;
  readonly #log: SourceLog;
  readonly #seen: SeenFiles;
  readonly #finder: Finder;
  readonly #backlog: Backlog;
  readonly #outstanding: Outstanding;
  readonly #known = new Map<string, Waiting>();
  readonly #cleaner: Cleaner | undefined;
  /** The end of the first batch that was asked for. */
  #first: Offset | undefined;

  constructor(spec: FileSourceSpec, { log, seen, cleaner, finder, outstanding }: State) {
    this.schema = spec.schema;
    this.description = spec.description;
    this.remote = spec.paths.some(({ store }) => isRemote(store));
    this.#spec = spec;
    this.#log = log;
    this.#seen = seen;
    this.#cleaner = cleaner;
    this.#finder = finder;
    this.#outstanding = outstanding;
    const { staging } = spec.context;
    this.#backlog = new Backlog({ staging, latestFirst: spec.policy.latestFirst });
  }

  async passOverExisting(): Promise<void> {
    await this.#look(env.now());
    const policy = { ...this.#spec.policy, maxFiles: passedAtOnce };
    let files = this.#takeSome(policy);
    for (; files.length > 0; files = this.#takeSome(policy)) await this.#plan(files, -1);
    await this.#finder.settle();
  }

  async latestOffset(
    start: Offset | undefined,
    limit: ReadLimit,
    until?: Offset,
  ): Promise<Offset | undefined> {
    this.#cleaner?.look();
    await this.#finder.hold();
    const from = Math.max(this.#log.passed, this.#number(start));
    if (until !== undefined) {
      const next = Math.min(from + 1, this.#number(until), this.#log.latest);
      return next > from ? offsetText(next) : start;
    }
    if (limit.kind === "options" && this.#log.latest > from) return offsetText(from + 1);
    const began = env.now();
    let more = await this.#look(began);
    let taken = await this.#take();
    while (limit.kind === "all" && (taken > 0 || more)) {
      if (taken === 0) more = await this.#look(began);
      taken = await this.#take();
    }
    const { latestFirst } = this.#spec.policy;
    if (!this.#finder.lasting && (latestFirst || this.#backlog.size < discardRatio * taken)) {
      this.#outstanding.drop(this.#found);
      await this.#backlog.clear();
    }
    if (!this.#backlog.peek()) await this.#finder.settle();
    return this.#log.latest > from ? offsetText(this.#log.latest) : start;
  }

  async input(start: Offset | undefined, end: Offset): Promise<Batch> {
    const from = Math.max(this.#log.passed, this.#number(start));
    const entries = await this.#log.entries(from, this.#number(end));
    this.#first ??= end;
    // The last run may have failed at a file of this batch that was written over since.
    const files = await this.#resolve(entries, end !== this.#first);
    return this.#spec.read(files);
  }

  async commit(end: Offset): Promise<void> {
    await this.#cleaner?.commit(this.#number(end));
    if (this.#known.size >= maxKnown) this.#known.clear();
  }

  async metrics(end: Offset | undefined): Promise<Readonly<Record<string, string>>> {
    if (!this.#spec.detailed) return {};
    const number = Math.max(this.#log.passed, this.#number(end));
    const waiting = this.#outstanding.after(number, this.#log.latest, this.#found);
    const { files, bytes } = waiting ?? {};
    return {
      ...(files === undefined ? {} : { numFilesOutstanding: String(files) }),
      ...(bytes === undefined ? {} : { numBytesOutstanding: String(bytes) }),
      ...(await this.#finder.metrics?.()),
    };
  }

  async failed(thrown: unknown): Promise<void> {
    await this.#spec.failed?.(thrown);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cleaner?.[Symbol.asyncDispose]();
    await this.#finder[Symbol.asyncDispose]();
    await this.#backlog.clear();
    await this.#log[Symbol.asyncDispose]();
    await this.#spec.close();
  }

  /** Looks for files, unless some that were found wait; whether there are more. */
  async #look(began: number): Promise<boolean> {
    if (this.#backlog.peek()) return true;
    await this.#finder.settle();
    await this.#backlog.clear();
    this.#outstanding.drop(this.#found);
    const [seen, backlog] = [this.#seen, this.#backlog];
    const visitor = {
      visit: (file: FoundFile) => {
        const isNew = seen.isNew(file.uri, file.modificationTime);
        if (isNew) backlog.add(file);
        return isNew;
      },
      ...(this.#spec.policy.overwrites ? {} : { known: (uri: string) => seen.has(uri, 0) }),
    };
    return await this.#finder.look(visitor, began);
  }

  get #found(): Amount {
    const { size: files, bytes } = this.#backlog;
    return { files, bytes };
  }

  /** Plans a batch of what waits; how many files it has. */
  async #take(): Promise<number> {
    const files = this.#takeSome(this.#spec.policy);
    if (files.length > 0) await this.#plan(files);
    return files.length;
  }

  #takeSome(policy: FilePolicy): readonly Waiting[] {
    const mayRepeat = policy.fileNameOnly || !this.#finder.distinct;
    return takeBatch(this.#backlog, mayRepeat ? this.#seen : undefined, policy);
  }

  async #plan(files: readonly Waiting[], batchId?: number): Promise<void> {
    const seen = this.#seen;
    const discoveryTime = env.now();
    const { detailed } = this.#spec;
    const entries = files.map(
      ({ uri: path, modificationTime: timestamp, size, etag }): NewEntry => {
        return detailed ? { path, timestamp, size, discoveryTime, etag } : { path, timestamp };
      },
    );
    if (await this.#log.settle(entries.length, seen.oldest)) seen.moveTo(this.#log.index!);
    const entry = await this.#log.add(entries, batchId);
    for (const file of files) {
      seen.add(file.uri, file.modificationTime);
      if (this.#spec.detailed) this.#outstanding.add(entry, file.size);
      if (this.#known.size < maxKnown && file.partition) this.#known.set(file.uri, file);
    }
    seen.purge();
  }

  /** Files as they were found: remembered, or, if that is `enough`, told by the log. */
  async #resolve(entries: readonly FileEntry[], enough: boolean): Promise<readonly ReadFile[]> {
    const { paths, context, ignoreMissing, rules } = this.#spec;
    const files: (ReadFile | undefined)[] = [];
    const unknown: { readonly at: number; readonly location: Location }[] = [];
    for (const [at, entry] of entries.entries()) {
      const known = this.#known.get(entry.path);
      this.#known.delete(entry.path);
      const location = await locateUri(entry.path, paths[0]!, context);
      if (!ignoreMissing && known) files[at] = this.#asFound(known, location);
      else if (!ignoreMissing && enough) files[at] = this.#told(entry, location);
      if (!files[at]) unknown.push({ at, location });
    }
    const found = await lookAt(unknown.map(({ location }) => location));
    for (const [index, { at, location }] of unknown.entries()) {
      const status = found[index];
      if (!status && !ignoreMissing) throw fileGone(location);
      const partition = partitionBelow(location.path, paths, rules);
      files[at] = status && { ...status, location, partition };
    }
    return files.filter((file) => file !== undefined);
  }

  #told({ timestamp, size, etag }: FileEntry, location: Location): ReadFile | undefined {
    if (size === undefined || (etag === undefined && location.store.scheme !== "file")) {
      return undefined;
    }
    return this.#asFound({ size, modificationTime: timestamp, etag }, location);
  }

  #asFound(file: Omit<Waiting, "uri">, location: Location): ReadFile {
    const { size, modificationTime, etag, partition } = file;
    const { paths, rules } = this.#spec;
    return {
      ...{ location, size, modificationTime },
      ...(etag === undefined ? {} : { etag }),
      partition: partition ?? partitionBelow(location.path, paths, rules),
    };
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
