import { rm } from "node:fs/promises";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import { join, type Location } from "../../storage/store.ts";
import { hashKey } from "./key-filter.ts";
import { mergeRecords } from "./merge.ts";
import { compareRecords, RunReader, type RunRecord, RunWriter } from "./run.ts";
import { Sorter } from "./sorter.ts";

/** Runs of about one size that are merged into one: each record is written again so often less. */
const fanOut = 8;
/**
 * Records of the largest run there is: what one merge may take, some seconds of a batch. Larger
 * indexes have more runs of this size, each looked into.
 */
const maxRunRecords = 4_000_000;
/** Records sorted in memory at a time, few enough to be garbage soon. */
const heldRecords = 10_000;
/** Records between two turns of other work. */
const turnRecords = 20_000;
/** Names of manifests: the last entry of the log that the runs hold. */
const manifestName = /^(\d+)\.index$/;

export interface RunInfo {
  readonly name: string;
  readonly records: number;
  readonly bytes: number;
}

/** What the runs are, as of an entry of the log. */
export interface Manifest {
  /** The last entry of the log whose files are in the runs. */
  readonly covered: number;
  /** The newest modification time there was, also of records that are dropped since. */
  readonly newest: number;
  readonly byName: boolean;
  /** The first entry with files to read; absent where all were there before. */
  readonly firstRead?: number;
  /** Of a list of the files of a table: the table's version that it adds to. */
  readonly readVersion?: number;
  readonly runs: readonly RunInfo[];
}

/** What an index is kept with. */
export interface IndexPlace {
  /** The folder of the source log. */
  readonly folder: Location;
  /** A local folder for runs in the making. */
  readonly staging: string;
  /** Keys begin with the files' names; undefined: as it is, for who only reads it. */
  readonly byName: boolean | undefined;
  /** Records of the smallest runs. */
  readonly runRecords: number;
}

/** What an index is extended by. */
export interface MoreRecords extends Pick<Manifest, "covered" | "firstRead" | "readVersion"> {
  /** In any order, some at a time. */
  readonly records: Iterable<Iterable<RunRecord>> | AsyncIterable<Iterable<RunRecord>>;
  /** Those older than this may go. */
  readonly oldest: number;
}

/**
 * The files of a source log that is too long to be read as one: sorted runs, immutable files below
 * `index/`, and a manifest beside the log's entries that says which they are and how much of the
 * log they hold. Of a run only the first keys of its blocks are in memory.
 */
export class FileIndex implements AsyncDisposable {
  readonly manifest: Manifest;
  readonly #place: IndexPlace;
  readonly #readers: readonly RunReader[];

  private constructor(place: IndexPlace, manifest: Manifest, readers: readonly RunReader[]) {
    this.#place = place;
    this.manifest = manifest;
    this.#readers = readers;
  }

  /** The entry of the log that a file of its folder is the manifest of. */
  static covered(path: string): number | undefined {
    const match = manifestName.exec(path.slice(path.lastIndexOf("/") + 1));
    return match ? Number(match[1]) : undefined;
  }

  /** What a manifest says. */
  static async manifest({ folder }: IndexPlace, covered: number): Promise<Manifest> {
    const path = manifestPath(folder, covered);
    return parseManifest(Buffer.from(await folder.store.read(path)).toString("utf8"), path);
  }

  static async open(place: IndexPlace, covered: number): Promise<FileIndex> {
    const path = manifestPath(place.folder, covered);
    const manifest = await FileIndex.manifest(place, covered);
    if (place.byName !== undefined && manifest.byName !== place.byName) {
      const reason = `its index was made with fileNameOnly = ${manifest.byName}, which has to stay`;
      throw error("CANNOT_PARSE_SOURCE_LOG", { path, reason });
    }
    return FileIndex.#over(place, manifest, new Map());
  }

