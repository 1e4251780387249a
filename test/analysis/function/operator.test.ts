import { expect, test } from "vitest";
import { codeOf, schemaOf } from "../sql.ts";

test.each([
  ["'1' + true", "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE"],
  ["true / NULL", "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE"],
  ["true * true", "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE"],
  ["true * 1", "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES"],
  ["current_date() + 1.5", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["1 - current_date()", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["ts - 1", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["ts + 1", "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES"],
])("%s does not go together", (sql, code) => {
  expect(codeOf(`SELECT ${sql} FROM t`)).toBe(code);
});

test("without ANSI a text beside another operand is a number", () => {
  const options = { conf: { ansi: false } };
  expect(schemaOf("SELECT '1' + 1 AS n", options)).toBe("n double");
  expect(codeOf("SELECT '1' + true", options)).toBe("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES");
});

test.each([
  ["d1 + d2", "decimal(38,17)", "decimal(38,18)"],
  ["d1 * d2", "decimal(38,6)", "decimal(38,36)"],
  ["d1 / d2", "decimal(38,6)", "decimal(38,18)"],
  ["d1 % d2", "decimal(38,18)", "decimal(38,18)"],
])("%s keeps its whole part, or its digits", (sql, loses, keeps) => {
  const one = "SELECT CAST(1 AS DECIMAL(38,18)) AS d1, CAST(1 AS DECIMAL(38,18)) AS d2";
  const query = `SELECT ${sql} AS n FROM (${one})`;
  expect(schemaOf(query)).toBe(`n ${loses}`);
  expect(schemaOf(query, { conf: { decimalLoss: false } })).toBe(`n ${keeps}`);
});

test.each([
  ["a | NULL", "int"],
  ["NULL & a", "int"],
  ["NULL ^ CAST(1 AS TINYINT)", "tinyint"],
  ["CAST(1 AS SMALLINT) | 1L", "bigint"],
  ["a & '1'", "bigint"],
])("the bits of %s are of the type that both have", (sql, type) => {
  expect(schemaOf(`SELECT ${sql} AS n FROM t`)).toBe(`n ${type}`);
});

test.each([
  ["a | 1.5", "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES"],
  ["true & true", "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE"],
  ["'1' ^ '2'", "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE"],
])("%s has no bits", (sql, code) => {
  expect(codeOf(`SELECT ${sql} FROM t`)).toBe(code);
});
