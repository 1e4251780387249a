/** A place in bytes from which numbers of Avro and Protobuf are read. */
export interface VarintCursor {
  readonly bytes: Uint8Array;
  at: number;
  /** The place after the last byte. */
  readonly end: number;
  /** The last number read: its low and high words. */
  low: number;
  high: number;
}

/** What readers say of bytes that are too few. */
export const ended = "it ends within a value";

/**
 * Reads a number of 64 bits, seven of them to a byte and the lowest first. Throws an Error where
 * the bytes end within it, or go on beyond what 64 bits need.
 */
export function readVarint(cursor: VarintCursor): void {
  const { bytes } = cursor;
  let at = cursor.at;
  let byte = bytes[at++]!;
  let part0 = byte & 0x7f;
  let part1 = 0;
  let part2 = 0;
  let shift = 7;
  while (byte & 0x80) {
    byte = bytes[at++]!;
    if (shift < 28) part0 |= (byte & 0x7f) << shift;
    else if (shift < 56) part1 |= (byte & 0x7f) << (shift - 28);
    else if (shift < 70) part2 |= (byte & 0x7f) << (shift - 56);
    else throw new Error("a number has more than ten bytes");
    shift += 7;
  }
  if (at > cursor.end) throw new Error(ended);
  cursor.at = at;
  cursor.low = part0 | (part1 << 28);
  cursor.high = (part1 >>> 4) | (part2 << 24);
}
