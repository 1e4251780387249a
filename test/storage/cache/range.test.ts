import fc from "fast-check";
import { expect, test } from "vitest";
import { coalesced, lengthOf, merged, missing, pieces } from "../../../src/storage/cache/range.ts";
import type { ByteRange } from "../../../src/storage/part.ts";

const range = fc
  .tuple(fc.nat(60), fc.nat(12))
  .map(([start, length]): ByteRange => ({ start, end: start + length }));
const some = fc.array(range, { maxLength: 8 });

function bytesOf(ranges: readonly ByteRange[]): Set<number> {
  const bytes = new Set<number>();
  for (const { start, end } of ranges) for (let at = start; at < end; at += 1) bytes.add(at);
  return bytes;
}

test("merged ranges are the same bytes, in order, none touching another", () => {
  fc.assert(
    fc.property(some, (ranges) => {
      const result = merged(ranges);
      expect(bytesOf(result)).toEqual(bytesOf(result.concat(ranges)));
      expect(lengthOf(result)).toBe(bytesOf(ranges).size);
      for (const [at, { start }] of result.entries()) {
        if (at > 0) expect(start).toBeGreaterThan(result[at - 1]!.end);
      }
    }),
  );
});

test("what is missing is what is wanted and not there", () => {
  fc.assert(
    fc.property(some, some, (wanted, present) => {
      const left = bytesOf(wanted);
      for (const byte of bytesOf(present)) left.delete(byte);
      expect(bytesOf(missing(merged(wanted), merged(present)))).toEqual(left);
    }),
  );
});

test("coalescing loses nothing, and adds a tenth at most", () => {
  fc.assert(
    fc.property(some, (ranges) => {
      const own = merged(ranges);
      const result = coalesced(own);
      expect(lengthOf(missing(own, result))).toBe(0);
      expect(lengthOf(result)).toBeLessThanOrEqual(lengthOf(own) * 1.1);
    }),
  );
});

test("neighbours with a small gap become one request, those far apart do not", () => {
  const near = [
    { start: 0, end: 1_000_000 },
    { start: 1_050_000, end: 2_000_000 },
    { start: 9_000_000, end: 9_100_000 },
  ];
  expect(coalesced(near)).toEqual([
    { start: 0, end: 2_000_000 },
    { start: 9_000_000, end: 9_100_000 },
  ]);
});

test("pieces are the ranges, none larger than the bound", () => {
  fc.assert(
    fc.property(some, fc.integer({ min: 1, max: 9 }), (ranges, most) => {
      const own = merged(ranges);
      const result = pieces(own, most);
      expect(merged(result)).toEqual(own);
      for (const { start, end } of result) expect(end - start).toBeLessThanOrEqual(most);
    }),
  );
});
