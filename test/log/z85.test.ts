import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeZ85 } from "../../src/log/z85.ts";
import { encodeZ85 } from "./bitmap.ts";

test("the text that ZeroMQ's specification gives", () => {
  const bytes = [0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b];
  expect(decodeZ85("HelloWorld")).toEqual(Uint8Array.from(bytes));
});

test("what was encoded comes back", () => {
  const words = fc.uint8Array({ maxLength: 40 }).filter((bytes) => bytes.length % 4 === 0);
  fc.assert(
    fc.property(words, (bytes) => {
      expect(decodeZ85(encodeZ85(bytes))).toEqual(bytes);
    }),
  );
});

test("other texts are none", () => {
  for (const text of ["Hell", "Hell~", "#####"]) expect(decodeZ85(text)).toBeUndefined();
});
