import { expect, test } from "vitest";
import { answers } from "../../answer.ts";

const answer = answers();

test.each([
  ["(-7.5D) % 2D", "-1.5"],
  ["7.5D % (-2D)", "1.5"],
  ["1234.5D % 0.001D", "0.0009999999999743018"],
  ["pmod(-7.5D, 2D)", "0.5"],
  ["pmod(-7, -3)", "-1"],
  ["(-7) % 3", "-1"],
  ["CAST(-2147483648 AS INT) % -1", "0"],
  ["-9223372036854775808L % -1L", "0"],
  ["pmod(7, -1)", "0"],
  ["5D % 0D", "REMAINDER_BY_ZERO"],
])("%s is %s: the quotient is cut, not rounded down", async (sql, expected) => {
  expect(await answer(`SELECT ${sql}`)).toBe(expected);
});

const lenient = answers({ ansi: false });

test.each([
  ["2147483647 + 1", "-2147483648"],
  ["9223372036854775807L + 1L", "-9223372036854775808"],
  ["9223372036854775807L * 3L", "9223372036854775805"],
  ["100Y * 100Y", "16"],
  ["-(-9223372036854775807L - 1L)", "-9223372036854775808"],
  ["abs(-2147483647 - 1)", "-2147483648"],
  ["1 / 0", "null"],
  ["1.0 / 0.0", "null"],
  ["1 % 0", "null"],
  ["pmod(7.5, 0.0)", "null"],
  ["pmod(-7.5, 2.0)", "0.5"],
  ["1 div 0", "null"],
  ["7.9 div 2.0", "3"],
  ["(-9223372036854775807L - 1L) div -1L", "-9223372036854775808"],
  ["12345678901234567890.0 * 12345678901234567890.0", "null"],
])("without ANSI %s is %s", async (sql, expected) => {
  expect(await lenient(`SELECT ${sql}`)).toBe(expected);
});

test.each([
  [
    "CAST(99999999.99 AS DECIMAL(10,2)) * CAST(99999999.99 AS DECIMAL(10,2))",
    "9999999998000000.0001",
  ],
  ["2D div 1", "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES"],
  ["2D div 2D", "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE"],
  ["1.5 div 1", "1"],
  ["bround(12345678901234567890.123456789012345678)", "12345678901234567890"],
  ["bround(-2.5D)", "-2"],
  ["bround(2.675D, 2)", "2.68"],
  ["bround(125.5, -1)", "130"],
  ["bround(1e300D, 2)", "1e+300"],
  ["CAST(CAST('NaN' AS DOUBLE) AS DECIMAL(4,2))", "null"],
  ["CAST(9.999999999877296e-6D AS DECIMAL(4,2))", "0.00"],
  ["CAST(' 9.99e-06 ' AS DECIMAL(4,2))", "0.00"],
  ["CAST(-5.1e-3D AS DECIMAL(4,2))", "-0.01"],
  ["CAST('1e-900000000' AS DECIMAL(4,2))", "0.00"],
  ["-12345678901234567890.123456789012345678", "-12345678901234567890.123456789012345678"],
  ["-(12345678901234567890.123456789012345678)", "-12345678901234567890.123456789012350000"],
  ["abs(-12345678901234567890.123456789012345678)", "12345678901234567890.123456789012350000"],
  ["-(0.12345678901234567890123456789012345678)", "-0.12345678901234567890123456789012350000"],
])("%s is %s", async (sql, expected) => {
  expect(await answer(`SELECT ${sql}`)).toBe(expected);
});

test("a small decimal as a text has an exponent without ANSI", async () => {
  const sql = "SELECT CAST(0.000000123 AS STRING), CAST(-0.000001 AS STRING), 0.0000000 || ''";
  expect(await answer(sql)).toBe("0.000000123 -0.000001 0.0000000");
  expect(await lenient(sql)).toBe("1.23E-7 -0.000001 0E-7");
});
