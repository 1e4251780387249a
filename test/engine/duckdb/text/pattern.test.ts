import { expect, test } from "vitest";
import { compilePattern, patternInstant } from "../../../../src/engine/duckdb/text/pattern.ts";
import { zoneOf } from "../../../../src/engine/duckdb/text/zone.ts";

const utc = zoneOf("UTC")!;

function read(text: string, pattern: string): string | undefined {
  return patternInstant(compilePattern(pattern), text)?.timestamp(utc)?.toString();
}

test.each([
  ["2024-02-29", "yyyy-MM-dd", "2024-02-29T00:00:00"],
  ["20240229010203", "yyyyMMddHHmmss", "2024-02-29T01:02:03"],
  ["1", "y", "0001-01-01T00:00:00"],
  ["00", "yy", "2000-01-01T00:00:00"],
  ["99", "yy", "2099-01-01T00:00:00"],
  ["+12024", "yyyy", "+12024-01-01T00:00:00"],
  ["-2024", "yyyy", "-2024-01-01T00:00:00"],
  ["2 BC", "y G", "-0001-01-01T00:00:00"],
  ["26/oct/2015", "dd/MMM/yyyy", "2015-10-26T00:00:00"],
  ["26 October 2015", "d MMMM yyyy", "2015-10-26T00:00:00"],
  ["2020-366", "yyyy-DDD", "2020-12-31T00:00:00"],
  ["31-365", "dd-DDD", "1970-12-31T00:00:00"],
  ["12:30 pm", "hh:mm a", "1970-01-01T12:30:00"],
  ["07", "hh", "1970-01-01T07:00:00"],
  ["PM", "a", "1970-01-01T12:00:00"],
  ["24", "kk", "1970-01-01T00:00:00"],
  ["2019 40", "yyyy mm", "2019-01-01T00:40:00"],
  ["12.1234019-10-06S10:11", "ss.SSSSy-MM-dd'S'HH:mm", "0019-10-06T10:11:12.123400"],
  ["10:11:12.12", "HH:mm:ss.SSSSSS", "1970-01-01T10:11:12.120000"],
  ["10:11", "HH:mm[:ss]", "1970-01-01T10:11:00"],
  ["it's 5", "'it''s' H", "1970-01-01T05:00:00"],
  ["2024-01-01 +0100", "yyyy-MM-dd Z", "2023-12-31T23:00:00"],
  ["2024-01-01+01", "yyyy-MM-ddX", "2023-12-31T23:00:00"],
  ["2024-01-01Z", "yyyy-MM-ddXXX", "2024-01-01T00:00:00"],
  ["2024-01-01 GMT+1", "yyyy-MM-dd O", "2023-12-31T23:00:00"],
  ["2024-01-01 Asia/Tokyo", "yyyy-MM-dd VV", "2023-12-31T15:00:00"],
])("%j by %j is %s", (text, pattern, expected) => {
  const whole = expected.includes(".") ? expected : `${expected}.000000`;
  expect(read(text, pattern)).toBe(`${whole}Z`);
});

test.each([
  ["2023-02-29", "yyyy-MM-dd"],
  ["2024-1-1", "yyyy-MM-dd"],
  ["12024", "yyyy"],
  ["+2024", "yyyy"],
  ["-0", "y"],
  ["1", "yy"],
  ["2024-01-01 ", "yyyy-MM-dd"],
  ["02-29", "MM-dd"],
  ["366", "DDD"],
  ["30-365", "dd-DDD"],
  ["2020-10-350", "yyyy-MM-DDD"],
  ["13:00", "hh:mm"],
  ["24", "HH"],
  ["10 11", "HH kk"],
  ["10:11:12.", "HH:mm:ss.SSS"],
  // The fraction takes all the digits it may: nothing is given back to the year.
  ["12.1232019-10-06S10:11", "ss.SSSSyyyy-MM-dd'S'HH:mm"],
  // What is said twice must be the same.
  ["223456 12.123456", "SSSSSS ss.SSSSSS"],
  ["294248", "y"],
  ["Octobre", "MMMM"],
])("%j does not fit %j", (text, pattern) => {
  expect(read(text, pattern)).toBeUndefined();
});
