import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { error } from "../../error/error.ts";
import type { LocalFile } from "../../storage/store.ts";
import { hashKey, KeyFilter, type KeyHash } from "./key-filter.ts";

/** A record of a run: a key, and what is known of it. */
export interface RunRecord {
  readonly key: string;
  readonly timestamp: number;
  readonly batchId: number;
  readonly size: number | undefined;
  readonly discoveryTime: number | undefined;
  readonly etag?: string | undefined;
}

/**
 * Records of a block: what one lookup reads and parses, at most, of a run. Smaller ones make a
 * lookup cheaper and the table of first keys, which is in memory, longer.
 */
const blockRecords = 256;
/** Parsed blocks a reader keeps: listings of some folders at a time go on side by side. */
const keptBlocks = 8;
/** Digits of the offset of the footer, at the end of the file. */
const tailBytes = 20;

/** Columns, so that parsing is the engine's work. */
interface BlockText {
  /** What all keys of the block begin with, and what follows it in each. */
  readonly p: string;
  readonly k: readonly string[];
  readonly t: readonly number[];
  readonly b: readonly number[];
  readonly z: readonly (number | null)[];
  readonly d: readonly (number | null)[];
  /** Absent: none has one. */
  readonly e?: readonly (string | null)[];
}

interface Footer {
  readonly records: number;
  /** Of each block. */
  readonly first: readonly string[];
  readonly offset: readonly number[];
  /** See `KeyFilter`, in base 64; absent: nobody looks for keys. */
  readonly filter?: string;
}

/** By code unit: the one order of all runs. */
export function compareRecords(left: RunRecord, right: RunRecord): number {
  if (left.key !== right.key) return left.key < right.key ? -1 : 1;
  return left.timestamp - right.timestamp;
}

/**
 * Writes a run: an immutable file of records in the order of their keys, a block a line, then a
 * footer with the first key of each block. Nothing of it is kept in memory but the footer.
 */
export class RunWriter {
  readonly #descriptor: number;
  readonly #first: string[] = [];
  readonly #offset: number[] = [];
  readonly #filter: KeyFilter | undefined;
  #block: RunRecord[] = [];
  #position = 0;
  #records = 0;
  #open = true;

  /** `most`: records it is made for; absent: it is only read from end to end. */
  constructor(path: string, most?: number) {
    this.#filter = most === undefined ? undefined : new KeyFilter(most);
    this.#descriptor = openSync(path, "wx");
  }

  get records(): number {
    return this.#records;
  }

