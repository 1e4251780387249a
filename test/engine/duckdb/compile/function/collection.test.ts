import { expect, test } from "vitest";
import { answers } from "../../answer.ts";

const answer = answers();

test("a map that is null makes their concatenation null", async () => {
  const sql = "SELECT map_concat(map('a', 1), CAST(NULL AS MAP<STRING, INT>)) IS NULL";
  expect(await answer(sql)).toBe("true");
  expect(await answer("SELECT map_values(map_concat(map('a', 1), map('b', 2)))")).toBe("[1, 2]");
});
