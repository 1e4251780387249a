import { expect, test } from "vitest";
import { answers } from "../answer.ts";

const answer = answers();

test.each([
  ["0.5", "0.5"],
  ["-0.05", "-0.05"],
  ["0.00", "0.00"],
  [`0.${"12345678".repeat(4)}123456`, `0.${"12345678".repeat(4)}123456`],
  ["10.50", "10.50"],
])("the text of the decimal %s has a digit before its point", async (decimal, expected) => {
  expect(await answer(`SELECT CAST(${decimal} AS STRING)`)).toBe(expected);
});
