import fc from "fast-check";
import { expect, test } from "vitest";
import {
  bitsOf,
  blockAt,
  bytesInBlock,
  bytesOf,
  lastRow,
  type RowBlock,
  type RowSet,
} from "../../src/plan/row-set.ts";
import { rowsOf } from "./rows.ts";

const bits = new Uint8Array(bytesInBlock);
bits[1] = 0b101;
const set: RowSet = {
  size: 8,
  blocks: [
    { high: 0, kind: "rows", rows: Uint16Array.of(0, 65_535) },
    { high: 3, kind: "ranges", ranges: Uint16Array.of(6, 8, 65_535, 65_535) },
    { high: 2 ** 20, kind: "bits", bits },
  ],
};

test("the rows of every kind of block", () => {
  const third = 3 * 65_536;
  const fourth = 2 ** 36;
  expect(rowsOf(set)).toEqual([
    0,
    65_535,
    third + 6,
    third + 7,
    third + 8,
    third + 65_535,
    fourth + 8,
    fourth + 10,
  ]);
});

test("the last row", () => {
  expect(lastRow(set)).toBe(2 ** 36 + 10);
  expect(lastRow({ size: 0, blocks: [] })).toBeUndefined();
  expect(lastRow({ size: 6, blocks: set.blocks.slice(0, 2) })).toBe(4 * 65_536 - 1);
});

test("blocks are found by their place", () => {
  expect([0, 1, 3, 4, 2 ** 20, 2 ** 21].map((high) => blockAt(set, high)?.kind)).toEqual([
    "rows",
    undefined,
    "ranges",
    undefined,
    "bits",
    undefined,
  ]);
});

test("the bits of ranges, wherever they begin and end", () => {
  const room = new Uint8Array(bytesInBlock).fill(255);
  const pairs = fc.uniqueArray(fc.nat(200), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(pairs, (numbers) => {
      const [a, b, c, d] = numbers.sort((left, right) => left - right) as [
        number,
        number,
        number,
        number,
      ];
      const block: RowBlock = { high: 0, kind: "ranges", ranges: Uint16Array.of(a, b, c, d) };
      const found = bitsOf(block, room);
      for (let row = 0; row < 210; row++) {
        const isIn = (row >= a && row <= b) || (row >= c && row <= d);
        expect((found[row >> 3]! & (1 << (row & 7))) !== 0).toBe(isIn);
      }
    }),
  );
});

test("a set weighs what its blocks hold", () => {
  expect(bytesOf(set)).toBe(3 * 128 + 4 + 8 + bytesInBlock);
});
