import { expect, test } from "vitest";
import {
  framedId,
  framedMessage,
  frameOf,
  messageFrame,
} from "../../../../src/engine/duckdb/payload/frame.ts";

test("a frame is a zero and four bytes of a number, the greatest first", () => {
  expect([...frameOf(0x0102_0304)]).toEqual([0, 1, 2, 3, 4]);
  const shifted = new Uint8Array([9, ...frameOf(100_001), 7]).subarray(1);
  expect(framedId(shifted)).toBe(100_001);
  expect(() => framedId(new Uint8Array([0, 0, 0, 1]))).toThrow("too short");
  expect(() => framedId(new Uint8Array([1, 0, 0, 0, 1]))).toThrow("begins with 1");
});

test("a frame of protobuf says which message of the schema it is, the first by one zero", () => {
  for (const path of [[0], [3], [0, 0], [1, 70, 2]]) {
    const frame = messageFrame(7, path);
    expect(framedMessage(frame)).toEqual({ path, start: frame.length });
    expect(framedId(frame)).toBe(7);
  }
  expect([...messageFrame(1, [0])]).toEqual([0, 0, 0, 0, 1, 0]);
  expect([...messageFrame(1, [70])]).toEqual([0, 0, 0, 0, 1, 2, 0x8c, 1]);
  expect(() => framedMessage(Uint8Array.from([0, 0, 0, 0, 1]))).toThrow("before it says");
  expect(() => framedMessage(Uint8Array.from([0, 0, 0, 0, 1, 4, 0]))).toThrow("before it says");
  expect(() => framedMessage(Uint8Array.from([0, 0, 0, 0, 1, 1]))).toThrow("names a message");
});
