import { expect, test } from "vitest";
import { answers } from "../answer.ts";

const answer = answers();

const histogram = (rows: string, bins = "2"): Promise<string> =>
  answer(`SELECT CAST(histogram_numeric(x, ${bins}) AS STRING) FROM VALUES ${rows} t(x)`);

test.each([
  ["(1), (2), (2), (9), (NULL)", "[{1, 3.0}, {9, 1.0}]"],
  ["(1D), (2D), (9D)", "[{1.5, 2.0}, {9.0, 1.0}]"],
  ["(1.05), (1.10), (9)", "[{1.08, 2.0}, {9.00, 1.0}]"],
  ["('1'), ('9')", "[{1.0, 1.0}, {9.0, 1.0}]"],
  [
    "(DATE '1969-12-30'), (DATE '1969-12-31'), (DATE '2021-01-01')",
    "[{1969-12-31, 2.0}, {2021-01-01, 1.0}]",
  ],
  [
    "(TIMESTAMP '2020-01-01 00:00:00'), (TIMESTAMP '2021-01-01 00:00:01')",
    "[{2020-01-01 00:00:00, 1.0}, {2021-01-01 00:00:01, 1.0}]",
  ],
  [
    "(INTERVAL '1' MONTH), (INTERVAL '4' MONTH), (INTERVAL '90' MONTH)",
    "[{INTERVAL '2' MONTH, 2.0}, {INTERVAL '90' MONTH, 1.0}]",
  ],
  ["(CAST(NULL AS INT))", "null"],
])("centres of bins have the type of the values: %s", async (rows, expected) => {
  expect(await histogram(rows)).toBe(expected);
});

test("the number of bins is a constant of 2 or more", async () => {
  expect(await histogram("(1), (2)", "1 + 1")).toBe("[{1, 1.0}, {2, 1.0}]");
  expect(await histogram("(1), (2)", "1")).toBe("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE");
  expect(await histogram("(1), (2)", "NULL")).toBe("DATATYPE_MISMATCH.UNEXPECTED_NULL");
  expect(await histogram("(1), (2)", "x")).toBe("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT");
  expect(await histogram("(true)")).toBe("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
});

test("DISTINCT, FILTER and windows hold for histograms", async () => {
  const rows = "FROM VALUES (1, 1), (2, 1), (3, 7) t(i, x)";
  const both = `SELECT CAST(histogram_numeric(DISTINCT x, 2) AS STRING),
    CAST(histogram_numeric(x, 2) FILTER (WHERE x > 1) AS STRING) ${rows}`;
  expect(await answer(both)).toBe("[{1, 1.0}, {7, 1.0}] [{7, 1.0}]");
  const over = `SELECT CAST(histogram_numeric(x, 2) OVER (ORDER BY i) AS STRING) ${rows}`;
  expect(await answer(over)).toBe("[{1, 1.0}]; [{1, 2.0}]; [{1, 2.0}, {7, 1.0}]");
});
