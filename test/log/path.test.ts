import { expect, test } from "vitest";
import { filePath } from "../../src/log/path.ts";
import { localStore } from "../../src/storage/local.ts";

const table = { store: localStore(), path: "/data/t" };

test.each([
  ["part-0.parquet", "/data/t/part-0.parquet"],
  ["p=a%20b/c%2525.parquet", "/data/t/p=a b/c%25.parquet"],
  ["./a/.//b/../c.parquet", "/data/t/a/c.parquet"],
  ["a..b/..c", "/data/t/a..b/..c"],
  ["file:/other/x.parquet", "/other/x.parquet"],
  ["file:///other/x%20y.parquet", "/other/x y.parquet"],
  ["/other/x.parquet", "/other/x.parquet"],
])("%s is %s", (path, full) => {
  expect(filePath(table, path)).toBe(full);
});

test.each([
  ["../x", "leads out of the folder"],
  ["a/../../x", "leads out of the folder"],
  ["%2e%2e/x", "leads out of the folder"],
  ["", "names the folder"],
  ["a/..", "names the folder"],
  ["a\u0000b", "NUL"],
  ["file:///a%00b", "NUL"],
])("%j is not opened", (path, reason) => {
  expect(() => filePath(table, path)).toThrow(/^\[DELTA_INVALID_FILE_PATH\]/);
  expect(() => filePath(table, path)).toThrow(reason);
});

test("a file in another store is not opened", () => {
  expect(() => filePath(table, "s3://bucket/x")).toThrow(/^\[DELTA_UNSUPPORTED_FILE_PATH\]/);
});
