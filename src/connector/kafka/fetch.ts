import { Cursor } from "./cursor.ts";
import type { PeerReader } from "./peer.ts";

/** What one answer has of a partition. */
export interface FetchedPartition {
  readonly topicId: string;
  readonly partition: number;
  /** Kafka's number of an error; 0: none. */
  readonly error: number;
  /** Behind the last record that all replicas have. */
  readonly highWatermark: bigint;
  readonly aborted: readonly AbortedTransaction[];
  /** Record batches, the last of which may be cut short. */
  readonly records: Buffer;
}

/** A transaction whose records up to its marker do not count. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

export interface FetchAnswer {
  readonly error: number;
  readonly partitions: readonly FetchedPartition[];
}

/** Reads an answer to Fetch, version 13, leaving record batches as they are. */
export function readFetch(_id: number, _key: number, _version: number, reader: PeerReader) {
  return parseFetch(reader.buffer.slice(reader.position, reader.length));
}

export function parseFetch(bytes: Buffer): FetchAnswer {
  const cursor = new Cursor(bytes);
  cursor.skip(4); // throttle time
  const error = cursor.int16();
  cursor.skip(4); // session
  const partitions: FetchedPartition[] = [];
  cursor.array(() => {
    const topicId = cursor.uuid();
    cursor.array(() => {
      partitions.push(partitionOf(cursor, topicId));
    });
    cursor.tags();
  });
  return { error, partitions };
}

function partitionOf(cursor: Cursor, topicId: string): FetchedPartition {
  const partition = cursor.int32();
  const error = cursor.int16();
  const highWatermark = cursor.int64();
  cursor.skip(16); // last stable offset, log start offset
  const aborted: AbortedTransaction[] = [];
  cursor.array(() => {
    aborted.push({ producerId: cursor.int64(), firstOffset: cursor.int64() });
    cursor.tags();
  });
  cursor.skip(4); // preferred replica
  const records = cursor.bytes();
  cursor.tags();
  return { topicId, partition, error, highWatermark, aborted, records };
}
