import { expect, test } from "vitest";
import { answers } from "../../answer.ts";

const answer = answers();

test("a group that takes no part in a match is empty, not null", async () => {
  expect(await answer("SELECT regexp_extract_all('1a b 14m', r'(\\d+)?([a-z]+)', 1)")).toBe(
    "[1, , 14]",
  );
});
