import { bitsOf, bytesInBlock, type RowSet, rowsInBlock } from "../../src/plan/row-set.ts";

/** The rows of a set, one by one. */
export function rowsOf(set: RowSet): number[] {
  const room = new Uint8Array(bytesInBlock);
  return set.blocks.flatMap((block) => {
    const bits = bitsOf(block, room);
    const rows: number[] = [];
    for (let low = 0; low < rowsInBlock; low++) {
      if ((bits[low >> 3]! & (1 << (low & 7))) !== 0) rows.push(block.high * rowsInBlock + low);
    }
    return rows;
  });
}
