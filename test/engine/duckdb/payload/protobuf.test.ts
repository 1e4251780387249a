import { describe, expect, test } from "vitest";
import { samplePath } from "../../../schema/protobuf/sample.ts";
import { answers } from "../answer.ts";

const answer = answers();

const map = (options: Readonly<Record<string, string>>) =>
  `map(${Object.entries(options)
    .flat()
    .map((text) => `'${text}'`)
    .join(", ")})`;
const from = (hex: string, name: string, options: Readonly<Record<string, string>> = {}) =>
  `from_protobuf(X'${hex}', '${name}', '${samplePath}', ${map(options)})`;
const read = (hex: string, name: string, options: Readonly<Record<string, string>> = {}) =>
  answer(`SELECT string(${from(hex, name, options)})`);

describe("from_protobuf", () => {
  test.each([
    ["18FFFFFFFFFFFFFFFFFF01", "i32", "-1"],
    ["1805", "i32", "5"],
    ["1800", "i32", "null"],
    ["18051806", "i32", "6"],
    ["18051800", "i32", "null"],
    ["3803", "s32", "-2"],
    ["40FFFFFFFFFFFFFFFFFF01", "s64", "-9223372036854775808"],
    ["28FFFFFFFF0F", "u32", "-1"],
    ["30FFFFFFFFFFFFFFFFFF01", "u64", "-1"],
    ["4DFFFFFFFF", "f32", "-1"],
    ["51FFFFFFFFFFFFFFFF", "f64", "-1"],
    ["150000C03F", "f", "1.5"],
    ["090000000000000080", "d", "-0.0"],
    ["6801", "b", "true"],
    ["72036162C3", "s", "MALFORMED_PROTOBUF_MESSAGE"],
    ["7203C3A961", "s", "éa"],
    ["7203616263DA3E0161", "s", "abc"],
    ["80010272016180010D", "e", "UNKNOWN_ENUM_VALUE_Color_13"],
    ["800102", "e", "CRIMSON"],
    ["1801", "S", "null"],
  ])("%s has %s: %s", async (hex, field, expected) => {
    expect(await answer(`SELECT string(${from(hex, "Scalars")}.${field})`)).toBe(expected);
  });

  test.each([
    ["0A0301020308040A0105", "Repeated", "packed", "[1, 2, 3, 4, 5]"],
    [
      "10031202050610FFFFFFFFFFFFFFFFFF01",
      "Repeated",
      "loose",
      "[-2, -3, 3, -9223372036854775808]",
    ],
    [
      "2202000122012020022001",
      "Repeated",
      "colors",
      "[GREY, RED, UNKNOWN_ENUM_VALUE_Color_32, CRIMSON, RED]",
    ],
    ["2A0408010A0010012A001A0161", "Repeated", "texts", "[a]"],
    ["08011201611A0208051A0310060122016208", "Choice", "beside", "MALFORMED_PROTOBUF_MESSAGE"],
  ])("%s is a %s whose %s is %s", async (hex, name, field, expected) => {
    expect(await answer(`SELECT string(${from(hex, name)}.${field})`)).toBe(expected);
  });

  test.each([
    [
      "the last of a oneof counts",
      "1A06080110021002" + "120161",
      "Choice",
      "{null, a, null, null, null}",
    ],
    [
      "and begins anew where it was before",
      "1A041002" + "1003120161" + "1A0408011004",
      "Choice",
      "{null, null, {1, [4], null}, null, null}",
    ],
    [
      "a message in pieces is one",
      "1A0410021003" + "1A0408011004",
      "Choice",
      "{null, null, {1, [2, 3, 4], null}, null, null}",
    ],
    ["a number told is a number", "0800" + "1200", "Optionals", "{0, , null}"],
    [
      "a map has zeros for what is absent",
      "0A00" + "0A03" + "0A0161" + "1202" + "0805" + "1A00",
      "Maps",
      "{{ -> 0, a -> 0}, {5 -> {null, [], null}}, {false -> GREY}}",
    ],
    [
      "instants and spans",
      "0A0608011080897A" + "120B" + "08FFFFFFFFFFFFFFFFFF01",
      "Moments",
      "{1969-12-31 16:00:01.002, INTERVAL '-0 00:00:01' DAY TO SECOND, []}",
    ],
    ["an empty message is left out", "0A001005", "HoldsEmpty", "{5}"],
  ])("%s", async (_, hex, name, expected) => {
    expect(await read(hex, name)).toBe(expected);
  });

  test.each([
    [{ "emit.default.values": "true" }, "Optionals", "", "{null, null, null}"],
    [{ "emit.default.values": "true" }, "Point", "", "{0, [], null}"],
    [{ "enums.as.ints": "true" }, "Optionals", "180218021802", "{null, null, 2}"],
    [
      { "upcast.unsigned.ints": "true" },
      "Wrapped",
      "1A06" + "08FFFFFFFF0F",
      "{null, null, {4294967295}, null, null, null, null, null, null, []}",
    ],
    [
      { "unwrap.primitive.wrapper.types": "true" },
      "Wrapped",
      "0A001202080532005203" + "0A0161",
      "{null, 5, null, null, null, null, null, null, null, [a]}",
    ],
    [
      { "unwrap.primitive.wrapper.types": "true", "emit.default.values": "true" },
      "Wrapped",
      "0A0032005200",
      "{false, null, null, null, null, , null, null, null, []}",
    ],
    [{ "retain.empty.message.types": "true" }, "HoldsEmpty", "0A001005", "{{null}, 5}"],
    [{ "retain.empty.message.types": "true" }, "Empty", "", "{null}"],
    [{ "recursive.fields.max.depth": "1" }, "Chain", "0801120208021A020803", "{1}"],
    [{ "recursive.fields.max.depth": "2" }, "Chain", "0801120208021A020803", "{1, {2}, [{3}]}"],
    [{ "recursive.fields.max.depth": "0" }, "Chain", "0801", "RECURSIVE_PROTOBUF_SCHEMA"],
    [{ "recursive.fields.max.depth": "11" }, "Chain", "0801", "RECURSIVE_PROTOBUF_SCHEMA"],
    [{}, "Chain", "0801", "RECURSIVE_PROTOBUF_SCHEMA"],
    [{ "recursive.fields.max.depth": "x" }, "Chain", "0801", "INVALID_TEXT_OPTION"],
    [{ "enums.as.ints": "x" }, "Point", "", "INVALID_TEXT_OPTION"],
    [{ mode: "DROPMALFORMED" }, "Point", "", "PARSE_MODE_UNSUPPORTED"],
  ])("with %o a %s of %s is %s", async (options, name, hex, expected) => {
    expect(await read(hex, name, options)).toBe(expected);
  });

  test.each([
    ["an end within a value", "0A05", "Point"],
    ["a known field of another type", "0A0161", "Point"],
    ["a text that is not UTF-8", "1A040A02C328", "Point"],
    ["the same where the field is left out", "1A0408011A04" + "120212" + "80", "Chain"],
    ["a required field that is absent", "0801", "Strict"],
    ["the same in a message that is held", "0801120161" + "4A00", "Strict"],
    ["a number that a closed enum does not have", "0801120161" + "1807", "Strict"],
    ["a group without an end", "0801120161" + "430801", "Strict"],
    ["a field 0", "00", "Point"],
    ["messages too deep", "1A02".repeat(101), "Chain"],
  ])("%s is malformed", async (_, hex, name) => {
    const options = { "recursive.fields.max.depth": "1" };
    expect(await read(hex, name, options)).toBe("MALFORMED_PROTOBUF_MESSAGE");
    const permissive = await read(hex, name, { ...options, mode: "PERMISSIVE" });
    expect(permissive).toMatch(/^\{null(, null)*\}$/);
  });

  test("files of the second syntax have defaults, groups, closed enums and texts of any bytes", async () => {
    const rest = "-Infinity, [], []";
    expect(await read("0801120161", "Strict")).toBe(
      `{1, a, HIGH, \u0001a\\\ufffd, ${rest}, null, null, null, -1, {}}`,
    );
    expect(await read("08011202C328" + "430803120162" + "44" + "4A0408011007", "old.Strict")).toBe(
      `{1, \ufffd(, HIGH, \u0001a\\\ufffd, ${rest}, {3, [b]}, {1, null}, null, -1, {}}`,
    );
  });

  test("editions say it by features", async () => {
    const options = { "recursive.fields.max.depth": "2" };
    const hex = "080010001801" + "20052202060728012A01023318041002343807" + "4202C328";
    expect(await read(hex.replace("3807", "3801"), "Edition", options)).toBe(
      "{null, 0, 1, [5, 6, 7], [1, 2], {null, 2, 4, [], [], null, null}, LINE, \ufffd(}",
    );
    expect(await read(hex, "Edition", options)).toBe("MALFORMED_PROTOBUF_MESSAGE");
  });

  test("half a message leaves nothing behind in the messages beside it", async () => {
    const whole = "0A0301020305"; // packed: [1, 2, 3], and a field that is cut
    const rows = [
      "0A0301020305",
      "2A060801100210032A061001",
      "1A01612A0408011002",
      whole.slice(0, 10),
      "",
    ];
    const found = await answer(`SELECT string(p) FROM (SELECT
      from_protobuf(v, 'Repeated', '${samplePath}', map('mode', 'PERMISSIVE')) p
      FROM VALUES ${rows.map((hex) => `(X'${hex}')`).join(", ")}, (NULL) t(v))`);
    const none = "{null, null, null, null, null, null, null}";
    const read = [
      "{[], [], [a], [], [{1, [2], null}], [], []}",
      "{[1, 2, 3], [], [], [], [], [], []}",
    ];
    const empty = "{[], [], [], [], [], [], []}";
    expect(found).toBe([none, none, ...read, empty, "null"].join("; "));
  });

  test.each([
    ["X'', 'Nope', '$'", "PROTOBUF_MESSAGE_NOT_FOUND"],
    ["X'', 'sample.Point.Label', '$'", "PROTOBUF_MESSAGE_NOT_FOUND"],
    ["X'', 'Point', '/no/such.desc'", "PROTOBUF_DESCRIPTOR_FILE_NOT_FOUND"],
    ["X'', 'Point', X'FF'", "CANNOT_PARSE_PROTOBUF_DESCRIPTOR"],
    ["X'', 'Point', X'0A080A016122030A0141'", "PROTOBUF_MESSAGE_NOT_FOUND"],
    ["X'', 'Point', X'0A060A01611A0162'", "PROTOBUF_DEPENDENCY_NOT_FOUND"],
    ["X'', 'Point'", "CANNOT_LOAD_PROTOBUF_CLASS"],
    ["X'', 'Point', map('mode', 'FAILFAST')", "CANNOT_LOAD_PROTOBUF_CLASS"],
    ["X'', 5, '$'", "DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT"],
    ["X'', 'Point', 5", "DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT"],
    ["X'', 'Point', '$', 5", "DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT"],
    ["'', 'Point', '$'", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
    ["NULL, 'Point', '$'", "null"],
    ["X'', 'Empty', '$'", "ENGINE_UNSUPPORTED_TYPE"],
  ])("from_protobuf(%s)", async (args, expected) => {
    const sql = `SELECT string(from_protobuf(${args.replace("$", samplePath)}))`;
    expect(await answer(sql)).toBe(expected);
  });
});

describe("to_protobuf", () => {
  const write = (value: string, name: string) =>
    answer(`SELECT hex(to_protobuf(${value}, '${name}', '${samplePath}'))`);

  test.each([
    ["named_struct('i32', -1)", "Scalars", "18FFFFFFFFFFFFFFFFFF01"],
    ["named_struct('b', true, 'i32', 0, 's', '')", "Scalars", "6801"],
    ["named_struct('y', X'')", "Scalars", "7A00"],
    ["named_struct('d', -0.0D)", "Scalars", "090000000000000080"],
    [
      "named_struct('u32', 4294967295L, 'u64', 18446744073709551615BD)",
      "Scalars",
      "28FFFFFFFF0F30FFFFFFFFFFFFFFFFFF01",
    ],
    ["named_struct('s32', -2, 's64', -3L)", "Scalars", "38034005"],
    [
      "named_struct('f32', 1, 'f64', 1L, 'f', 1.5F)",
      "Scalars",
      "150000C03F4D01000000510100000000000000",
    ],
    ["named_struct('i32', DATE'1970-01-06', 'u32', 3Y)", "Scalars", "18052803"],
    ["named_struct('e', 'RED')", "Scalars", "800101"],
    ["named_struct('E', 2)", "Scalars", "800102"],
    ["named_struct('e', 'GREY')", "Scalars", ""],
    ["named_struct('i', 0, 's', '', 'e', 'GREY')", "Optionals", "080012001800"],
    [
      "named_struct('packed', array(1, 300), 'loose', array(1L, -1L))",
      "Repeated",
      "0A0301AC0210021001",
    ],
    [
      "named_struct('points', array(named_struct('x', 1), named_struct('x', 0)))",
      "Repeated",
      "2A0208012A00",
    ],
    ["named_struct('number', 1, 'text', 'a')", "Choice", "120161"],
    ["named_struct('text', 'a', 'number', 1)", "Choice", "0801"],
    ["named_struct('text', 'a', 'number', CAST(NULL AS INT))", "Choice", "120161"],
    ["named_struct('counts', map('', 0))", "Maps", "0A040A001000"],
    ["named_struct('counts', map('a', CAST(NULL AS INT)))", "Maps", "0A050A01611000"],
    ["named_struct('at', timestamp_micros(1001999))", "Moments", "0A06080110C0843D"],
    ["named_struct('at', timestamp_micros(-1))", "Moments", "0A0B10C0FBC2FFFFFFFFFFFF01"],
    [
      "named_struct('span', INTERVAL '-1.5' SECOND)",
      "Moments",
      "121608FFFFFFFFFFFFFFFFFF011080B6CA91FEFFFFFFFF01",
    ],
    [
      "named_struct('b', false, 's', 'a', 'u32', 5, 'y', X'')",
      "Wrapped",
      "0A001A02080532030A01613A00",
    ],
    ["named_struct('id', CAST(NULL AS INT), 'name', 'a')", "Strict", "0800120161"],
    [
      "named_struct('id', 1, 'name', 'a', 'extra', named_struct('depth', 3))",
      "Strict",
      "08011201614308034" + "4",
    ],
    ["CAST(NULL AS STRUCT<x: INT>)", "Point", "null"],
    ["NULL", "Point", "null"],
    ["named_struct('e', 'BLUE')", "Scalars", "CANNOT_CONVERT_SQL_VALUE_TO_PROTOBUF_ENUM_TYPE"],
    ["named_struct('e', 7)", "Scalars", "CANNOT_CONVERT_SQL_VALUE_TO_PROTOBUF_ENUM_TYPE"],
    ["named_struct('packed', array(1, NULL))", "Repeated", "PROTOBUF_CANNOT_WRITE_NULL"],
    [
      "named_struct('points', map(1L, CAST(NULL AS STRUCT<x: INT>)))",
      "Maps",
      "PROTOBUF_CANNOT_WRITE_NULL",
    ],
    ...[
      ["named_struct('nope', 1)", "Point"],
      ["named_struct('x', 'a')", "Point"],
      ["named_struct('x', array(1))", "Point"],
      ["named_struct('more', 1)", "Point"],
      ["named_struct('i64', 1)", "Scalars"],
      ["named_struct('f32', 1L)", "Scalars"],
      ["named_struct('id', 1)", "Strict"],
      ["5", "Point"],
    ].map(([value, name]) => [value!, name!, "UNABLE_TO_CONVERT_TO_PROTOBUF_MESSAGE_TYPE"]),
  ])("%s as a %s", async (value, name, expected) => {
    expect(await write(value, name)).toBe(expected);
  });

  test("a value that failed leaves nothing for the next", async () => {
    const sql = `SELECT hex(to_protobuf(named_struct('i32', 5, 'e', e), 'Scalars', '${samplePath}'))
      FROM VALUES ('RED') t(e) WHERE e < '`;
    expect(await answer(`${sql}T'`)).toBe("1805800101");
    expect(await answer(`${sql.replace("'RED'", "'RES'")}T'`)).toMatch("CANNOT_CONVERT");
    expect(await answer(`${sql}T'`)).toBe("1805800101");
  });
});

test("messages beside each other are read alone", async () => {
  const found =
    await answer(`SELECT count(*), count(p.number), count(p.point), sum(size(p.point.more))
    FROM (SELECT from_protobuf(to_protobuf(IF(id % 2 = 0,
        named_struct('number', int(id), 'point', NULL),
        named_struct('number', NULL, 'point', named_struct('more', sequence(1, int(id % 5))))),
      'Choice', '${samplePath}'), 'Choice', '${samplePath}') p FROM range(1, 7001))`);
  const odd = Array.from({ length: 3500 }, (_, i) => 2 * i + 1);
  const sum = odd.reduce((all, id) => all + (id % 5 === 0 ? 2 : id % 5), 0);
  expect(found).toBe(`7000 3500 3500 ${sum}`);
});
