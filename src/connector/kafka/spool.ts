import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { FetchedRecords, RecordPiece } from "../../plan/input.ts";
import type { FetchQuestion, KafkaClient } from "./client.ts";
import { code, passes, reasonOf } from "./failure.ts";
import type { FetchedPartition } from "./fetch.ts";
import { earliest, latest as latestWord, nameOf, type TopicPartition } from "./partition.ts";
import { wholeBatches } from "./whole.ts";

/** Bytes of fetched records that stay in memory; what is beyond lies in a file. */
const memoryBytes = 64 << 20;
/** Looks at a topic that brokers do not know before it is taken for deleted; 1 s apart. */
const lookups = 3;

/** Records to bring: offsets from `start` to before `end`. */
export interface OffsetRange extends TopicPartition {
  readonly start: bigint;
  readonly end: bigint;
}

export interface SpoolRequest {
  readonly client: KafkaClient;
  readonly ranges: readonly OffsetRange[];
  /** See `RecordLog.fetch`. */
  readonly folder: string;
  readonly failOnDataLoss: boolean;
  readonly pollMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Aborts when the client is closed: it answers nothing more. */
  readonly closed?: AbortSignal;
}

/**
 * Brings the record batches of ranges, waiting out brokers that are away for `pollMs`.
 * KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE where records are gone; with failOnDataLoss false
 * they are left out, and a warning says so. KAFKA_UNAVAILABLE.
 */
export async function spool(request: SpoolRequest): Promise<FetchedRecords> {
  const store = new PieceStore(request.folder);
  try {
    const pieces = await new Spool(request, store).run();
    await store.close();
    return { pieces, release: () => store.remove() };
  } catch (thrown) {
    await store.remove();
    throw thrown;
  }
}

/** One range on its way. */
interface Progress {
  readonly range: OffsetRange;
  readonly pieces: RecordPiece[];
  topicId: string;
  next: bigint;
  heardMs: number;
  /** What kept it from going on, for the error in the end. */
  reason: string;
  unknown: number;
  /** The broker says that the log ends before it. */
  short: boolean;
}

class Spool {
  readonly #request: SpoolRequest;
  readonly #store: PieceStore;
  readonly #progress: readonly Progress[];