  /** Keys come in order. */
  add(record: RunRecord): void {
    this.#records += 1;
    this.#block.push(record);
    this.#filter?.add(hashKey(record.key));
    if (this.#block.length >= blockRecords) this.#endBlock();
  }

  /** The bytes it has. */
  finish(): number {
    this.#endBlock();
    const start = this.#position;
    const footer: Footer = {
      records: this.#records,
      first: this.#first,
      offset: this.#offset,
      ...(this.#filter ? { filter: this.#filter.toText() } : {}),
    };
    this.#write(`${JSON.stringify(footer)}\n`);
    this.#write(String(start).padStart(tailBytes, "0"));
    this.close();
    return this.#position;
  }

  close(): void {
    if (this.#open) closeSync(this.#descriptor);
    this.#open = false;
  }

  #endBlock(): void {
    if (this.#block.length === 0) return;
    this.#first.push(this.#block[0]!.key);
    this.#offset.push(this.#position);
    this.#write(`${JSON.stringify(blockText(this.#block))}\n`);
    this.#block = [];
  }

  #write(text: string): void {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor, bytes, at);
    this.#position += bytes.length;
  }
}

function blockText(records: readonly RunRecord[]): BlockText {
  const shared = sharedLength(records[0]!.key, records.at(-1)!.key);
  const tagged = records.some(({ etag }) => etag !== undefined);
  return {
    p: records[0]!.key.slice(0, shared),
    k: records.map(({ key }) => key.slice(shared)),
    t: records.map(({ timestamp }) => timestamp),
    b: records.map(({ batchId }) => batchId),
    z: records.map(({ size }) => size ?? null),
    d: records.map(({ discoveryTime }) => discoveryTime ?? null),
    ...(tagged ? { e: records.map(({ etag }) => etag ?? null) } : {}),
  };
}

/** Of the first and the last of a block: what lies between them shares as much. */
function sharedLength(left: string, right: string): number {
  let length = 0;
  const most = Math.min(left.length, right.length);
  while (length < most && left.charCodeAt(length) === right.charCodeAt(length)) length++;
  return length; // Half of a surrogate pair is safe: JSON escapes it.
}

interface Block {
  readonly text: BlockText;
  /** Where the last lookup ended: lookups mostly come in order. */
  last: number;
}

/** Reads a run, some blocks at a time, without waiting: the file is a local one. */
export class RunReader implements AsyncDisposable {
  readonly #file: LocalFile;
  readonly #descriptor: number;
  readonly #footer: Omit<Footer, "filter">;
  readonly #filter: KeyFilter | undefined;
  readonly #end: number;
  readonly #blocks = new Map<number, Block>();
  #last = -1;
  #open = true;

  /** Takes over the file. */
  constructor(file: LocalFile, bytes: number) {
    this.#file = file;
    this.#descriptor = openSync(file.path, "r");
    try {
      this.#end = Number(this.#read(bytes - tailBytes, bytes));
      const text = this.#read(this.#end, bytes - tailBytes);
      const { filter, ...footer } = JSON.parse(text) as Footer;
      this.#footer = footer;
      this.#filter = filter === undefined ? undefined : KeyFilter.fromText(filter);
    } catch (thrown) {
      closeSync(this.#descriptor);
      throw corrupt(file, thrown);
    }
  }

  get records(): number {
    return this.#footer.records;
  }

  /** Whether there may be one: `hash` is that of `hashKey`. */
  mayHave(hash: KeyHash): boolean {
    return this.#filter?.mayHave(hash) ?? true;
  }

  /** Whether there is a record of this key; with `timestamp`, one of that time. */
  has(key: string, timestamp?: number): boolean {
    for (let at = Math.max(0, this.#blockOf(key)); at < this.#footer.first.length; at++) {
      if (this.#footer.first[at]! > key) return false;
      const block = this.#block(at);
      const { p: prefix, k: keys, t: times } = block.text;
      const suffix = key.slice(prefix.length);
      for (let index = lowerBound(block, key); index < keys.length; index++) {
        if (keys[index] !== suffix || !key.startsWith(prefix)) return false;
        if (timestamp === undefined || times[index] === timestamp) return true;
      }
    }
    return false;
  }

  /** Whether a key begins with this. */
  hasPrefix(prefix: string): boolean {
    for (let at = Math.max(0, this.#blockOf(prefix)); at < this.#footer.first.length; at++) {
      const block = this.#block(at);
      const found = block.text.k[lowerBound(block, prefix)];
      if (found !== undefined) return (block.text.p + found).startsWith(prefix);
    }
    return false;
  }

  /** All of it, in order. */
  *entries(): Generator<RunRecord> {
    for (let at = 0; at < this.#footer.first.length; at++) {
      const { p: prefix, k, t, b, z, d, e } = this.#parse(at).text;
      for (let index = 0; index < k.length; index++) {
        yield {
          key: prefix + k[index]!,
          timestamp: t[index]!,
          batchId: b[index]!,
          size: z[index] ?? undefined,
          discoveryTime: d[index] ?? undefined,
          etag: e?.[index] ?? undefined,
        };
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#descriptor);
    await this.#file[Symbol.asyncDispose]();
  }

  /**
   * The last block that begins below the key, -1 for none: the key's first record is in it or
   * begins the next. Keys mostly come in order: the last answer is looked at first.
   */
  #blockOf(key: string): number {
    const { first } = this.#footer;
    const at = this.#last;
    if (at >= 0 && first[at]! < key && (at + 1 >= first.length || first[at + 1]! >= key)) return at;
    this.#last = this.#search(key);
    return this.#last;
  }

  #search(key: string): number {
    const { first } = this.#footer;
    let [low, high] = [0, first.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (first[middle]! < key) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #block(at: number): Block {
    const kept = this.#blocks.get(at);
    if (kept) return kept;
    const block = this.#parse(at);
    if (this.#blocks.size >= keptBlocks) {
      for (const oldest of this.#blocks.keys()) {
        this.#blocks.delete(oldest);
        break;
      }
    }
    this.#blocks.set(at, block);
    return block;
  }

  #parse(at: number): Block {
    try {
      const end = this.#footer.offset[at + 1] ?? this.#end;
      const text = JSON.parse(this.#read(this.#footer.offset[at]!, end)) as BlockText;
      return { text, last: 0 };
    } catch (thrown) {
      throw corrupt(this.#file, thrown);
    }
  }

  #read(start: number, end: number): string {
    const bytes = Buffer.allocUnsafe(end - start);
    let read = 0;
    while (read < bytes.length) {
      const more = readSync(this.#descriptor, bytes, read, bytes.length - read, start + read);
      if (more === 0) throw new Error("it ends too early");
      read += more;
    }
    return bytes.toString("utf8");
  }
}

/** The first index of a block whose key is not below `key`. */
function lowerBound(block: Block, key: string): number {
  const { p: prefix, k: keys } = block.text;
  if (!key.startsWith(prefix)) return key < prefix ? 0 : keys.length;
  const suffix = key.slice(prefix.length);
  // Lookups mostly come in order: the next is at the last place or right after it.
  let [low, high] = [0, keys.length];
  if (keys[block.last]! < suffix) {
    low = block.last + 1;
    if (low < high && keys[low]! >= suffix) high = low;
  } else high = block.last;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle]! < suffix) low = middle + 1;
    else high = middle;
  }
  block.last = Math.min(low, keys.length - 1);
  return low;
}

function corrupt(file: LocalFile, thrown: unknown): Error {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return error("CANNOT_PARSE_SOURCE_LOG", { path: file.path, reason }, thrown);
}
