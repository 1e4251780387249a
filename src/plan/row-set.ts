/**
 * Rows of a file by their number in it, in blocks of 65,536: of a file of billions of rows a set
 * takes some bytes a row at most, whatever its shape.
 */
export interface RowSet {
  readonly size: number;
  /** Ascending by `high`, none empty. */
  readonly blocks: readonly RowBlock[];
}

/** Rows of [high × 65,536, (high + 1) × 65,536), by what is left of their number. */
export type RowBlock = { readonly high: number } & (
  | { readonly kind: "rows"; readonly rows: Uint16Array } // ascending
  | { readonly kind: "ranges"; readonly ranges: Uint16Array } // first, last, first, last, …
  | { readonly kind: "bits"; readonly bits: Uint8Array } // 8,192 bytes, least significant bit first
);

export const rowsInBlock = 65_536;
export const bytesInBlock = rowsInBlock / 8;

/** The highest row, exact below 2^53; undefined of no rows. */
export function lastRow(set: RowSet): number | undefined {
  const block = set.blocks.at(-1);
  if (block === undefined) return undefined;
  return block.high * rowsInBlock + lastOf(block);
}

function lastOf(block: RowBlock): number {
  if (block.kind === "rows") return block.rows.at(-1) ?? 0;
  if (block.kind === "ranges") return block.ranges.at(-1) ?? 0;
  const byte = block.bits.findLastIndex((bits) => bits !== 0);
  return byte * 8 + 31 - Math.clz32(block.bits[byte] ?? 0);
}

/** The block of the rows that begin at `high × 65,536`, if any of them is in the set. */
export function blockAt(set: RowSet, high: number): RowBlock | undefined {
  let from = 0;
  let to = set.blocks.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const block = set.blocks[middle] as RowBlock;
    if (block.high === high) return block;
    if (block.high < high) from = middle + 1;
    else to = middle;
  }
  return undefined;
}

/** The bits of a block: its own, which must stay as they are, or those of `room` set to them. */
export function bitsOf(block: RowBlock, room: Uint8Array): Uint8Array {
  if (block.kind === "bits") return block.bits;
  room.fill(0);
  if (block.kind === "rows") {
    for (const row of block.rows) room[row >> 3]! |= 1 << (row & 7);
    return room;
  }
  for (let at = 0; at < block.ranges.length; at += 2) {
    setRange(room, block.ranges[at] ?? 0, block.ranges[at + 1] ?? 0);
  }
  return room;
}

function setRange(bits: Uint8Array, first: number, last: number): void {
  let row = first;
  for (; row <= last && (row & 7) !== 0; row++) bits[row >> 3]! |= 1 << (row & 7);
  const whole = (last + 1) >> 3;
  if (row >> 3 < whole) {
    bits.fill(255, row >> 3, whole);
    row = whole * 8;
  }
  for (; row <= last; row++) bits[row >> 3]! |= 1 << (row & 7);
}

/** Bytes a set takes, for those who bound what they keep. */
export function bytesOf(set: RowSet): number {
  let bytes = 0;
  for (const block of set.blocks) {
    bytes += blockBytes;
    if (block.kind === "rows") bytes += block.rows.byteLength;
    else bytes += block.kind === "ranges" ? block.ranges.byteLength : block.bits.byteLength;
  }
  return bytes;
}

/** What the objects of a block take beside its rows, about. */
const blockBytes = 128;
