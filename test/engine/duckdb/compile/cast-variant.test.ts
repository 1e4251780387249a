import { describe, expect, test } from "vitest";
import { answers } from "../answer.ts";

const answer = answers();

describe("a cast from a variant", () => {
  test.each([
    ["parse_json('1')::INT", "1"],
    ["parse_json('300')::TINYINT", "INVALID_VARIANT_CAST"],
    ["parse_json('\"12\"')::INT", "12"],
    ["parse_json('\"x\"')::INT", "INVALID_VARIANT_CAST"],
    ["TRY_CAST(parse_json('\"x\"') AS INT)", "null"],
    ["parse_json('null')::INT", "null"],
    ["CAST(NULL AS VARIANT)::INT", "null"],
    ["parse_json('-123.99')::INT", "-123"],
    ["parse_json('-0.5')::BIGINT", "0"],
    ["parse_json('99999999999999999999')::BIGINT", "INVALID_VARIANT_CAST"],
    ["parse_json('1e3')::INT", "1000"],
    ["parse_json('12345.678')::DECIMAL(7,2)", "12345.68"],
    ["parse_json('12345.678')::DECIMAL(3,2)", "INVALID_VARIANT_CAST"],
    ["parse_json('0.1')::DOUBLE", "0.1"],
    ["parse_json('0')::BOOLEAN", "false"],
    ["parse_json('0.5')::BOOLEAN", "true"],
    ["parse_json('\"yes\"')::BOOLEAN", "true"],
    ["parse_json('true')::INT", "1"],
    ["parse_json('true')::DATE", "INVALID_VARIANT_CAST"],
    ["parse_json('\"2024-01-01\"')::DATE", "2024-01-01"],
    ["parse_json('1.5')::TIMESTAMP", "1970-01-01T00:00:01.500000Z"],
    ["parse_json('-0.0000019')::TIMESTAMP", "1969-12-31T23:59:59.999999Z"],
    ["parse_json('9223372036855')::TIMESTAMP", "INVALID_VARIANT_CAST"],
    ["parse_json('\"a\"')::STRING", "a"],
    ["parse_json('1.50')::STRING", "1.5"],
    ["parse_json('1e10')::STRING", "1.0E10"],
    ['parse_json(\'{"b":[1.0],"a":"x"}\')::STRING', '{"a":"x","b":[1]}'],
    ["TIMESTAMP'2024-01-01 00:00:00'::VARIANT::STRING", "2024-01-01 00:00:00"],
    ["array(TIMESTAMP'2024-01-01 00:00:00')::VARIANT::STRING", '["2024-01-01 00:00:00-08:00"]'],
    ["X'41'::VARIANT::STRING", "A"],
    ["CAST(struct(parse_json('\"q\"')) AS STRING)", '{"q"}'],
    ["parse_json('[1,null,\"2\"]')::ARRAY<INT>", "[1, null, 2]"],
    ["parse_json('[1,\"x\"]')::ARRAY<INT>", "INVALID_VARIANT_CAST"],
    ["parse_json('{}')::ARRAY<INT>", "INVALID_VARIANT_CAST"],
    ["parse_json('null')::ARRAY<INT>", "null"],
    ["parse_json('{\"b\":2,\"a\":null}')::MAP<STRING, INT>['b']", "2"],
    ['size(parse_json(\'{"b":2,"a":null}\')::MAP<STRING, INT>)', "2"],
    ["parse_json('[[1],[]]')::ARRAY<ARRAY<BIGINT>>", "[[1], []]"],
    ['(parse_json(\'{"a":1,"B":[2]}\')::STRUCT<a: INT, b: INT, B: ARRAY<INT>>) IS NULL', "false"],
    ['parse_json(\'{"a":{"x":"7"}}\')::STRUCT<a: STRUCT<x: INT>>.a.x', "7"],
    ["parse_json('[]')::STRUCT<a: INT>", "INVALID_VARIANT_CAST"],
    ["parse_json('[{\"k\":1}]')::ARRAY<VARIANT>", '[{"k":1}]'],
    ["parse_json('1')::INTERVAL", "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION"],
    ["parse_json('{}')::MAP<INT, INT>", "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION"],
  ])("%s is %s", async (sql, expected) => {
    expect(await answer(`SELECT ${sql}`)).toBe(expected);
  });

  test("says the value and the type of what does not fit", async () => {
    expect(await answer("SELECT parse_json('[1,\"x\"]')::ARRAY<INT>")).toBe("INVALID_VARIANT_CAST");
  });
});

describe("a cast to a variant", () => {
  test.each([
    ["5::VARIANT", "5"],
    ["1.50::VARIANT", "1.5"],
    ["'x'::VARIANT", '"x"'],
    ["NULL::VARIANT", "null"],
    ["CAST(NULL AS INT)::VARIANT IS NULL", "true"],
    ["array(1, NULL)::VARIANT", "[1,null]"],
    ["DATE'2024-01-01'::VARIANT", '"2024-01-01"'],
    ["TIMESTAMP_NTZ'2024-01-01 00:00:00.5'::VARIANT", '"2024-01-01 00:00:00.5"'],
    ["X'00FF41'::VARIANT", '"AP9B"'],
    ["CAST('NaN' AS DOUBLE)::VARIANT", "NaN"],
    ["array(parse_json('{\"a\":1}'))::VARIANT", '[{"a":1}]'],
    ["named_struct('a', 1)::VARIANT", "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION"],
    ["map('a', 1)::VARIANT", "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION"],
    ["coalesce(parse_json(NULL), 'x')", '"x"'],
  ])("%s is %s", async (sql, expected) => {
    expect(await answer(`SELECT ${sql}`)).toBe(expected);
  });
});
