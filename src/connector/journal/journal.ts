import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import { type Encode, recordEncoder } from "../../schema/avro/encode.ts";
import { AvroOutput } from "../../schema/avro/output.ts";
import { parseAvroSchema } from "../../schema/avro/parse.ts";
import { avroJson } from "../../schema/avro/write.ts";
import type { StructType } from "../../schema/type.ts";
import type { Value } from "../../schema/value.ts";
import type { Location } from "../../storage/store.ts";
import { type Entry, pathOf, readSegment, type Start, takeOver } from "./recover.ts";
import { decodeSegment, encodeSegment, type Segment, span } from "./segment.ts";

/** Bytes that wait to be written: whoever has more to give is made to wait. */
const pendingBytes = 8 << 20;
/** Bytes of newest segments kept in memory, so that a batch need not read them back. */
const cachedBytes = 32 << 20;
/** Between two segments in a store over a network, where each costs a request. */
const remoteMs = 100;
/** Segments read, or deleted, side by side. */
const parallel = 8;

export interface JournalSpec {
  readonly location: Location;
  /** Of the records. */
  readonly schema: StructType;
  /** Bytes of segments; beyond, nothing is written until records are committed. */
  readonly maxBytes: number;
}

/** What was taken to be written together, and who waits for it. */
interface Group {
  readonly output: AvroOutput;
  readonly lengths: number[];
  readonly done: Promise<void>;
  resolve(): void;
  reject(thrown: unknown): void;
}

/**
 * A write-ahead log of rows that came from a system which will not give them again. Records have
 * numbers, from 0; those that come while a segment is being written make the next one, which is
 * put if absent as a whole object of the store. So a crash leaves no part of a segment, and of two
 * writers the older is refused its next one.
 */
export class Journal implements AsyncDisposable {
  readonly schema: StructType;
  /** Avro's schema of a record, as text. */
  readonly avroSchema: string;
  /** What goes into each segment beside its records, as it is when the segment is closed. */
  describe: () => Uint8Array;
  readonly #spec: JournalSpec;
  readonly #encode: Encode;
  readonly #entries: Entry[];
  readonly #fences: readonly number[];
  readonly #cache = new Map<number, Uint8Array>();
  /** Of segments that take one number: how many records they have, 0 or 1. */
  readonly #single = new Map<number, number>();
  readonly #closing = new AbortController();
  #cached = 0;
  #used: number;
  #next: number;
  #last: number;
  #committed = -1;
  #group: Group | undefined;
  #writing: Group | undefined;
  #writingBytes = 0;
  #running: Promise<void> | undefined;
  #failure: unknown;
  #space: (() => void) | undefined;
  #rooms: (() => void)[] = [];

  private constructor(spec: JournalSpec, start: Start) {
    const json = JSON.stringify(avroJson(spec.schema, "record", ""));
    this.schema = spec.schema;
    this.avroSchema = json;
    this.describe = () => start.state;
    this.#spec = spec;
    this.#encode = recordEncoder(spec.schema, parseAvroSchema(json), true);
    this.#entries = start.entries;
    this.#fences = start.fences;
    this.#used = start.entries.reduce((total, { size }) => total + size, 0);
    this.#next = start.next;
    this.#last = start.last;
  }

  /** Opens the journal of a folder and makes this process its only writer. */
  static async open(spec: JournalSpec): Promise<Journal> {
    return new Journal(spec, await takeOver(spec.location));
  }

  /** The number of the newest durable record; -1: there never was one. */
  get last(): number {
    return this.#last;
  }

