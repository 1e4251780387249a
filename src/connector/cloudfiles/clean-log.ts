import { error } from "../../error/error.ts";
import { join, type Location } from "../../storage/store.ts";

/** A file that was read, as the source log names it. */
export interface ReadEntry {
  readonly path: string;
  /** Modification time, ms since the epoch. */
  readonly timestamp: number;
}

/** The files of one entry of the source log, once their batch is committed. */
export interface CommittedFiles {
  readonly entry: number;
  readonly commitTime: number; // ms since the epoch
}

/** What became of a file of an entry; none of it where the file was left alone or gone before. */
export interface ArchivedFile extends ReadEntry {
  readonly archiveTime?: number; // ms since the epoch
  readonly mode?: "MOVE" | "DELETE";
  /** Where it is now. */
  readonly moved?: string;
}

/** Entries that are cleaned and still told of by `cloud_files_state`. */
const archivedEntries = 1000;
const pendingName = /^(\d+)-(\d+)$/;
const archivedName = /^(\d+)-(\d+)\.archived$/;

/**
 * What is to be cleaned and what was, beside the source log: `<folder>/<entry>-<commit time>` names
 * the files of a committed entry until they are cleaned, `<entry>-<commit time>.archived` then what
 * became of them. `begin` names the last entry that was planned before there was any cleaning:
 * nothing up to it is touched.
 */
export class CleanLog {
  readonly #folder: Location;
  readonly #archived: CommittedFiles[];
  readonly #pending: CommittedFiles[];
  #last: number;

  private constructor(folder: Location, found: CleanLists, last: number) {
    this.#folder = folder;
    this.#pending = [...found.pending];
    this.#archived = [...found.archived];
    this.#last = last;
  }

  /** Opens the log; `latest` is the newest entry of the source log if cleaning begins now. */
  static async open(folder: Location, latest: number): Promise<CleanLog> {
    const { store, path } = join(folder, "begin");
    await store.putIfAbsent(path, Buffer.from(`v1\n${latest}`));
    const begin = Number(
      Buffer.from(await store.read(path))
        .toString("utf8")
        .slice(3),
    );
    const found = await cleanLists(folder);
    const all = [...found.pending, ...found.archived].map(({ entry }) => entry);
    return new CleanLog(folder, found, Math.max(begin, ...all));
  }

  /** The newest entry whose commit is written down, or that is older than all cleaning. */
  get last(): number {
    return this.#last;
  }

  /** The entry that was committed first of those that are to be cleaned. */
  get oldest(): CommittedFiles | undefined {
    return this.#pending[0];
  }

  async add(committed: CommittedFiles, files: readonly ReadEntry[]): Promise<void> {
    const lines = files.map(({ path, timestamp }) => JSON.stringify({ path, timestamp }));
    await this.#put(nameOf(committed), lines);
    this.#pending.push(committed);
    this.#last = committed.entry;
  }

  async files(committed: CommittedFiles): Promise<readonly ReadEntry[]> {
    return readLines<ReadEntry>(join(this.#folder, nameOf(committed)));
  }

  /** Says what became of the oldest entry's files. */
  async archived(committed: CommittedFiles, files: readonly ArchivedFile[]): Promise<void> {
    await this.#put(
      `${nameOf(committed)}.archived`,
      files.map((file) => JSON.stringify(file)),
    );
    await this.#delete(nameOf(committed));
    this.#pending.shift();
    this.#archived.push(committed);
    while (this.#archived.length > archivedEntries) {
      await this.#delete(`${nameOf(this.#archived.shift()!)}.archived`);
    }
  }

  #put(name: string, lines: readonly string[]): Promise<void> {
    const { store, path } = join(this.#folder, name);
    return store.put(path, Buffer.from(["v1", ...lines].join("\n")));
  }

  #delete(name: string): Promise<void> {
    const { store, path } = join(this.#folder, name);
    return store.delete(path);
  }
}

/** Where the log of cleaning lies beside the source log. */
export function cleanFolder(checkpoint: Location): Location {
  return join(checkpoint, "clean");
}

/** What `cloud_files_state` says of a committed file beside the source log. */
export interface CleanState extends ReadEntry {
  readonly commitTime: number;
  readonly archive?: ArchivedFile;
}

/** Every file whose commit or cleaning is written down, oldest entries first. */
export async function* cleanStates(folder: Location): AsyncGenerator<CleanState> {
  const { pending, archived } = await cleanLists(folder);
  for (const committed of archived) {
    const at = join(folder, `${nameOf(committed)}.archived`);
    for (const archive of await readLines<ArchivedFile>(at)) {
      const { path, timestamp } = archive;
      yield { path, timestamp, commitTime: committed.commitTime, archive };
    }
  }
  for (const committed of pending) {
    for (const file of await readLines<ReadEntry>(join(folder, nameOf(committed)))) {
      yield { ...file, commitTime: committed.commitTime };
    }
  }
}

interface CleanLists {
  readonly pending: readonly CommittedFiles[];
  readonly archived: readonly CommittedFiles[];
}

async function cleanLists(folder: Location): Promise<CleanLists> {
  const pending = new Map<number, CommittedFiles>();
  const archived = new Map<number, CommittedFiles>();
  for await (const { path } of folder.store.list(`${folder.path}/`)) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const match = pendingName.exec(name) ?? archivedName.exec(name);
    if (!match) continue;
    const committed = { entry: Number(match[1]), commitTime: Number(match[2]) };
    (pendingName.test(name) ? pending : archived).set(committed.entry, committed);
  }
  // An entry that is archived was not taken off the list by a process that died.
  for (const entry of archived.keys()) pending.delete(entry);
  const inOrder = (found: Map<number, CommittedFiles>): readonly CommittedFiles[] =>
    [...found.values()].sort((left, right) => left.entry - right.entry);
  return { pending: inOrder(pending), archived: inOrder(archived) };
}

function nameOf({ entry, commitTime }: CommittedFiles): string {
  return `${entry}-${commitTime}`;
}

async function readLines<T>({ store, path }: Location): Promise<readonly T[]> {
  const [version, ...lines] = Buffer.from(await store.read(path))
    .toString("utf8")
    .split("\n");
  try {
    if (version === "v1") return lines.map((line) => JSON.parse(line) as T);
  } catch {
    // Not JSON: the same as another version.
  }
  const reason = "it is no list of files";
  throw error("CANNOT_PARSE_SOURCE_LOG", { path: store.uri(path), reason });
}
