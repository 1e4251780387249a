import { rm } from "node:fs/promises";
import { env } from "../../env.ts";
import type { FoundFile } from "./listing.ts";
import { mergeRecords } from "./merge.ts";
import { RunReader, type RunRecord, RunWriter } from "./run.ts";

/** Files that are held in memory; more go to a local file, in their order. */
const heldFiles = 50_000;

/** A file that waits: as it was listed, or what was written down of it. */
export type Waiting = Pick<FoundFile, "uri" | "modificationTime" | "size" | "etag"> &
  Partial<FoundFile>;

/** What files wait by. */
export interface BacklogSpec {
  /** A local folder for what does not fit into memory. */
  readonly staging: string;
  /** The newest first. */
  readonly latestFirst: boolean;
  /** Files held in memory; absent: the usual bound. */
  readonly held?: number;
}

interface Spilled {
  readonly path: string;
  readonly reader: RunReader;
}

/**
 * The files that were found and are not taken yet, in the order they are to be read: by time, then
 * by name. Any number of them: what is beyond a bound is written to local files, sorted.
 */
export class Backlog {
  readonly #spec: BacklogSpec;
  readonly #held: number;
  #files: Waiting[] = [];
  #spilled: Spilled[] = [];
  #count = 0;
  #bytes = 0;
  #order: Iterator<Waiting> | undefined;
  #next: Waiting | undefined;

  constructor(spec: BacklogSpec) {
    this.#spec = spec;
    this.#held = spec.held ?? heldFiles;
  }

  /** Files that wait. */
  get size(): number {
    return this.#count;
  }

  /** How large they are together. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a file; not after the first was taken. */
  add(file: FoundFile): void {
    this.#files.push(file);
    this.#count += 1;
    this.#bytes += file.size;
    if (this.#files.length >= this.#held) this.#spill();
  }

  /** The next file, which stays. */
  peek(): Waiting | undefined {
    if (this.#next) return this.#next;
    this.#order ??= this.#inOrder();
    const { value, done } = this.#order.next();
    this.#next = done ? undefined : value;
    return this.#next;
  }

  /** Takes the file that `peek` has shown. */
  take(): void {
    this.#bytes -= this.#next?.size ?? 0;
    this.#next = undefined;
    this.#count -= 1;
  }

  /** Forgets all of them, and removes what was written. */
  async clear(): Promise<void> {
    const spilled = this.#spilled;
    this.#files = [];
    this.#spilled = [];
    this.#count = 0;
    this.#bytes = 0;
    this.#order = undefined;
    this.#next = undefined;
    for (const { path, reader } of spilled) {
      await reader[Symbol.asyncDispose]();
      await rm(path, { force: true });
    }
  }

  #key({ uri, modificationTime }: Waiting): string {
    // Twice the largest time a Date can have: no key is of another length.
    const time = this.#spec.latestFirst ? -modificationTime : modificationTime;
    return `${String(time + 9e15).padStart(17, "0")}${uri}`;
  }

  #spill(): void {
    const path = `${this.#spec.staging}/${env.uuid()}.backlog`;
    const writer = new RunWriter(path, this.#files.length);
    const records = this.#files.map((file) => ({
      key: this.#key(file),
      timestamp: file.modificationTime,
      batchId: -1,
      size: file.size,
      discoveryTime: undefined,
      ...(file.etag === undefined ? {} : { etag: file.etag }),
    }));
    for (const record of records.sort(byKey)) writer.add(record);
    const bytes = writer.finish();
    const file = { path, [Symbol.asyncDispose]: async () => undefined };
    this.#spilled.push({ path, reader: new RunReader(file, bytes) });
    this.#files = [];
  }

  *#inOrder(): Generator<Waiting> {
    const keyed = this.#files.map((file) => ({ key: this.#key(file), file })).sort(byKey);
    this.#files = [];
    const listed = keyed.map(({ key, file }): RunRecord & { readonly file: Waiting } => ({
      ...{ key, file },
      ...{ timestamp: file.modificationTime, batchId: -1, size: file.size },
      discoveryTime: undefined,
    }));
    const spilled = this.#spilled.map(({ reader }) => reader.entries());
    for (const record of mergeRecords<RunRecord & { readonly file?: Waiting }>([
      listed,
      ...spilled,
    ])) {
      const { key, timestamp, size = 0, etag } = record;
      const written = { uri: key.slice(17), modificationTime: timestamp, size };
      yield record.file ?? (etag === undefined ? written : { ...written, etag });
    }
  }
}

function byKey(left: { readonly key: string }, right: { readonly key: string }): number {
  if (left.key === right.key) return 0;
  return left.key < right.key ? -1 : 1;
}
