import { expect, test } from "vitest";
import { type BinaryStyle, binaryStyle, formatBinary } from "../../src/schema/binary.ts";

test.each<[BinaryStyle, string]>([
  ["UTF-8", "Spark"],
  ["BASIC", "[83, 112, 97, 114, 107]"],
  ["BASE64", "U3Bhcms"],
  ["HEX", "537061726B"],
  ["HEX_DISCRETE", "[53 70 61 72 6B]"],
])("bytes as %s", (style, text) => {
  expect(formatBinary(new TextEncoder().encode("Spark"), style)).toBe(text);
});

test("bytes are signed, a setting is read in any case, and another one is refused", () => {
  expect(formatBinary(Uint8Array.of(255), "BASIC")).toBe("[-1]");
  expect(binaryStyle("hex", "UTF-8")).toBe("HEX");
  expect(binaryStyle(undefined, "UTF-8")).toBe("UTF-8");
  expect(() => binaryStyle("OCTAL", "UTF-8")).toThrow(/HEX_DISCRETE/);
});
