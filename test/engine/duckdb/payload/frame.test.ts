import { expect, test } from "vitest";
import { framedId, frameOf } from "../../../../src/engine/duckdb/payload/frame.ts";

test("a frame is a zero and four bytes of a number, the greatest first", () => {
  expect([...frameOf(0x0102_0304)]).toEqual([0, 1, 2, 3, 4]);
  const shifted = new Uint8Array([9, ...frameOf(100_001), 7]).subarray(1);
  expect(framedId(shifted)).toBe(100_001);
  expect(() => framedId(new Uint8Array([0, 0, 0, 1]))).toThrow("too short");
  expect(() => framedId(new Uint8Array([1, 0, 0, 0, 1]))).toThrow("begins with 1");
});
