import { Cursor } from "./cursor.ts";
import type { TopicPartition } from "./partition.ts";
import type { PeerReader } from "./peer.ts";

export const produceKey = 0;
export const produceVersion = 9;

/** A record batch, and where it goes. */
export interface Produced extends TopicPartition {
  readonly records: Buffer;
}

export interface ProduceRequest {
  readonly transactionalId: string | undefined;
  /** -1: all replicas in sync. */
  readonly acks: number;
  readonly timeoutMs: number;
  /** One a partition. */
  readonly batches: readonly Produced[];
}

/** What became of a partition's batch. */
export interface ProduceAnswer extends TopicPartition {
  /** Kafka's number of an error; 0: none. */
  readonly error: number;
  readonly message: string;
}

/** The request Produce, version 9, its record batches as they are. */
export function produceRequest(request: ProduceRequest): Buffer {
  const { transactionalId, acks, timeoutMs, batches } = request;
  const parts: Buffer[] = [];
  parts.push(transactionalId === undefined ? unsigned(0) : text(transactionalId));
  const head = Buffer.alloc(6);
  head.writeInt16BE(acks, 0);
  head.writeInt32BE(timeoutMs, 2);
  parts.push(head);
  const topics = [...new Set(batches.map(({ topic }) => topic))];
  parts.push(unsigned(topics.length + 1));
  for (const topic of topics) {
    const own = batches.filter((batch) => batch.topic === topic);
    parts.push(text(topic), unsigned(own.length + 1));
    for (const { partition, records } of own) {
      const number = Buffer.alloc(4);
      number.writeInt32BE(partition, 0);
      parts.push(number, unsigned(records.length + 1), records, noTags);
    }
    parts.push(noTags);
  }
  parts.push(noTags);
  return Buffer.concat(parts);
}

/** Reads the answer to Produce, version 9. */
export function readProduce(_id: number, _key: number, _version: number, reader: PeerReader) {
  return parseProduce(reader.buffer.slice(reader.position, reader.length));
}

export function parseProduce(bytes: Buffer): readonly ProduceAnswer[] {
  const cursor = new Cursor(bytes);
  const answers: ProduceAnswer[] = [];
  cursor.array(() => {
    const topic = cursor.text();
    cursor.array(() => {
      const partition = cursor.int32();
      const error = cursor.int16();
      cursor.skip(24); // offset of the first record, time of appending, first offset there is
      const messages: string[] = [];
      cursor.array(() => {
        cursor.skip(4); // which record
        messages.push(cursor.text());
        cursor.tags();
      });
      messages.push(cursor.text());
      cursor.tags();
      answers.push({ topic, partition, error, message: messages.filter(Boolean).join("; ") });
    });
    cursor.tags();
  });
  return answers;
}

const noTags = Buffer.of(0);

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([unsigned(bytes.length + 1), bytes]);
}

function unsigned(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}
