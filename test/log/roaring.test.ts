import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeRoaring, RoaringError } from "../../src/log/roaring.ts";
import { rowsOf } from "../plan/rows.ts";
import { encodeRows, int32, join } from "./bitmap.ts";

/** Stretches of rows here and there, some of them long, in two bitmaps of 32 bits. */
const stretch = fc.record({
  start: fc.oneof(fc.nat(200_000), fc.integer({ min: 2 ** 32 - 70_000, max: 2 ** 32 + 70_000 })),
  length: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 4000, max: 9000 })),
  step: fc.integer({ min: 1, max: 3 }),
});
const rowSets = fc.array(stretch, { maxLength: 4 }).map((stretches) => {
  const rows = stretches.flatMap(({ start, length, step }) =>
    Array.from({ length }, (_, at) => start + at * step),
  );
  return [...new Set(rows)].sort((left, right) => left - right);
});
const layouts = fc.record({
  layout: fc.constantFrom("portable" as const, "native" as const),
  runs: fc.boolean(),
});

test("any rows that were encoded are found again", () => {
  fc.assert(
    fc.property(rowSets, layouts, (rows, layout) => {
      const set = decodeRoaring(encodeRows(rows, layout));
      expect(set.size).toBe(rows.length);
      expect(rowsOf(set).join()).toBe(rows.join());
    }),
    { numRuns: 40 },
  );
});

test("each kind of container is kept as what it is", () => {
  const dense = Array.from({ length: 5000 }, (_, at) => at * 2);
  const kinds = (rows: number[], runs = false) =>
    decodeRoaring(encodeRows(rows, { runs })).blocks.map((block) => [block.kind, block.high]);
  expect(kinds([1, 65_537])).toEqual([
    ["rows", 0],
    ["rows", 1],
  ]);
  expect(kinds(dense)).toEqual([["bits", 0]]);
  expect(kinds([5, 6, 7, 2 ** 33], true)).toEqual([
    ["ranges", 0],
    ["ranges", 2 ** 17],
  ]);
});

test("two billion rows in runs are a few bytes each 65,536", () => {
  const last = 65_535;
  const heads = Array.from({ length: 32_768 }, (_, at) => join(half(at), half(last)));
  const bodies = heads.map(() => join(half(1), half(0), half(last)));
  const flags = new Uint8Array(4096).fill(255);
  const cookie = int32(12347 + 32_767 * 65_536);
  const offsets = new Uint8Array(4 * 32_768);
  const bitmap = join(cookie, flags, ...heads, offsets, ...bodies);
  const bytes = join(int32(1681511377), int32(1), int32(0), int32(0), bitmap);
  const set = decodeRoaring(bytes);
  expect(set.size).toBe(2 ** 31);
  expect(set.blocks.length).toBe(32_768);
});

function half(value: number): Uint8Array {
  return Uint8Array.of(value & 255, value >> 8);
}

describe("what is no bitmap is refused", () => {
  const good = encodeRows([1, 2, 3, 70_000]);
  test.each([
    ["another magic number", join(int32(7), good.subarray(4)), /magic number is 7/],
    ["no bytes", new Uint8Array(), /ends at byte 0/],
    ["an end too soon", good.subarray(0, good.length - 1), /ends at byte/],
    ["another cookie", good.with(16, 9), /cookie/],
    ["containers out of order", good.with(28, 0), /container 0 follows container 0/],
    ["values out of order", good.with(good.length - 8, 9), /2 follows 9/],
    ["negative numbers of bitmaps", good.with(11, 255), /bitmaps/],
  ])("%s", (_, bytes, reason) => {
    expect(() => decodeRoaring(bytes)).toThrow(RoaringError);
    expect(() => decodeRoaring(bytes)).toThrow(reason);
  });

  test("a bitmap that has more bits than it says", () => {
    const rows = Array.from({ length: 5000 }, (_, at) => at * 2);
    const bytes = encodeRows(rows);
    expect(() => decodeRoaring(bytes.with(bytes.length - 1, 1))).toThrow(/of 5000 values has 5001/);
  });

  test("runs that overlap", () => {
    const bytes = encodeRows([1, 2, 5, 6], { runs: true });
    expect(() => decodeRoaring(bytes.with(bytes.length - 4, 2))).toThrow(/run 2 to 3 follows 2/);
  });
});

test("no damage is anything but rows or a refusal", () => {
  const whole = encodeRows([1, 2, 3, 70_000, 2 ** 32 + 5], { runs: true });
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
      try {
        rowsOf(decodeRoaring(whole.with(at, byte)));
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(RoaringError);
      }
    }),
  );
});
