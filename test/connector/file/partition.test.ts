import { describe, expect, test } from "vitest";
import { partitionColumns, partitionText } from "../../../src/connector/file/partition.ts";
import { toDdl } from "../../../src/schema/ddl.ts";
import { struct } from "../../../src/schema/type.ts";

test("folders are columns only where all of them are", () => {
  expect(partitionText("a=1/b=x%20y/f.json")).toEqual([
    ["a", "1"],
    ["b", "x y"],
  ]);
  expect(partitionText("a=1/other/f.json")).toBeUndefined();
  expect(partitionText("f.json")).toEqual([]);
});

describe("the type that fits all values", () => {
  test.each([
    [["1", "2"], "INT"],
    [["1", "3000000000"], "BIGINT"],
    [["1", "99999999999999999999"], "DECIMAL(38,0)"],
    [["1", "1.5"], "DOUBLE"],
    [["1", "x"], "STRING"],
    [["2026-01-01", null], "DATE"],
    [["2026-01-01", "2026-01-01 10:00:00"], "TIMESTAMP"],
    [["2026-02-31"], "STRING"],
    [[null], "STRING"],
  ])("of %j is %s", (values, type) => {
    const texts = values.map((value) => [["p", value]] as const);
    expect(toDdl(struct(partitionColumns(texts, true)))).toBe(`p ${type}`);
  });
});
