import { expect, test } from "vitest";
import { answers } from "../../answer.ts";

const answer = answers();

test("a group that takes no part in a match is empty, not null", async () => {
  expect(await answer("SELECT regexp_extract_all('1a b 14m', r'(\\d+)?([a-z]+)', 1)")).toBe(
    "[1, , 14]",
  );
});

test("an empty match is none to regexp_substr, and a null pattern is null to regexp_instr", async () => {
  expect(await answer("SELECT regexp_substr('1a', ''), regexp_substr('1a', 'a')")).toBe("null a");
  expect(await answer("SELECT regexp_substr(null, 'a'), regexp_substr('1', 'a')")).toBe(
    "null null",
  );
  expect(await answer("SELECT regexp_instr('abc', null), regexp_instr(null, 'a')")).toBe(
    "null null",
  );
  expect(await answer("SELECT regexp_instr('abc', 'c'), regexp_instr('abc', 'd')")).toBe("3 0");
});

test.each([
  ["levenshtein('kitten', 'sitting')", "3"],
  ["levenshtein('Ünï', '')", "3"],
  ["levenshtein('größe', 'grösse')", "2"],
  ["levenshtein('', 'ab')", "2"],
  ["rpad('abc', 2, NULL)", "null"],
  ["lpad(NULL, 2, 'x')", "null"],
  ["lpad('abc', 5, 'xy')", "xyabc"],
])("%s is %s", async (sql, expected) => {
  expect(await answer(`SELECT ${sql}`)).toBe(expected);
});

test("bytes are padded as bytes, with zeros if no others are given", async () => {
  expect(
    await answer("SELECT hex(lpad(X'AABB', 5)), hex(rpad(X'AABB', 5)), hex(lpad(X'AABBCC', 2))"),
  ).toBe("000000AABB AABB000000 AABB");
  expect(await answer("SELECT hex(lpad(X'AA', 6, X'1F2E')), hex(rpad(X'AABB', 3, X''))")).toBe(
    "1F2E1F2E1FAA AABB",
  );
  expect(await answer("SELECT lpad(X'6162', 4, 'x'), rpad('ab', 4)")).toBe("xxab ab  ");
});
