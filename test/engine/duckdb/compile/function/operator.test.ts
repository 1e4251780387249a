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
  ["5D % 0D", "REMAINDER_BY_ZERO"],
])("%s is %s: the quotient is cut, not rounded down", async (sql, expected) => {
  expect(await answer(`SELECT ${sql}`)).toBe(expected);
});
