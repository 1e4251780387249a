import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeSegment, encodeSegment } from "../../src/catalog/segment.ts";

test("names come back in lower case, and two names never share a segment", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (name) => {
      const segment = encodeSegment(name);
      expect(segment).not.toMatch(/^\.|[/\\?#*:]/);
      expect(decodeSegment(segment)).toBe(name.toLowerCase());
    }),
  );
});

test.each([
  ["Events", "events"],
  ["..", "%2E."],
  [".tables", "%2Etables"],
  ["a/b", "a%2Fb"],
  ["50%", "50%25"],
  ["größe 1", "größe 1"],
])("%j lies in %j", (name, segment) => {
  expect(encodeSegment(name)).toBe(segment);
});
