import { nameOf, type TopicPartition } from "./partition.ts";
import { batchHeader, type KafkaMessage, sizeOf } from "./record.ts";

/** Records of one partition that are sent together. */
export interface Batch extends TopicPartition {
  readonly messages: readonly KafkaMessage[];
  /** Of the first record: how many were before it in the partition, by this producer. */
  readonly sequence: number;
  /** At most, not compressed. */
  readonly bytes: number;
  /** When it was placed, on the monotonic clock. */
  readonly since: number;
  /** As it is sent, each time the same. */
  encoded?: Buffer;
}

interface Waiting {
  left: number;
  readonly resolve: () => void;
  readonly reject: (thrown: unknown) => void;
}

/** Sequences go around, as Kafka's own. */
const sequences = 2 ** 31;

/** Batches by partition, in the order in which they were added. */
export class BatchQueue {
  readonly #limit: number;
  readonly #queues = new Map<string, Batch[]>();
  readonly #sequences = new Map<string, number>();
  readonly #waiting = new Map<Batch, Waiting>();

  /** `limit`: bytes of a batch; a record that is larger has one of its own. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds records, each list of one partition. Resolves when all of them are done. */
  add(lists: readonly (readonly KafkaMessage[])[], since: number): Promise<void> {
    const batches = lists.flatMap((messages) => this.#cut(messages, since));
    if (batches.length === 0) return Promise.resolve();
    const done = new Promise<void>((resolve, reject) => {
      const waiting: Waiting = { left: batches.length, resolve, reject };
      for (const batch of batches) this.#waiting.set(batch, waiting);
    });
    // Who waits later than it fails hears of it all the same.
    done.catch(() => undefined);
    return done;
  }

  /** The first batch of each partition, those that waited longest in front. */
  heads(): readonly Batch[] {
    return [...this.#queues.values()].map(([first]) => first!);
  }

  /** The first batch of its partition is where it should be. */
  done(batch: Batch): void {
    this.#replace(batch, []);
    const waiting = this.#waiting.get(batch);
    this.#waiting.delete(batch);
    if (waiting && --waiting.left === 0) waiting.resolve();
  }

  /** Makes two of the first batch of its partition; false: it has but one record. */
  split(batch: Batch): boolean {
    const { messages, sequence } = batch;
    if (messages.length < 2) return false;
    const half = messages.length >> 1;
    const parts = [
      this.#batch(batch, messages.slice(0, half), sequence),
      this.#batch(batch, messages.slice(half), (sequence + half) % sequences),
    ];
    const waiting = this.#waiting.get(batch);
    this.#waiting.delete(batch);
    if (waiting) {
      waiting.left += 1;
      for (const part of parts) this.#waiting.set(part, waiting);
    }
    this.#replace(batch, parts);
    return true;
  }

  /** Forgets all of them. */
  reject(thrown: unknown): void {
    for (const { reject } of this.#waiting.values()) reject(thrown);
    this.#waiting.clear();
    this.#queues.clear();
  }

  #replace(batch: Batch, parts: readonly Batch[]): void {
    const name = nameOf(batch);
    const [, ...rest] = this.#queues.get(name) ?? [];
    this.#queues.delete(name);
    const left = [...parts, ...rest];
    if (left.length > 0) this.#queues.set(name, left);
  }

  #cut(messages: readonly KafkaMessage[], since: number): readonly Batch[] {
    const { topic, partition = 0 } = messages[0]!;
    const name = nameOf({ topic, partition });
    const about = { topic, partition, since };
    const batches: Batch[] = [];
    let [from, bytes] = [0, batchHeader];
    const close = (to: number): void => {
      const sequence = this.#sequences.get(name) ?? 0;
      batches.push(this.#batch(about, messages.slice(from, to), sequence));
      this.#sequences.set(name, (sequence + to - from) % sequences);
      [from, bytes] = [to, batchHeader];
    };
    for (const [at, message] of messages.entries()) {
      const size = sizeOf(message);
      if (at > from && bytes + size > this.#limit) close(at);
      bytes += size;
    }
    close(messages.length);
    const queue = this.#queues.get(name);
    if (queue) queue.push(...batches);
    else this.#queues.set(name, [...batches]);
    return batches;
  }

  #batch(
    { topic, partition, since }: TopicPartition & { readonly since: number },
    messages: readonly KafkaMessage[],
    sequence: number,
  ): Batch {
    const bytes = messages.reduce((sum, message) => sum + sizeOf(message), batchHeader);
    return { topic, partition, since, messages, sequence, bytes };
  }
}
