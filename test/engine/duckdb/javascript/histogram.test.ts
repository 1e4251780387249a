import { expect, test } from "vitest";
import { operationOf } from "../../../../src/engine/duckdb/javascript/operation.ts";

const histogram = (values: readonly (number | string)[], bins: number): string | null =>
  operationOf("histogram_numeric")([`[${values.join(", ")}]`, String(bins)]);

const bins = (values: readonly number[], count: number): readonly (readonly [number, number])[] =>
  JSON.parse(histogram(values, count) ?? "[]");

test("values that fit are their own bins, in order, and equal ones are counted", () => {
  expect(histogram([3, 1, 2, 1], 5)).toBe("[[1, 2], [2, 1], [3, 1]]");
  expect(histogram(["inf", 1.5, "-inf"], 5)).toBe("[[-Infinity, 1], [1.5, 1], [Infinity, 1]]");
});

// What Spark's own algorithm gives for one partition, chance included.
test("beyond them the nearest two are merged by their weight, ties by Java's chance", () => {
  const values = Array.from({ length: 50 }, (_, index) => (index === 35 ? 3 : index + 1));
  expect(bins(values, 3)).toEqual([
    [9.649999999999999, 20],
    [28.058823529411764, 17],
    [44, 13],
  ]);
  expect(bins(values, 5)).toEqual([
    [5.272727272727273, 11],
    [14.5, 8],
    [22, 7],
    [30.5, 10],
    [43.5, 14],
  ]);
  expect(bins([1, 2, 10], 2)).toEqual([
    [1.5, 2],
    [10, 1],
  ]);
});
