import { expect, test } from "vitest";
import { isSameFile } from "../../src/storage/same.ts";

const file = { path: "/t/0.json", size: 10, modificationTime: 1_000 };

test("a file is the same by its ETag, or without one by its time and size", () => {
  expect(isSameFile({ ...file, etag: "a" }, { ...file, etag: "a" })).toBe(true);
  expect(isSameFile({ ...file, etag: "a" }, { ...file, etag: "b" })).toBe(false);
  expect(isSameFile(file, { ...file })).toBe(true);
  expect(isSameFile(file, { ...file, modificationTime: 1_001 })).toBe(false);
  expect(isSameFile(file, { ...file, size: 11 })).toBe(false);
  expect(isSameFile(file, undefined)).toBe(false);
});