  constructor(request: SpoolRequest, store: PieceStore) {
    this.#request = request;
    this.#store = store;
    this.#progress = request.ranges.map((range) => ({
      ...{ range, pieces: [], topicId: "", next: range.start, heardMs: env.monotonic() },
      ...{ reason: "nothing came", unknown: 0, short: false },
    }));
  }

  async run(): Promise<readonly RecordPiece[]> {
    const { client, signal, closed } = this.#request;
    const { backoffMs, backoffMaxMs } = client.config;
    for (let waitMs = backoffMs; ; ) {
      const open = this.#progress.filter(({ next, range }) => next < range.end);
      if (open.length === 0) return this.#progress.flatMap(({ pieces }) => pieces);
      const aborted = [signal, closed].find((one) => one?.aborted);
      if (aborted) throw error("OPERATION_CANCELED", {}, aborted.reason);
      const moved = await this.#round(open);
      for (const one of open) this.#checkTime(one);
      if (moved) waitMs = backoffMs;
      else {
        await env.sleep(waitMs, signal);
        waitMs = Math.min(backoffMaxMs, waitMs * 2);
      }
    }
  }

  /** Asks once for all that is open; whether anything came. */
  async #round(open: readonly Progress[]): Promise<boolean> {
    const { client } = this.#request;
    await this.#identify(open.filter(({ topicId }) => topicId === ""));
    const asked = open.filter(({ topicId, next, range }) => topicId !== "" && next < range.end);
    if (asked.length === 0) return false;
    const questions: FetchQuestion[] = asked.map(({ range, topicId, next: offset }) => ({
      ...{ topic: range.topic, partition: range.partition, topicId, offset },
    }));
    const { answers, failure } = await client.fetch(questions);
    let moved = false;
    for (const one of asked) {
      const answer = answers.get(nameOf(one.range));
      if (answer === undefined) one.reason = failure ?? "its leader is not known";
      else if (await this.#take(one, answer)) moved = true;
    }
    return moved;
  }

  /** Finds the ids of topics; those that are gone are lost. */
  async #identify(open: readonly Progress[]): Promise<void> {
    if (open.length === 0) return;
    const names = [...new Set(open.map(({ range }) => range.topic))];
    const topics = await this.#request.client.topics(names);
    const ids = new Map(topics.map(({ name, id }) => [name, id]));
    for (const one of open) {
      const id = ids.get(one.range.topic);
      if (id !== undefined) one.topicId = id;
      else await this.#missing(one);
    }
  }

  async #missing(one: Progress): Promise<void> {
    one.reason = "the topic is not there";
    one.unknown++;
    if (one.unknown < lookups) await env.sleep(1_000, this.#request.signal);
    else this.#lost(one, one.range.end);
  }

  async #take(one: Progress, answer: FetchedPartition): Promise<boolean> {
    const { error: number } = answer;
    if (number === 0) return await this.#keep(one, answer);
    one.reason = reasonOf(number);
    if (number === code.offsetOutOfRange) {
      await this.#outOfRange(one);
      return false;
    }
    const unknown = [code.unknownTopic, code.unknownTopicId, code.inconsistentTopicId] as number[];
    if (unknown.includes(number)) {
      const before = one.topicId;
      one.topicId = "";
      await this.#identify([one]);
      // Made again: the offsets of the range are those of the topic that is gone.
      if (one.topicId !== "" && one.topicId !== before) this.#lost(one, one.range.end);
      return false;
    }
    if (passes(number)) return false;
    const { servers } = this.#request.client.config;
    const told = { servers, request: "Fetch", subject: nameOf(one.range), reason: one.reason };
    throw error("KAFKA_REQUEST_FAILED", told);
  }

  async #keep(one: Progress, { records, aborted, highWatermark }: FetchedPartition) {
    const { range } = one;
    const { committed, checkCrcs } = this.#request.client.config;
    const { length, next } = wholeBatches(records, range.end);
    one.short = next === undefined && highWatermark <= one.next;
    if (next === undefined || next <= one.next) return false;
    if (length > 0) {
      one.pieces.push({
        ...{ topic: range.topic, partition: range.partition, start: one.next, end: range.end },
        ...{ bytes: await this.#store.put(records.subarray(0, length)), checked: checkCrcs },
        ...(committed ? { aborted } : {}),
      });
    }
    one.next = next;
    one.heardMs = env.monotonic();
    one.unknown = 0;
    return true;
  }

  /** The offset is none of the log: what is left of the range is where the log is now. */
  async #outOfRange(one: Progress): Promise<void> {
    const { client } = this.#request;
    const { topic, partition, end } = one.range;
    const [first] = await client.offsets([{ topic, partition, at: earliest }]);
    const [behind] = await client.offsets([{ topic, partition, at: latestWord }]);
    if (first === undefined || behind === undefined) return;
    if (one.next >= first && one.next < behind) return; // it is there again
    this.#lost(one, one.next >= behind || first >= end ? end : first);
  }

  /** Goes on at `next`; what is before it is gone. */
  #lost(one: Progress, next: bigint): void {
    const { topic, partition } = one.range;
    const gone = { startOffset: one.next, endOffset: next, topicPartition: nameOf(one.range) };
    if (this.#request.failOnDataLoss) {
      const endOffset = one.range.end;
      throw error("KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE", { ...gone, endOffset });
    }
    env.warn(
      `Offsets [${gone.startOffset}, ${next}) of ${topic}-${partition} are not in Kafka any more ` +
        "and are left out. To fail instead, set failOnDataLoss to true",
    );
    one.next = next;
    one.heardMs = env.monotonic();
  }

  #checkTime(one: Progress): void {
    const { pollMs, client } = this.#request;
    if (one.next >= one.range.end || env.monotonic() - one.heardMs < pollMs) return;
    if (one.short) {
      this.#lost(one, one.range.end);
      return;
    }
    const { servers } = client.config;
    const reason = `offset ${one.next} of ${nameOf(one.range)} did not come: ${one.reason}`;
    throw error("KAFKA_UNAVAILABLE", { servers, ms: pollMs, reason });
  }
}

/** Keeps pieces in memory, and beyond its bound in one file. */
class PieceStore {
  readonly #path: string;
  #held = 0;
  #file: FileHandle | undefined;
  #written = 0;

  constructor(folder: string) {
    this.#path = join(folder, `kafka-${env.uuid()}.records`);
  }

  async put(bytes: Buffer): Promise<RecordPiece["bytes"]> {
    if (this.#file === undefined && this.#held + bytes.length <= memoryBytes) {
      this.#held += bytes.length;
      return bytes;
    }
    this.#file ??= await open(this.#path, "wx");
    const position = this.#written;
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, done);
      done += bytesWritten;
    }
    this.#written += bytes.length;
    return { path: this.#path, position, length: bytes.length };
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  async remove(): Promise<void> {
    if (this.#file === undefined) return;
    await this.#file.close().catch(() => undefined);
    await rm(this.#path, { force: true });
  }
}
