import { crc32c } from "./crc32c.ts";

/** Where the fields of a record batch lie. */
const at = {
  length: 8,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  count: 57,
  records: 61,
} as const;

/** Bytes before `length` counts. */
const head = 12;

/** One record batch of format 2; its records are still packed. */
export interface RecordBatch {
  readonly baseOffset: bigint;
  readonly lastOffset: bigint;
  readonly codec: number;
  readonly logAppendTime: boolean;
  readonly transactional: boolean;
  /** Its one record is a marker of a transaction, and no row. */
  readonly control: boolean;
  readonly baseTimestamp: bigint;
  readonly maxTimestamp: bigint;
  readonly producerId: bigint;
  readonly count: number;
  readonly records: Buffer;
  /** Where the next batch begins. */
  readonly next: number;
}

/** The batch at `start`. Throws an Error saying what is wrong with it. */
export function readBatch(bytes: Buffer, start: number, checked: boolean): RecordBatch {
  if (start + at.records > bytes.length) throw new RangeError("it is cut short");
  const magic = bytes.readInt8(start + at.magic);
  if (magic !== 2) {
    throw new RangeError(`its format is ${magic}, of Kafka before 0.11; only format 2 is read`);
  }
  const next = start + head + bytes.readInt32BE(start + at.length);
  if (next < start + at.records || next > bytes.length) throw new RangeError("it is cut short");
  if (checked) {
    const sum = crc32c(bytes, start + at.attributes, next);
    if (sum !== bytes.readUInt32BE(start + at.crc)) {
      throw new RangeError("its checksum is not that of its bytes");
    }
  }
  const attributes = bytes.readInt16BE(start + at.attributes);
  const baseOffset = bytes.readBigInt64BE(start);
  return {
    baseOffset,
    lastOffset: baseOffset + BigInt(bytes.readInt32BE(start + at.lastOffsetDelta)),
    codec: attributes & 7,
    logAppendTime: (attributes & 8) !== 0,
    transactional: (attributes & 16) !== 0,
    control: (attributes & 32) !== 0,
    baseTimestamp: bytes.readBigInt64BE(start + at.baseTimestamp),
    maxTimestamp: bytes.readBigInt64BE(start + at.maxTimestamp),
    producerId: bytes.readBigInt64BE(start + at.producerId),
    count: bytes.readInt32BE(start + at.count),
    records: bytes.subarray(start + at.records, next),
    next,
  };
}
