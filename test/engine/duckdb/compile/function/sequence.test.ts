import { expect, test } from "vitest";
import { answers } from "../../answer.ts";

const answer = answers();

test.each([
  ["1, 10, 3", "[1, 4, 7, 10]"],
  ["3, 1", "[3, 2, 1]"],
  ["date'2024-01-03', date'2024-01-01'", "[2024-01-03, 2024-01-02, 2024-01-01]"],
  ["date'2024-01-03', date'2024-01-08', interval 2 day", "[2024-01-03, 2024-01-05, 2024-01-07]"],
  // From the start each time: not January 31, February 29, March 29.
  ["date'2024-01-31', date'2024-03-31', interval 1 month", "[2024-01-31, 2024-02-29, 2024-03-31]"],
  ["date'2024-03-31', date'2024-02-01', interval -1 month", "[2024-03-31, 2024-02-29]"],
  ["date'2024-01-01', cast(null as date), interval 1 month", "null"],
])("sequence(%s) is %s", async (args, expected) => {
  expect(await answer(`SELECT sequence(${args})`)).toBe(expected);
});

test("days of timestamps go by the wall clock, hours do not", async () => {
  const between = "timestamp'2024-03-09', timestamp'2024-03-11'";
  expect(await answer(`SELECT sequence(${between}, interval 1 day)`)).toBe(
    "[2024-03-09T08:00:00.000000Z, 2024-03-10T08:00:00.000000Z, 2024-03-11T07:00:00.000000Z]",
  );
  expect(await answer(`SELECT sequence(${between}, interval 23 hour)`)).toBe(
    "[2024-03-09T08:00:00.000000Z, 2024-03-10T07:00:00.000000Z, 2024-03-11T06:00:00.000000Z]",
  );
});

test.each([
  ["date'2024-01-03', date'2024-01-10', interval -2 day", "INVALID_PARAMETER"],
  ["date'2024-01-03', date'2024-01-10', interval 2 hour", "INVALID_PARAMETER"],
  ["1, 5, -1", "INVALID_PARAMETER"],
  ["1.5, 2", "DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES"],
  ["1, 5, interval 1 day", "DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES"],
])("sequence(%s) fails with %s", async (args, code) => {
  expect(await answer(`SELECT sequence(${args})`)).toBe(code);
});
