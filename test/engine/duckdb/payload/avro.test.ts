import { describe, expect, test } from "vitest";
import { answers } from "../answer.ts";

const answer = answers();

const pair = `{"type":"record","name":"r","fields":[
  {"name":"a","type":"int"},{"name":"b","type":["null","int"]}]}`;
const one = '{"type":"record","name":"r","fields":[{"name":"a","type":"int"}]}';
const either = '{"type":"record","name":"r","fields":[{"name":"u","type":["int","string"]}]}';
const chain = `{"type":"record","name":"n","fields":[
  {"name":"Id","type":"int"},{"name":"Next","type":["null","n"]}]}`;
const evolved = (type: string, more: string) =>
  `{"type":"record","name":"r","fields":[{"name":"a","type":"${type}"}${more}]}`;

const map = (options: Readonly<Record<string, string>>) =>
  `map(${Object.entries(options)
    .flat()
    .map((text) => `'${text}'`)
    .join(", ")})`;

// The answers of these tables are Spark 4.2's own.
describe("from_avro", () => {
  test.each([
    ["02", '"int"', {}, "1"],
    ["04", '{"type":"long","logicalType":"timestamp-millis"}', {}, "1969-12-31 16:00:00.002"],
    ["020204", pair, {}, "{1, 2}"],
    ["0200", pair, {}, "{1, null}"],
    ["0200FF", pair, {}, "{1, null}"],
    ["02026168", either, {}, "{{null, a}}"],
    ["0202040206020800", chain, { recursiveFieldMaxDepth: "1" }, "{1}"],
    ["0202040206020800", chain, { recursiveFieldMaxDepth: "2" }, "{1, {2}}"],
    [
      "02",
      one,
      { avroSchema: evolved("long", ',{"name":"b","type":"string","default":"d"}') },
      "{1, d}",
    ],
    ["02", '"int"', { mode: "nonsense" }, "1"],
  ])("%s by %s with %o", async (bytes, schema, options, expected) => {
    const sql = `SELECT string(from_avro(X'${bytes}', '${schema}', ${map(options)}))`;
    expect(await answer(sql)).toBe(expected);
  });

  test("names the message that cannot be read, or gives a row of nulls", async () => {
    const call = (mode: string) =>
      answer(`SELECT string(from_avro(X'0202', '${pair}', map('mode', '${mode}')))`);
    expect(await call("FAILFAST")).toBe("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION");
    expect(await call("PERMISSIVE")).toBe("{null, null}");
    expect(await call("DROPMALFORMED")).toBe("PARSE_MODE_UNSUPPORTED");
  });

  test.each([
    ["X'', '\"int\"', map('mode', 'PERMISSIVE')", "null"],
    [
      'X\'0202610402026206\', \'{"type":"array","items":{"type":"map","values":"int"}}\', map(\'mode\', \'PERMISSIVE\')',
      "null",
    ],
    [
      `X'02', '${one}', map('mode', 'PERMISSIVE', 'avroSchema', '${evolved("string", "")}')`,
      "{null}",
    ],
    [
      `X'02', '${one}', map('avroSchema', '${evolved("int", ',{"name":"b","type":"int"}')}')`,
      "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
    ],
    ["NULL, '\"int\"'", "null"],
    ["X'02', 42", "DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT"],
    ["X'02', '\"int\"', 42", "DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT"],
    ["'02', '\"int\"'", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
    ["X'02', 'nope'", "INVALID_AVRO_SCHEMA"],
    ["X'02', NULL", "INVALID_AVRO_SCHEMA"],
    [`X'0200', '${chain}'`, "AVRO_INCOMPATIBLE_SCHEMA"],
    [`X'0200', '${chain}', map('recursiveFieldMaxDepth', '16')`, "INVALID_TEXT_OPTION"],
  ])("from_avro(%s)", async (args, expected) => {
    expect(await answer(`SELECT string(from_avro(${args}))`)).toBe(expected);
  });

  test("takes no more for an int, or for true, than Java does", async () => {
    const call = (bytes: string, written: string, reader: string) =>
      answer(`SELECT from_avro(X'${bytes}', '"${written}"', map('mode', 'PERMISSIVE',
        'avroSchema', '"${reader}"'))`);
    for (const reader of ["int", "long", "float", "double"]) {
      expect(await call("8080808080800A", "int", reader)).toBe("null");
    }
    expect(await call("8080808080800A", "long", "double")).toBe("21990232555520");
    expect(await call("01", "boolean", "boolean")).toBe("true");
    expect(await call("02", "boolean", "boolean")).toBe("false");
  });

  test("reads old dates in the calendar that is asked for", async () => {
    const call = (mode: string) =>
      answer(`SELECT string(from_avro(to_avro(DATE'1000-01-01', '{"type":"int","logicalType":"date"}'),
        '{"type":"int","logicalType":"date"}', map('datetimeRebaseMode', '${mode}')))`);
    expect(await call("CORRECTED")).toBe("1000-01-01");
    expect(await call("LEGACY")).toBe("0999-12-27");
    expect(await call("EXCEPTION")).toBe("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION");
  });
});

describe("to_avro", () => {
  const symbols = '{"type":"enum","name":"e","symbols":["A","B"]}';

  test.each([
    ["1", "02"],
    ["named_struct('a', 1, 'b', 'x', 'c', CAST(NULL AS INT))", "02027802"],
    ["array(1, NULL, 300)", "0600020200D80400"],
    ["map('a', 1.5D)", "020261000000000000F83F00"],
    ["1.25BD", "007D"],
    ["DATE'2020-01-01'", "AC9D02"],
    ["TIMESTAMP'2020-01-01 00:00:00+00:00'", "8080D29F98C2CD05"],
    ["INTERVAL '3' MONTH", "06"],
    ["INTERVAL '3' DAY", "8080B1988B0F"],
    ["X'0102'", "040102"],
    ["2Y", "04"],
    ["CAST(NULL AS INT)", "null"],
    ['1, \'["null","int"]\'', "0202"],
    [`'A', '${symbols}'`, "00"],
    [`'C', '${symbols}'`, "AVRO_INCOMPATIBLE_SCHEMA"],
    ["1, '\"string\"'", "AVRO_INCOMPATIBLE_SCHEMA"],
    [`named_struct('a', CAST(NULL AS INT)), '${one}'`, "AVRO_CANNOT_WRITE_NULL_FIELD"],
    [`named_struct('a', 1, 'b', 2), '${one}'`, "AVRO_INCOMPATIBLE_SCHEMA"],
    [
      `named_struct('a', 1), '${evolved("int", ',{"name":"b","type":"int"}')}'`,
      "AVRO_INCOMPATIBLE_SCHEMA",
    ],
    ["map(1, 2)", "AVRO_INCOMPATIBLE_SCHEMA"],
    ["1, 42", "DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT"],
    ["struct()", "ENGINE_UNSUPPORTED_TYPE"],
    ["struct(sequence(1, 2) AS a)", "04020400"],
  ])("to_avro(%s)", async (args, expected) => {
    expect(await answer(`SELECT hex(to_avro(${args}))`)).toBe(expected);
  });

  test("a value that failed leaves nothing for the next", async () => {
    const call = (letter: string) =>
      answer(`SELECT hex(to_avro(named_struct('a', 5, 'e', e), '{"type":"record","name":"r","fields":[
        {"name":"a","type":"int"},{"name":"e","type":${symbols}}]}'))
        FROM VALUES ('${letter}') t(e)`);
    expect(await call("B")).toBe("0A02");
    expect(await call("C")).toBe("AVRO_INCOMPATIBLE_SCHEMA");
    expect(await call("B")).toBe("0A02");
  });

  test("writes the branch of a union where a value may be null", async () => {
    expect(await answer("SELECT hex(to_avro(a)) FROM VALUES (1), (NULL) t(a)")).toBe("0002; null");
  });
});

describe("schema_of_avro", () => {
  test.each([
    [`'${pair}'`, "STRUCT<a: INT NOT NULL, b: INT>"],
    [`'${pair}', map('mode', 'PERMISSIVE')`, "STRUCT<a: INT, b: INT>"],
    [
      `'${either}', map('enableStableIdentifiersForUnionType', 'true')`,
      "STRUCT<u: STRUCT<member_int: INT, member_string: STRING> NOT NULL>",
    ],
    ["'\"int\"'", "INT"],
    ["42", "DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT"],
    ["'\"int\"', map('mode', 'DROPMALFORMED')", "PARSE_MODE_UNSUPPORTED"],
  ])("schema_of_avro(%s)", async (args, expected) => {
    expect(await answer(`SELECT schema_of_avro(${args})`)).toBe(expected);
  });
});
