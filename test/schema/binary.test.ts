import { expect, test } from "vitest";
import {
  type BinaryStyle,
  binaryStyle,
  formatBinary,
  parseBinary,
} from "../../src/schema/binary.ts";

test.each<[BinaryStyle, string]>([
  ["UTF-8", "Spark"],
  ["BASIC", "[83, 112, 97, 114, 107]"],
  ["BASE64", "U3Bhcms"],
  ["HEX", "537061726B"],
  ["HEX_DISCRETE", "[53 70 61 72 6B]"],
])("bytes as %s", (style, text) => {
  expect(formatBinary(new TextEncoder().encode("Spark"), style)).toBe(text);
  expect(new TextDecoder().decode(parseBinary(text, style))).toBe("Spark");
});

test.each<[BinaryStyle, string, readonly number[] | undefined]>([
  ["BASIC", "[65, -1]", [65, 255]],
  ["BASIC", "[65, 200]", undefined],
  ["BASIC", "[]", []],
  ["BASE64", "QUJDREE=", [65, 66, 67, 68, 65]],
  ["BASE64", "!", undefined],
  ["HEX", "4", [4]],
  ["HEX", "x", undefined],
  ["HEX_DISCRETE", "[0a 0B]", [10, 11]],
  ["HEX_DISCRETE", "[01 2]", undefined],
  ["HEX_DISCRETE", "0102", undefined],
])("of %s the text %s", (style, text, bytes) => {
  const read = parseBinary(text, style);
  expect(read && [...read]).toEqual(bytes);
});

test("bytes are signed, a setting is read in any case, and another one is refused", () => {
  expect(formatBinary(Uint8Array.of(255), "BASIC")).toBe("[-1]");
  expect(binaryStyle("hex", "UTF-8")).toBe("HEX");
  expect(binaryStyle(undefined, "UTF-8")).toBe("UTF-8");
  expect(() => binaryStyle("OCTAL", "UTF-8")).toThrow(/HEX_DISCRETE/);
});
