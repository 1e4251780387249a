import { expect, test } from "vitest";
import { schemaOf } from "../sql.ts";

test.each([
  ["a > 1.5", "(a > 1)"],
  ["a >= 1.5", "(a >= 2)"],
  ["a < 1.5", "(a < 2)"],
  ["a <= 1.5", "(a <= 1)"],
  ["1.5 > a", "(2 > a)"],
  ["1.5 <= a", "(2 <= a)"],
  ["1.5 < a", "(1 < a)"],
  ["a = 1.5", "(a = 1.5)"],
  ["d > 1.5", "(d > 1.5)"],
  ["a < 9223372036854775808.5", "true"],
  ["a >= 9223372036854775808.5", "false"],
])("%s is shown as %s", (sql, name) => {
  expect(schemaOf(`SELECT ${sql} FROM t`)).toBe(`${name} boolean`);
});
