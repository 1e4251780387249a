import { crc32c } from "../../engine/duckdb/record/crc32c.ts";

/** A record to write. */
export interface KafkaMessage {
  readonly topic: string;
  /** Absent: by the key, as Kafka's own producers choose; without key, any. */
  readonly partition?: number;
  readonly key?: Uint8Array;
  /** Absent: null, which takes the key out of a compacted topic. */
  readonly value?: Uint8Array;
  readonly headers?: readonly (readonly [key: string, value: Uint8Array | null])[];
  readonly timestamp?: bigint; // ms; absent: when it is sent
}

/** What a record batch says of who wrote it. */
export interface BatchOrigin {
  readonly producerId: bigint;
  readonly epoch: number;
  /** Of its first record. */
  readonly sequence: number;
  readonly transactional: boolean;
}

/** How the records of a batch are compressed: `mask` is Kafka's number of it. */
export interface Codec {
  readonly mask: number;
  compress(bytes: Uint8Array): Uint8Array;
}

/** Bytes of a batch before its records. */
export const batchHeader = 61;
const transactionalBit = 1 << 4;
/** What numbers take at most: length, attributes, time, offset, and three lengths. */
const recordMargin = 5 + 1 + 10 + 5 + 3 * 5;

/** How many bytes a record takes at most, not compressed. */
export function sizeOf({ key, value, headers = [] }: KafkaMessage): number {
  let size = recordMargin + (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, bytes] of headers) {
    size += 10 + Buffer.byteLength(name) + (bytes?.length ?? 0);
  }
  return size;
}

/** A record batch of Kafka's format 2. `now` is the time of the records that tell none, ms. */
export function encodeBatch(
  messages: readonly KafkaMessage[],
  now: number,
  { origin, codec }: { readonly origin: BatchOrigin; readonly codec: Codec | undefined },
): Buffer {
  const times = messages.map(({ timestamp }) => timestamp ?? BigInt(now));
  const first = times[0]!;
  const size = messages.reduce((sum, message) => sum + sizeOf(message), 0);
  const writer = new RecordWriter(size);
  for (const [at, message] of messages.entries())
    writer.record(message, at, zigzagTime(times[at]! - first));
  const records = codec ? codec.compress(writer.bytes) : writer.bytes;
  const batch = Buffer.allocUnsafe(batchHeader + records.length);
  batch.writeBigInt64BE(0n, 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(-1, 12);
  batch.writeInt8(2, 16);
  const attributes = (codec?.mask ?? 0) | (origin.transactional ? transactionalBit : 0);
  batch.writeInt16BE(attributes, 21);
  batch.writeInt32BE(messages.length - 1, 23);
  batch.writeBigInt64BE(first, 27);
  batch.writeBigInt64BE(
    times.reduce((most, time) => (time > most ? time : most)),
    35,
  );
  batch.writeBigInt64BE(origin.producerId, 43);
  batch.writeInt16BE(origin.epoch, 51);
  batch.writeInt32BE(origin.sequence, 53);
  batch.writeInt32BE(messages.length, 57);
  batch.set(records, batchHeader);
  batch.writeUInt32BE(crc32c(batch, 21, batch.length), 17);
  return batch;
}

class RecordWriter {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(size: number) {
    this.#bytes = Buffer.allocUnsafe(size);
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  record({ key, value, headers = [] }: KafkaMessage, offset: number, time: number | bigint): void {
    const names = headers.map(([name]) => Buffer.from(name));
    let length = 1 + unsignedLength(time) + lengthOf(offset) + sized(key) + sized(value);
    length += lengthOf(headers.length);
    for (const [at, [, bytes]] of headers.entries()) length += sized(names[at]) + sized(bytes);
    this.#number(length);
    this.#bytes[this.#at++] = 0;
    this.#unsigned(time);
    this.#number(offset);
    this.#blob(key);
    this.#blob(value);
    this.#number(headers.length);
    for (const [at, [, bytes]] of headers.entries()) {
      this.#blob(names[at]);
      this.#blob(bytes);
    }
  }

  #blob(bytes: Uint8Array | null | undefined): void {
    this.#number(bytes ? bytes.length : -1);
    if (!bytes) return;
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #number(value: number): void {
    this.#unsigned(zigzag(value));
  }

  #unsigned(value: number | bigint): void {
    let rest = value;
    for (; typeof rest === "bigint"; rest = narrowed(rest >> 7n)) {
      this.#bytes[this.#at++] = Number(rest & 127n) | 128;
    }
    for (; rest >= 128; rest = Math.floor(rest / 128)) {
      this.#bytes[this.#at++] = (rest % 128) | 128;
    }
    this.#bytes[this.#at++] = rest;
  }
}

function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

function zigzagTime(delta: bigint): number | bigint {
  return narrowed(BigInt.asUintN(64, (delta << 1n) ^ (delta >> 63n)));
}

/** A number where that is exact. */
function narrowed(value: bigint): number | bigint {
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

function lengthOf(value: number): number {
  return unsignedLength(zigzag(value));
}

function unsignedLength(value: number | bigint): number {
  let length = 1;
  let rest = value;
  for (; typeof rest === "bigint"; rest = narrowed(rest >> 7n)) length++;
  for (; rest >= 128; rest = Math.floor(rest / 128)) length++;
  return length;
}

function sized(bytes: Uint8Array | null | undefined): number {
  if (bytes === null || bytes === undefined) return 1;
  return lengthOf(bytes.length) + bytes.length;
}