  /** From this number on all records are still there. */
  get first(): number {
    let first = this.#next;
    for (let at = this.#entries.length - 1; at >= 0; at--) {
      const entry = this.#entries[at]!;
      // A fence takes one number: what else lay between it and the next is gone.
      if (this.#isFence(entry.first) && entry.first + 1 < first) break;
      first = entry.first;
    }
    return first;
  }

  get path(): string {
    return this.#spec.location.path;
  }

  /** Why nothing more is written; undefined while all is well. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Whether a record that is taken now may have to wait for a commit. */
  get full(): boolean {
    const pending = (this.#group?.output.size ?? 0) + this.#writingBytes;
    const waits = pending > 0 || this.#last > this.#committed;
    return waits && this.#used + pending > this.#spec.maxBytes;
  }

  /** Takes a record, its values in the order of the schema. It is not durable before `settled`. */
  append(values: readonly Value[]): void {
    const { output, lengths } = this.#open();
    const before = output.size;
    this.#encode(output, values);
    lengths.push(output.size - before);
  }

  /** Has a segment written though there is no record for it: what `describe` says has changed. */
  mark(): void {
    this.#open();
  }

  /** Resolves when all that was taken so far is durable; rejects when it will not be. */
  settled(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return (this.#group ?? this.#writing)?.done ?? Promise.resolve();
  }

  /** JOURNAL_FENCED where another writer has come meanwhile. */
  async stillOurs(): Promise<void> {
    if (this.#running !== undefined || this.#failure !== undefined) return this.settled();
    const { store, path } = this.#spec.location;
    const next = this.#next;
    const found = await store.stat(pathOf({ store, path }, next));
    // One of our own may have been written while we asked.
    if (found === undefined || next !== this.#next || this.#running !== undefined) return;
    this.#fail(error("JOURNAL_FENCED", { path }));
    throw this.#failure;
  }

  /** Undefined where more may be taken at once, else a promise of that. */
  room(): Promise<void> | undefined {
    if (this.#group === undefined || this.#group.output.size < pendingBytes) return undefined;
    return new Promise((resolve) => this.#rooms.push(resolve));
  }

  /** The records up to a number will not be read again: what holds no others is deleted. */
  async truncate(end: number): Promise<void> {
    this.#committed = Math.max(this.#committed, end);
    const gone: Entry[] = [];
    const kept = this.#entries.filter((entry, index) => {
      const next = this.#entries[index + 1];
      // The newest says what the next number is; fences keep late writers out.
      const stays = next === undefined || next.first - 1 > end || this.#isFence(entry.first);
      if (!stays) gone.push(entry);
      return stays;
    });
    this.#entries.splice(0, this.#entries.length, ...kept);
    for (const { first, size } of gone) {
      this.#used -= size;
      this.#single.delete(first);
      this.#forget(first);
    }
    for (let at = 0; at < gone.length; at += parallel) {
      const { store } = this.#spec.location;
      const some = gone.slice(at, at + parallel);
      await Promise.all(some.map(({ first }) => store.delete(pathOf(this.#spec.location, first))));
    }
    this.#space?.();
  }

  /** The number at which so many records after `from` end: some segments have none. */
  async reach(from: number, records: number): Promise<number> {
    let left = records;
    let end = Math.max(from, this.first - 1);
    const entries = [...this.#entries];
    for (const [index, { first }] of entries.entries()) {
      const next = entries[index + 1]?.first ?? this.#next;
      if (next - 1 <= end) continue;
      if (left === 0) break;
      const begin = Math.max(first, end + 1);
      const there = Math.max(0, first + (await this.#recordsOf(first, next)) - begin);
      end = there > left ? begin + left - 1 : next - 1;
      left -= Math.min(there, left);
    }
    return end;
  }

  /** How many records a segment has, read where its numbers do not tell: one may be none. */
  async #recordsOf(first: number, next: number): Promise<number> {
    if (this.#isFence(first)) return 0;
    if (next - first > 1) return next - first;
    const known = this.#single.get(first) ?? (await this.#read(first)).lengths.length;
    this.#single.set(first, known);
    return known;
  }

  #isFence(first: number): boolean {
    return this.#fences.includes(first);
  }

  /** The segments with records of these numbers, both included, in order. */
  async *segments(from: number, to: number): AsyncGenerator<Segment> {
    const wanted = this.#entries.filter(({ first }, index) => {
      const next = this.#entries[index + 1]?.first ?? this.#next;
      return first <= to && next > from && !this.#isFence(first);
    });
    for (let at = 0; at < wanted.length; at += parallel) {
      const some = wanted.slice(at, at + parallel);
      yield* await Promise.all(some.map(({ first }) => this.#read(first)));
    }
  }

  async #read(first: number): Promise<Segment> {
    const { location } = this.#spec;
    const bytes = this.#cache.get(first) ?? (await readSegment(location, first));
    return decodeSegment(pathOf(location, first), bytes);
  }

  #open(): Group {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#group === undefined) {
      this.#group = newGroup();
      this.#running ??= this.#run();
    }
    return this.#group;
  }

  /** Writes groups until there is none. */
  async #run(): Promise<void> {
    try {
      while (this.#group !== undefined && !this.#closing.signal.aborted) {
        const remote = !["file", "memory"].includes(this.#spec.location.store.scheme);
        if (remote) await env.sleep(remoteMs, this.#closing.signal);
        // What this turn of the loop still brings goes along.
        else await new Promise((resolve) => setImmediate(resolve));
        await this.#write();
      }
    } catch (thrown) {
      this.#fail(thrown);
    } finally {
      this.#running = undefined;
    }
  }

  async #write(): Promise<void> {
    const group = this.#group!;
    while (this.#last > this.#committed && this.#used > this.#spec.maxBytes) {
      await new Promise<void>((resolve) => {
        this.#space = resolve;
      });
      this.#space = undefined;
      if (this.#closing.signal.aborted) return;
    }
    this.#group = undefined;
    this.#writing = group;
    const payload = group.output.taken();
    this.#writingBytes = payload.length;
    for (const go of this.#rooms.splice(0)) go();
    const { lengths } = group;
    const first = this.#next;
    const last = lengths.length > 0 ? first + lengths.length - 1 : this.#last;
    const state = this.describe();
    const bytes = encodeSegment({ first, last, fences: this.#fences, state, lengths, payload });
    const { location } = this.#spec;
    if (!(await location.store.putIfAbsent(pathOf(location, first), bytes))) {
      throw error("JOURNAL_FENCED", { path: location.path });
    }
    this.#entries.push({ first, size: bytes.length });
    if (lengths.length <= 1) this.#single.set(first, lengths.length);
    this.#used += bytes.length;
    this.#writingBytes = 0;
    this.#keep(first, bytes);
    this.#next = first + span(group);
    this.#last = last;
    this.#writing = undefined;
    group.resolve();
  }

  #keep(first: number, bytes: Uint8Array): void {
    this.#cache.set(first, bytes);
    this.#cached += bytes.length;
    for (const oldest of this.#cache.keys()) {
      if (this.#cached <= cachedBytes) return;
      this.#forget(oldest);
    }
  }

  #forget(first: number): void {
    this.#cached -= this.#cache.get(first)?.length ?? 0;
    this.#cache.delete(first);
  }

  #fail(thrown: unknown): void {
    this.#failure ??= thrown;
    this.#writing?.reject(this.#failure);
    this.#group?.reject(this.#failure);
    this.#writing = undefined;
    this.#group = undefined;
    for (const go of this.#rooms.splice(0)) go();
  }

  /** Waits for the segment that is being written; what waits behind it is given up. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#space?.();
    await this.#running;
    this.#fail(error("JOURNAL_CLOSED", { path: this.path }));
  }
}

function newGroup(): Group {
  let [resolve, reject]: [() => void, (thrown: unknown) => void] = [() => {}, () => {}];
  const done = new Promise<void>((...ways) => {
    [resolve, reject] = ways;
  });
  done.catch(() => undefined);
  return { output: new AvroOutput(), lengths: [], done, resolve, reject };
}
