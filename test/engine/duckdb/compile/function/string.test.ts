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

test("a group that a pattern does not have is an error of what it matches", async () => {
  const code = "INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX";
  expect(await answer("SELECT regexp_extract('1a', '[0-9]+')")).toBe(code);
  expect(await answer("SELECT regexp_extract_all('1a', '([0-9])', -1)")).toBe(code);
  expect(await answer("SELECT regexp_extract('a', '([0-9])', 2)")).toBe("");
  expect(await answer("SELECT regexp_extract('1ab', '(1)(?:a)([(b])', 2)")).toBe("b");
  expect(await answer("SELECT regexp_replace('a', 'a', 'b', 0)")).toBe(
    "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
  );
});

test("an escape stands before itself and what it frees alone", async () => {
  expect(await answer("SELECT 'a%' LIKE 'a!%' ESCAPE '!', 'a!' LIKE '_!!' ESCAPE '!'")).toBe(
    "true true",
  );
  expect(await answer("SELECT 'a' LIKE 'm%a' ESCAPE '%'")).toBe("INVALID_FORMAT.ESC_IN_THE_MIDDLE");
  expect(await answer("SELECT 'a' ILIKE 'm!' ESCAPE '!'")).toBe("INVALID_FORMAT.ESC_AT_THE_END");
});

test("rows of one key are first and last in a window as the input has them", async () => {
  const over = "OVER (ORDER BY a RANGE BETWEEN CURRENT ROW AND CURRENT ROW)";
  const rows = "(SELECT 1 AS a, id AS b FROM range(3) UNION ALL SELECT 1, 7 UNION ALL SELECT 2, 5)";
  expect(
    await answer(`SELECT DISTINCT first(b) ${over}, last(b) ${over} FROM ${rows} ORDER BY 1`),
  ).toBe("0 7; 5 5");
});
