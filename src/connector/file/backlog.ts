import type { PartitionText } from "./partition.ts";
import { type Sorted, Sorter } from "./sorter.ts";

/** Files that are held in memory; more go to a local file, in their order. */
const heldFiles = 25_000;

/** A file that waits. */
export interface Waiting {
  readonly uri: string;
  readonly size: number; // bytes
  readonly modificationTime: number; // ms since the epoch
  readonly etag?: string | undefined;
  /** Absent of what has been on disk. */
  readonly partition?: PartitionText | undefined;
}

/** What files wait by. */
export interface BacklogSpec {
  /** A local folder for what does not fit into memory. */
  readonly staging: string;
  /** The newest first. */
  readonly latestFirst: boolean;
  /** Files held in memory; absent: the usual bound. */
  readonly held?: number;
}

/**
 * The files that were found and are not taken yet, in the order they are to be read: by time, then
 * by name. Any number of them.
 */
export class Backlog {
  readonly #sorter: Sorter<Waiting>;
  #taken = 0;
  #bytes = 0;
  #order: Iterator<Sorted<Waiting>> | undefined;
  #next: Waiting | undefined;

  constructor({ staging, latestFirst, held = heldFiles }: BacklogSpec) {
    const sign = latestFirst ? -1 : 1;
    this.#sorter = new Sorter({
      ...{ staging, held },
      compare: (left, right) => compareWaiting(left, right, sign),
      record: (file) => recordOf(file, sign),
    });
  }

  /** Files that wait. */
  get size(): number {
    return this.#sorter.size - this.#taken;
  }

  /** How large they are together. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a file; not after the first was taken. Only what a waiting file has is kept of it. */
  add({ uri, size, modificationTime, etag, partition }: Waiting): void {
    // Of one shape, for there are tens of thousands of them.
    this.#sorter.add({ uri, size, modificationTime, etag, partition });
    this.#bytes += size;
  }

  /** The next file, which stays. */
  peek(): Waiting | undefined {
    if (this.#next) return this.#next;
    this.#order ??= this.#sorter.inOrder();
    const { value, done } = this.#order.next();
    this.#next = done ? undefined : waitingOf(value);
    return this.#next;
  }

  /** Takes the file that `peek` has shown. */
  take(): void {
    this.#bytes -= this.#next?.size ?? 0;
    this.#next = undefined;
    this.#taken += 1;
  }

  /** Forgets all of them, and removes what was written. */
  async clear(): Promise<void> {
    this.#taken = 0;
    this.#bytes = 0;
    this.#order = undefined;
    this.#next = undefined;
    await this.#sorter.clear();
  }
}

function compareWaiting(left: Waiting, right: Waiting, sign: 1 | -1): number {
  const byTime = sign * (left.modificationTime - right.modificationTime);
  if (byTime !== 0 || left.uri === right.uri) return byTime;
  return left.uri < right.uri ? -1 : 1;
}

/** Digits before a file's URI in its key: twice the largest time a Date can have. */
const timeDigits = 17;

function recordOf(file: Waiting, sign: 1 | -1): Sorted<Waiting> {
  const { uri, modificationTime: timestamp, size, etag } = file;
  const key = `${String(sign * timestamp + 9e15).padStart(timeDigits, "0")}${uri}`;
  return { key, timestamp, batchId: -1, size, discoveryTime: undefined, etag, of: file };
}

function waitingOf({ of, key, timestamp, size = 0, etag }: Sorted<Waiting>): Waiting {
  if (of) return of;
  const uri = key.slice(timeDigits);
  return { uri, size, modificationTime: timestamp, etag, partition: undefined };
}
