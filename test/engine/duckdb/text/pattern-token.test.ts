import { expect, test } from "vitest";
import {
  type PatternUse,
  patternTokens,
} from "../../../../src/engine/duckdb/text/pattern-token.ts";
import { isError } from "../../../../src/error/error.ts";

function codeOf(pattern: string, use: PatternUse): string {
  try {
    patternTokens(pattern, use);
  } catch (thrown) {
    if (isError(thrown)) return thrown.code;
    throw thrown;
  }
  return "known";
}

const illegal = "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER";
const length = "INVALID_DATETIME_PATTERN.LENGTH";
const unknown = "INVALID_DATETIME_PATTERN.WITH_SUGGESTION";
const old = "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION";
const week = "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN";

test.each([
  ["yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX", "known"],
  ["Q QQ QQQ QQQQ q E EEEE F D DDD G GGGG O OOOO VV z zzzz", "known"],
  ["[yyyy[-MM", "known"],
  ["yyyy]", old],
  ["yyyy]XXXX", unknown],
  ["'open", unknown],
  ["{yyyy}", old],
  ["MMMMM", old],
  ["yyyyyyy", old],
  ["qqqqq", length],
  ["A", illegal],
  ["B", illegal],
  ["Y", old],
  ["e", week],
  ["V", unknown],
  ["XXXXXX", unknown],
  ["ZZZZZZ", old],
  ["OO", unknown],
  ["SSSSSSSSSS", old],
  ["ddd", old],
  ["aa", old],
  ["C", unknown],
])("to write, %j is %s", (pattern, expected) => {
  expect(codeOf(pattern, { parsing: false })).toBe(expected);
});

test("to read, there are no days of the week and no quarters", () => {
  expect(codeOf("E", { parsing: true })).toBe(old);
  expect(codeOf("q", { parsing: true })).toBe(illegal);
});

test("nobody is told of older versions where those had no such type", () => {
  expect(codeOf("MMMMM", { parsing: true, local: true })).toBe(unknown);
  expect(codeOf("Y", { parsing: true, local: true })).toBe(unknown);
});
