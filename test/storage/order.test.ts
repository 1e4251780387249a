import fc from "fast-check";
import { expect, test } from "vitest";
import { comparePaths, sortPaths } from "../../src/storage/order.ts";

const path = fc.string({ unit: fc.constantFrom("a", "/", "é", "\uff5e", "🎈", "名", "\ud7ff") });

test("paths compare as their UTF-8 bytes do", () => {
  fc.assert(
    fc.property(path, path, (left, right) => {
      const expected = Buffer.compare(Buffer.from(left), Buffer.from(right));
      expect(Math.sign(comparePaths(left, right))).toBe(expected);
    }),
  );
});

test("paths are sorted in that order", () => {
  fc.assert(
    fc.property(fc.array(path), (paths) => {
      const bytes = paths.map((one) => Buffer.from(one)).sort(Buffer.compare);
      expect(sortPaths([...paths])).toEqual(bytes.map(String));
    }),
  );
});
