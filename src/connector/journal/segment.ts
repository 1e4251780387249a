import { crc32 } from "node:zlib";
import { error } from "../../error/error.ts";

/** What is written of the journal at once. */
export interface Segment {
  /** The number of the first record. A segment without records takes a number all the same. */
  readonly first: number;
  /** The number of the newest record up to the end of this segment; -1: there never was one. */
  readonly last: number;
  /** The numbers at which writers came, oldest first. */
  readonly fences: readonly number[];
  /** What the source has to know when it starts again. */
  readonly state: Uint8Array;
  /** Bytes of each record. */
  readonly lengths: readonly number[];
  /** The records, one after the other. */
  readonly payload: Uint8Array;
}

const magic = "MRJ1";
/** Magic, checksum, first, last, and the counts of fences, state, lengths and payload. */
const headBytes = 40;

/** The bytes of a segment; all after the checksum are under it. */
export function encodeSegment(segment: Segment): Uint8Array {
  const { first, last, fences, state, lengths, payload } = segment;
  const before = headBytes + fences.length * 8 + state.length + lengths.length * 4;
  const bytes = Buffer.allocUnsafeSlow(before + payload.length);
  bytes.write(magic, 0, "latin1");
  bytes.writeBigUInt64LE(BigInt(first), 8);
  bytes.writeBigInt64LE(BigInt(last), 16);
  bytes.writeUInt32LE(fences.length, 24);
  bytes.writeUInt32LE(state.length, 28);
  bytes.writeUInt32LE(lengths.length, 32);
  bytes.writeUInt32LE(payload.length, 36);
  let at = headBytes;
  for (const fence of fences) at = bytes.writeBigUInt64LE(BigInt(fence), at);
  bytes.set(state, at);
  at += state.length;
  for (const length of lengths) at = bytes.writeUInt32LE(length, at);
  bytes.set(payload, at);
  bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4);
  return bytes;
}

/**
 * Whether bytes are only a beginning, as a crash leaves them where files have no hard links: the
 * name was given before the bytes, and nobody was told that they are there.
 */
export function isTorn(bytes: Uint8Array): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < headBytes) return true;
  if (view.subarray(0, headBytes).every((byte) => byte === 0)) return true;
  return view.toString("latin1", 0, 4) === magic && view.length < sizeOf(view);
}

function sizeOf(bytes: Buffer): number {
  const [fences, state, lengths, payload] = countsOf(bytes);
  return headBytes + fences * 8 + state + lengths * 4 + payload;
}

function countsOf(bytes: Buffer): readonly [number, number, number, number] {
  const count = (at: number): number => bytes.readUInt32LE(at);
  return [count(24), count(28), count(32), count(36)];
}

/** JOURNAL_CORRUPT where the bytes are not those of a segment; `path` names them. */
export function decodeSegment(path: string, encoded: Uint8Array): Segment {
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  const fail = (reason: string): never => {
    throw error("JOURNAL_CORRUPT", { path, reason });
  };
  if (bytes.length < headBytes) return fail(`it has ${bytes.length} bytes`);
  if (bytes.toString("latin1", 0, 4) !== magic) return fail("it does not begin as one");
  if (bytes.length !== sizeOf(bytes)) {
    return fail(`it has ${bytes.length} bytes, and should have ${sizeOf(bytes)}`);
  }
  if (bytes.readUInt32LE(4) !== crc32(bytes.subarray(8))) return fail("its checksum is another");
  const [fenceCount, stateLength, recordCount] = countsOf(bytes);
  let at = headBytes;
  const fences = Array.from({ length: fenceCount }, (_, index) =>
    Number(bytes.readBigUInt64LE(at + index * 8)),
  );
  at += fenceCount * 8;
  const state = bytes.subarray(at, at + stateLength);
  at += stateLength;
  const lengths = new Array<number>(recordCount);
  for (let i = 0; i < recordCount; i++) lengths[i] = bytes.readUInt32LE(at + i * 4);
  return {
    first: Number(bytes.readBigUInt64LE(8)),
    last: Number(bytes.readBigInt64LE(16)),
    ...{ fences, state, lengths },
    payload: bytes.subarray(at + recordCount * 4),
  };
}

/** How many numbers a segment takes. */
export function span({ lengths }: Pick<Segment, "lengths">): number {
  return Math.max(1, lengths.length);
}

/** The records from one number to another, both included: how many, and their bytes. */
export function recordsBetween(
  { first, lengths, payload }: Segment,
  from: number,
  to: number,
): { readonly count: number; readonly bytes: Uint8Array } {
  const begin = Math.max(0, from - first);
  const end = Math.min(lengths.length, to + 1 - first);
  if (begin >= end) return { count: 0, bytes: payload.subarray(0, 0) };
  const start = sum(lengths, 0, begin);
  return { count: end - begin, bytes: payload.subarray(start, start + sum(lengths, begin, end)) };
}

function sum(lengths: readonly number[], from: number, to: number): number {
  let total = 0;
  for (let i = from; i < to; i++) total += lengths[i]!;
  return total;
}
