import { describe, expect, test } from "vitest";
import { answers } from "../../answer.ts";

const answer = answers();

test("keys of maps are Spark's own form of them", async () => {
  expect(await answer("SELECT to_json(map(DATE'1970-01-03', 1)), to_json(map(1.50, 'x'))")).toBe(
    '{"2":1} {"1.50":"x"}',
  );
  expect(await answer("SELECT to_json(map(1e10D, true))")).toBe('{"1.0E10":true}');
  expect(await answer("SELECT to_json(map(named_struct('a', 1), 1))")).toBe(
    "ENGINE_UNSUPPORTED_FUNCTION",
  );
});

test("an array of structs may hold nulls, and a lone object is an array of one", async () => {
  expect(await answer(`SELECT string(from_json('[null, {"a":2}]', 'array<struct<a:int>>'))`)).toBe(
    "[null, {2}]",
  );
  expect(await answer(`SELECT string(from_json(' {"a":2}', 'array<struct<a:int>>'))`)).toBe(
    "[{2}]",
  );
});

test("bytes are read from BASE64, wherever they stand", async () => {
  const schema = "b BINARY, c ARRAY<BINARY>, d MAP<STRING, BINARY>";
  const json = '{"b":"XHg0MQ==","c":["YWo=",null],"d":{"k":"Yg=="}}';
  expect(await answer(`SELECT string(from_json('${json}', '${schema}'))`)).toBe(
    "{\\x41, [aj, null], {k -> b}}",
  );
});

test("intervals are spelled as in a cast to a text, and are numbers as keys", async () => {
  const json = (value: string) => answer(`SELECT to_json(${value})`);
  expect(await json("struct(INTERVAL '1-2' YEAR TO MONTH AS a, INTERVAL '-5' MONTH AS b)")).toBe(
    `{"a":"INTERVAL '1-2' YEAR TO MONTH","b":"INTERVAL '-5' MONTH"}`,
  );
  expect(await json("struct(INTERVAL '-1 02:03:04.5' DAY TO SECOND AS a)")).toBe(
    `{"a":"INTERVAL '-1 02:03:04.5' DAY TO SECOND"}`,
  );
  expect(await json("array(INTERVAL '5' SECOND, NULL)")).toBe(`["INTERVAL '05' SECOND",null]`);
  expect(await json("struct(make_interval(1, 2, 3, 4, 5, 6, 7.5) AS e)")).toBe(
    '{"e":"1 years 2 months 25 days 5 hours 6 minutes 7.5 seconds"}',
  );
  expect(await json("map(INTERVAL '1' DAY, 1)")).toBe('{"86400000000":1}');
  expect(await json("map(INTERVAL '1-2' YEAR TO MONTH, 1)")).toBe('{"14":1}');
  expect(await json("map(make_interval(1), 1)")).toBe('{"1 years":1}');
  expect(await json("map(TIME'01:02:03.5', 1)")).toBe('{"3723500000000":1}');
});

// The answers are Spark 4.2's own.
describe("a text that from_json cannot read", () => {
  const without = "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION";
  const forbidden = "MALFORMED_RECORD_IN_PARSING.CANNOT_PARSE_JSON_ARRAYS_AS_STRUCTS";

  test.each([
    ['{"a":1}', "{1}", "{1, null}"],
    ['{"a":1}x', "{1}", "{1, null}"],
    ['{"a"', without, '{null, {"a"}'],
    ['{"a":"x"}', without, '{null, {"a":"x"}}'],
    ['[{"a":1}]', forbidden, '{null, [{"a":1}]}'],
    ["[1]", forbidden, "{null, [1]}"],
    ["5", without, "{null, 5}"],
    [" ", "null", "null"],
    ["null", without, "{null, null}"],
    ['{"b":1}', "{null}", "{null, null}"],
    ['{"a":{}}', without, '{null, {"a":{}}}'],
    ['{"a":1,"a":"x"}', without, '{1, {"a":1,"a":"x"}}'],
  ])("%s: %s in the mode FAILFAST, and %s", async (json, strict, kept) => {
    const read = (schema: string) => `SELECT string(from_json('${json}', '${schema}))`;
    expect(await answer(read("a INT', map('mode', 'failfast')"))).toBe(strict);
    expect(await answer(read("a INT, _corrupt_record STRING'"))).toBe(kept);
  });

  test.each([
    ["[1,', 'ARRAY<INT>', map('mode', 'FAILFAST')", without],
    ["[1] 2', 'ARRAY<INT>', map('mode', 'FAILFAST')", "[1]"],
    ["{\"a\":\"x\"}', 'MAP<STRING, INT>', map('mode', 'FAILFAST')", without],
    ["{', 'a INT, c STRING', map('columnNameOfCorruptRecord', 'c')", "{null, {}"],
    ["{', 'a INT, C STRING', map('columnNameOfCorruptRecord', 'c')", "{null, null}"],
    [
      "{\"a\":1,\"c\":\"t\"}', 'c STRING, a INT', map('columnNameOfCorruptRecord', 'c')",
      "{null, 1}",
    ],
    ["{', 'c INT', map('columnNameOfCorruptRecord', 'c')", "INVALID_CORRUPT_RECORD_TYPE"],
    ["{', 'a INT', map('mode', 'DROPMALFORMED')", "PARSE_MODE_UNSUPPORTED"],
    ["{', 'a INT', map('mode', 'x')", "{null}"],
  ])("from_json('%s)", async (args, expected) => {
    expect(await answer(`SELECT string(from_json('${args}))`)).toBe(expected);
  });
});
