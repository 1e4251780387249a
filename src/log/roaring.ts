import { bytesInBlock, type RowBlock, type RowSet, rowsInBlock } from "../plan/row-set.ts";

/** Delta's two frames around 32-bit bitmaps: with keys (the specification's), and without. */
const portableMagic = 1681511377;
const nativeMagic = 1681511376;
/** The second, its numbers big-endian: the specification's example of an inline vector. */
const swappedMagic = -791463580;

/** RoaringBitmap's cookies, with and without containers of runs. */
const cookieNoRuns = 12346;
const cookieRuns = 12347;
/** A bitmap with runs has a table of offsets from this many containers on. */
const offsetsFrom = 4;
/** A container of more values than this, that has no runs, is a bitmap. */
const rowsMax = 4096;

/** Bytes that are no bitmap: what is wrong with them. */
export class RoaringError extends Error {}

/** The rows of a serialised 64-bit bitmap (PROTOCOL.md#deletion-vector-format). */
export function decodeRoaring(bytes: Uint8Array): RowSet {
  const reader = new Reader(bytes);
  const blocks: RowBlock[] = [];
  let size = 0;
  for (const { key } of bitmaps(reader)) {
    size += readBitmap(reader, key, blocks);
  }
  return { size, blocks };
}

/** Steps from bitmap to bitmap: each must be read before the next is asked for. */
function* bitmaps(reader: Reader): Iterable<{ readonly key: number }> {
  const magic = reader.int32();
  if (magic === portableMagic) {
    yield* keyed(reader);
  } else if (magic === nativeMagic) {
    yield* numbered(reader, () => reader.int32());
  } else if (magic === swappedMagic) {
    yield* numbered(reader, () => reader.bigEndian());
  } else {
    throw new RoaringError(`its magic number is ${magic}`);
  }
}

function* keyed(reader: Reader): Iterable<{ readonly key: number }> {
  const count = reader.int64();
  if (count < 0) throw new RoaringError(`it has ${count} bitmaps`);
  let before = -1;
  for (let index = 0; index < count; index++) {
    const key = reader.int32();
    if (key <= before) throw new RoaringError(`key ${key} follows key ${before}`);
    before = key;
    yield { key };
  }
}

function* numbered(reader: Reader, number: () => number): Iterable<{ readonly key: number }> {
  const count = number();
  if (count < 0) throw new RoaringError(`it has ${count} bitmaps`);
  for (let key = 0; key < count; key++) {
    const end = number() + reader.at;
    yield { key };
    if (end < reader.at) throw new RoaringError(`bitmap ${key} is longer than it says`);
    reader.at = end;
  }
}

/** One 32-bit bitmap (RoaringFormatSpec): its containers become blocks; how many rows it has. */
function readBitmap(reader: Reader, key: number, blocks: RowBlock[]): number {
  const cookie = reader.uint32();
  const withRuns = (cookie & 0xffff) === cookieRuns;
  if (!withRuns && cookie !== cookieNoRuns) throw new RoaringError(`a cookie is ${cookie}`);
  const count = withRuns ? (cookie >>> 16) + 1 : reader.uint32();
  if (count > rowsInBlock) throw new RoaringError(`a bitmap has ${count} containers`);
  const runs = withRuns ? reader.take((count + 7) >> 3) : undefined;
  const heads = reader.uint16s(count * 2);
  if (!withRuns || count >= offsetsFrom) reader.take(count * 4);
  let size = 0;
  let before = -1;
  for (let index = 0; index < count; index++) {
    const low = heads[index * 2] as number;
    if (low <= before) throw new RoaringError(`container ${low} follows container ${before}`);
    before = low;
    const high = key * rowsInBlock + low;
    const cardinality = (heads[index * 2 + 1] as number) + 1;
    const isRun = runs !== undefined && ((runs[index >> 3] as number) & (1 << (index & 7))) !== 0;
    if (isRun) {
      const ranges = readRuns(reader);
      for (let at = 0; at < ranges.length; at += 2) {
        size += (ranges[at + 1] as number) - (ranges[at] as number) + 1;
      }
      if (ranges.length > 0) blocks.push({ high, kind: "ranges", ranges });
    } else {
      blocks.push(
        cardinality > rowsMax ? bits(reader, high, cardinality) : rows(reader, high, cardinality),
      );
      size += cardinality;
    }
  }
  return size;
}

function readRuns(reader: Reader): Uint16Array {
  const ranges = reader.uint16s(reader.uint16() * 2);
  let before = -1;
  for (let at = 0; at < ranges.length; at += 2) {
    const first = ranges[at] as number;
    const last = first + (ranges[at + 1] as number);
    if (first <= before || last >= rowsInBlock) {
      throw new RoaringError(`the run ${first} to ${last} follows ${before}`);
    }
    before = last;
    ranges[at + 1] = last;
  }
  return ranges;
}

function rows(reader: Reader, high: number, cardinality: number): RowBlock {
  const values = reader.uint16s(cardinality);
  for (let at = 1; at < values.length; at++) {
    if ((values[at] as number) <= (values[at - 1] as number)) {
      throw new RoaringError(`${values[at]} follows ${values[at - 1]} in a container`);
    }
  }
  return { high, kind: "rows", rows: values };
}

function bits(reader: Reader, high: number, cardinality: number): RowBlock {
  const own = reader.take(bytesInBlock).slice();
  let found = 0;
  for (const byte of own) found += ones[byte] as number;
  if (found === cardinality) return { high, kind: "bits", bits: own };
  throw new RoaringError(`a container of ${cardinality} values has ${found}`);
}

/** How many bits of a byte are set. */
const ones = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0;
  for (let rest = byte; rest !== 0; rest >>= 1) count += rest & 1;
  return count;
});

/** Numbers one after another, little-endian where nothing else is said. */
class Reader {
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  take(length: number): Uint8Array {
    const start = this.#step(length);
    return this.#bytes.subarray(start, start + length);
  }

  uint16(): number {
    return this.#view.getUint16(this.#step(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#step(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#step(4), true);
  }

  bigEndian(): number {
    return this.#view.getInt32(this.#step(4));
  }

  int64(): number {
    return Number(this.#view.getBigInt64(this.#step(8), true));
  }

  uint16s(count: number): Uint16Array {
    const start = this.#step(count * 2);
    return Uint16Array.from({ length: count }, (_, at) => {
      return this.#view.getUint16(start + at * 2, true);
    });
  }

  #step(length: number): number {
    const start = this.at;
    if (start + length > this.#bytes.length) {
      throw new RoaringError(`it ends at byte ${this.#bytes.length}, within a number or container`);
    }
    this.at = start + length;
    return start;
  }
}
