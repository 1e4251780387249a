import { expect, test } from "vitest";
import { answers } from "../answer.ts";

const answer = answers();

// Spark 4.2's answers.
test.each([
  ["conv('100', 2, 10)", "4"],
  ["conv(-10, 16, -10)", "-16"],
  ["conv('9223372036854775808', 10, 16)", "8000000000000000"],
  ["conv('92233720368547758070', 10, 16)", "ARITHMETIC_OVERFLOW"],
  ["conv('abc', 10, 16)", "0"],
  ["conv('-', 10, 16)", "0"],
  ["conv('', 10, 16)", "null"],
  ["conv(' 12 ', 10, 2)", "1100"],
  ["conv('-15', 10, 16)", "FFFFFFFFFFFFFFF1"],
  ["conv('-15', 10, -16)", "-F"],
  ["conv('18446744073709551615', 10, -10)", "-1"],
  ["conv('1a2', 10, 16)", "1"],
  ["conv('1', 1, 10)", "null"],
  ["format_number(12332.123456, 4)", "12,332.1235"],
  ["format_number(0.125D, 2)", "0.12"],
  ["format_number(2.675D, 2)", "2.67"],
  ["format_number(-0.004D, 2)", "-0.00"],
  ["format_number(1e20D, 1)", "100,000,000,000,000,000,000.0"],
  ["format_number(0.1F, 10)", "0.1000000015"],
  ["format_number(CAST('-Infinity' AS DOUBLE), 2)", "-∞"],
  ["format_number(-1234567.5D, 0)", "-1,234,568"],
  ["format_number(999.995, 2)", "1,000.00"],
  ["format_number(5, -1)", "null"],
])("%s is %s", async (sql, expected) => {
  expect(await answer(`SELECT ${sql}`)).toBe(expected);
});