  /** With the readers that are open; those the manifest does not name are closed. */
  static async #over(
    place: IndexPlace,
    manifest: Manifest,
    open: ReadonlyMap<string, RunReader>,
  ): Promise<FileIndex> {
    const opened: RunReader[] = [];
    const used: RunReader[] = [];
    try {
      for (const run of manifest.runs) {
        const reader = open.get(run.name) ?? (await openRun(place.folder, run));
        if (!open.has(run.name)) opened.push(reader);
        used.push(reader);
      }
    } catch (thrown) {
      await closeAll(opened);
      throw thrown;
    }
    await closeAll([...open.values()].filter((reader) => !used.includes(reader)));
    return new FileIndex(place, manifest, used);
  }

  /**
   * The index with more records, which is durable and the one that counts when this resolves:
   * CONCURRENT_STREAM_LOG_UPDATE if another process has made one of the same entry. It takes over
   * what `before` has open; the files that are replaced stay until `clean`.
   */
  static async extend(
    place: IndexPlace,
    before: FileIndex | undefined,
    more: MoreRecords,
  ): Promise<FileIndex> {
    const { covered, oldest, firstRead, readVersion } = more;
    let newest = before?.manifest.newest ?? 0;
    const sorter = new Sorter<RunRecord>({
      ...{ staging: place.staging, held: Math.min(heldRecords, place.runRecords) },
      ...{ compare: compareRecords, record: (record) => record },
    });
    const open = new Map(before?.manifest.runs.map((run, at) => [run.name, before.#readers[at]!]));
    const runs = before?.manifest.runs ?? [];
    let due: readonly RunInfo[];
    let made: RunInfo | undefined;
    try {
      for await (const records of more.records) {
        for (const record of records) {
          newest = Math.max(newest, record.timestamp);
          sorter.add(record);
        }
      }
      due = dueRuns(runs, sorter.size, place.runRecords);
      const inputs = due.map(({ name }) => open.get(name)!.entries());
      const merged = mergeRecords([...inputs, sorter.inOrder()]);
      const most = due.reduce((sum, run) => sum + run.records, sorter.size);
      made = await writeRun(place, covered, { records: merged, most, oldest });
    } finally {
      await sorter.clear();
    }
    const kept = runs.filter((run) => !due.includes(run));
    const { byName = false } = place;
    const manifest: Manifest = {
      ...{ covered, newest, byName },
      ...(firstRead === undefined ? {} : { firstRead }),
      ...(readVersion === undefined ? {} : { readVersion }),
      runs: made ? [...kept, made] : kept,
    };
    const path = manifestPath(place.folder, covered);
    const bytes = Buffer.from(manifestText(manifest));
    if (!(await place.folder.store.putIfAbsent(path, bytes))) {
      throw error("CONCURRENT_STREAM_LOG_UPDATE", { batchId: covered });
    }
    return FileIndex.#over(place, manifest, open);
  }

  get records(): number {
    return this.manifest.runs.reduce((sum, { records }) => sum + records, 0);
  }

  /** Whether a file of this key was taken; with `timestamp`, in its state of that time. */
  has(key: string, timestamp?: number): boolean {
    const hash = hashKey(key);
    return this.#readers.some((reader) => reader.mayHave(hash) && reader.has(key, timestamp));
  }

  /** Whether a file of this name was taken: of an index by name. */
  hasName(name: string): boolean {
    const hash = hashKey(name);
    return this.#readers.some((reader) => reader.mayHave(hash) && reader.hasPrefix(`${name}\0`));
  }

  /** All records, in the order of their keys. */
  entries(): Generator<RunRecord> {
    return mergeRecords(this.#readers.map((reader) => reader.entries()));
  }

  /**
   * Removes manifests and runs that this index has replaced, and runs that a crash left behind.
   * Only for who has added an entry to the log since: nobody else can then still go on from an
   * older manifest.
   */
  async clean(): Promise<void> {
    const { store, path } = this.#place.folder;
    const named = new Set(this.manifest.runs.map(({ name }) => name));
    for await (const files of store.names(`${path}/index/`)) {
      for (const file of files) {
        const name = file.path.slice(file.path.lastIndexOf("/") + 1);
        if (Number.parseInt(name, 10) > this.manifest.covered || named.has(name)) continue;
        await store.delete(file.path);
      }
    }
    for await (const files of store.names(`${path}/`)) {
      for (const file of files) {
        const covered = FileIndex.covered(file.path);
        if (covered !== undefined && covered < this.manifest.covered) await store.delete(file.path);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closeAll(this.#readers);
  }
}

async function closeAll(readers: Iterable<RunReader>): Promise<void> {
  for (const reader of readers) await reader[Symbol.asyncDispose]();
}

/** The runs to merge with a new one: those of about its size or less, once there are enough. */
function dueRuns(runs: readonly RunInfo[], fresh: number, unit: number): readonly RunInfo[] {
  const due = new Set<RunInfo>();
  let total = fresh;
  for (;;) {
    const tier = tierOf(total, unit);
    const peers = runs.filter((run) => !due.has(run) && tierOf(run.records, unit) <= tier);
    const sum = peers.reduce((records, run) => records + run.records, total);
    if (peers.length < fanOut - 1 || sum > maxRunRecords) return [...due];
    for (const run of peers) due.add(run);
    total = sum;
  }
}

function tierOf(records: number, unit: number): number {
  return Math.floor(Math.log(Math.max(1, records) / unit) / Math.log(fanOut));
}

/** A durable run; undefined if no record is left. */
async function writeRun(
  { folder, staging }: IndexPlace,
  covered: number,
  given: {
    readonly records: Iterable<RunRecord>;
    readonly most: number;
    readonly oldest: number;
  },
): Promise<RunInfo | undefined> {
  const name = `${covered}-${env.uuid()}.run`;
  const local = `${staging}/${name}`;
  const writer = new RunWriter(local, given.most);
  try {
    let turn = 0;
    for (const record of given.records) {
      if (record.timestamp >= given.oldest) writer.add(record);
      if (++turn % turnRecords === 0) await env.sleep(0);
    }
    writer.finish();
    if (writer.records === 0) return undefined;
    const { size } = await folder.store.publish(local, runPath(folder, name));
    return { name, records: writer.records, bytes: size };
  } finally {
    writer.close();
    await rm(local, { force: true });
  }
}

async function openRun(folder: Location, { name, bytes }: RunInfo): Promise<RunReader> {
  const known = { size: bytes, immutable: true };
  return new RunReader(await folder.store.open(runPath(folder, name), known), bytes);
}

function runPath(folder: Location, name: string): string {
  return join(folder, "index", name).path;
}

function manifestPath(folder: Location, covered: number): string {
  return join(folder, `${covered}.index`).path;
}

function manifestText(manifest: Manifest): string {
  return `v1\n${JSON.stringify(manifest)}`;
}

function parseManifest(text: string, path: string): Manifest {
  const [version, body = ""] = text.split("\n");
  try {
    if (version === "v1") return JSON.parse(body) as Manifest;
  } catch {
    // No JSON: as of another version.
  }
  throw error("CANNOT_PARSE_SOURCE_LOG", { path, reason: "it is no manifest of version v1" });
}
