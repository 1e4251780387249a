import fc from "fast-check";
import { expect, test } from "vitest";
import { comparePaths } from "../../src/storage/order.ts";

test("paths compare as their UTF-8 bytes do", () => {
  const path = fc.string({ unit: fc.constantFrom("a", "/", "é", "\uff5e", "🎈", "名", "\ud7ff") });
  fc.assert(
    fc.property(path, path, (left, right) => {
      const expected = Buffer.compare(Buffer.from(left), Buffer.from(right));
      expect(Math.sign(comparePaths(left, right))).toBe(expected);
    }),
  );
});
