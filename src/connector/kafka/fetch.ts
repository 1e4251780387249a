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

/** Kafka's compact encodings. */
class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  skip(length: number): void {
    this.#at += length;
  }

  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  int64(): bigint {
    this.#at += 8;
    return this.#bytes.readBigInt64BE(this.#at - 8);
  }

  uuid(): string {
    const hex = this.#bytes.toString("hex", this.#at, this.#at + 16);
    this.#at += 16;
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  #unsigned(): number {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = this.#bytes.readUInt8(this.#at++);
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  }

  /** Its length is told by one more than it is; 0: there is none. */
  array(item: () => void): void {
    for (let left = this.#unsigned() - 1; left > 0; left--) item();
  }

  bytes(): Buffer {
    const length = Math.max(0, this.#unsigned() - 1);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** Tagged fields, of which none is used. */
  tags(): void {
    for (let left = this.#unsigned(); left > 0; left--) {
      this.#unsigned();
      this.skip(this.#unsigned());
    }
  }
}
