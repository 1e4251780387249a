import { expect, test } from "vitest";
import { crc32c } from "../../../../src/engine/duckdb/record/crc32c.ts";

test("the checksums of RFC 3720, B.4, and of a part", () => {
  const zeros = new Uint8Array(32);
  const ones = new Uint8Array(32).fill(255);
  const rising = Uint8Array.from({ length: 32 }, (_, at) => at);
  expect(crc32c(zeros, 0, 32)).toBe(0x8a9136aa);
  expect(crc32c(ones, 0, 32)).toBe(0x62a8ab43);
  expect(crc32c(rising, 0, 32)).toBe(0x46dd794e);
  const text = Buffer.from("__123456789__");
  expect(crc32c(text, 2, 11)).toBe(0xe3069283);
  expect(crc32c(text, 3, 3)).toBe(0);
});
