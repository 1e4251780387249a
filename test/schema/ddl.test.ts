import fc from "fast-check";
import { expect, test } from "vitest";
import {
  formatDataType,
  parseDataType,
  parseDataTypePrefix,
  parseSchema,
  quoteIfNeeded,
  sqlDataType,
  toDdl,
} from "../../src/schema/ddl.ts";
import { field, integer, type StructType, string, struct } from "../../src/schema/type.ts";
import { anySchema } from "./arbitrary.ts";

test.each([
  ["INT", "int"],
  ["Integer", "int"],
  ["LONG", "bigint"],
  ["bigint", "bigint"],
  ["BYTE", "tinyint"],
  ["short", "smallint"],
  ["REAL", "float"],
  ["DEC", "decimal(10,0)"],
  ["NUMERIC(5)", "decimal(5,0)"],
  ["decimal ( 38 , 18 )", "decimal(38,18)"],
  ["TIMESTAMP_LTZ", "timestamp"],
  ["timestamp without time zone", "timestamp_ntz"],
  ["TIME", "time(6)"],
  ["time(3) without time zone", "time(3)"],
  ["void", "void"],
  ["VARIANT", "variant"],
  ["interval", "interval"],
  ["INTERVAL YEAR TO MONTH", "interval year to month"],
  ["interval hour to second", "interval hour to second"],
  ["INTERVAL YEAR", "interval year"],
  ["char(3)", "string"],
  ["array<map<string,array<int>>>", "array<map<string,array<int>>>"],
  ["struct<>", "struct<>"],
  ["STRUCT<a: INT, `b c` ARRAY<STRING> NOT NULL COMMENT 'x'>", "struct<a:int,b c:array<string>>"],
  ["array /* of */ < -- what\n int >", "array<int>"],
])("%s is %s", (text, formatted) => {
  expect(formatDataType(parseDataType(text))).toBe(formatted);
});

test.each([
  ["geography", "UNSUPPORTED_DATATYPE", { typeName: '"GEOGRAPHY"' }],
  ["time(7)", "UNSUPPORTED_TIME_PRECISION", { precision: "7" }],
  ["int(4)", "UNSUPPORTED_DATATYPE", { typeName: '"INT(4)"' }],
  ["varchar", "DATATYPE_MISSING_SIZE", { type: "VARCHAR" }],
  ["array", "INCOMPLETE_TYPE_DEFINITION", { type: "ARRAY", example: "ARRAY<INT>" }],
  [
    "decimal(39)",
    "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
    { precision: "39", maxPrecision: "38" },
  ],
  ["decimal(3,4)", "UNSUPPORTED_DATATYPE", { typeName: '"DECIMAL(3,4)"' }],
  [
    "array<int",
    "INVALID_SCHEMA",
    { inputSchema: '"array<int"', reason: "`>` is expected at position 9, found the end" },
  ],
  [
    "interval month to day",
    "INVALID_SCHEMA",
    {
      inputSchema: '"interval month to day"',
      reason: "there is no interval month to day at position 21, found the end",
    },
  ],
])("%s is refused: %s", (text, code, parameters) => {
  expect(() => parseDataType(text)).toThrow(expect.objectContaining({ code, parameters }));
});

test("columns keep what is said of them", () => {
  expect(
    parseSchema("a INT NOT NULL COMMENT 'it''s \\'x\\'', `b``c`: VARCHAR(4), 1d string"),
  ).toEqual(
    struct([
      field("a", integer, false, { comment: "it's 'x'" }),
      field("b`c", string, true, { __CHAR_VARCHAR_TYPE_STRING: "varchar(4)" }),
      field("1d", string),
    ]),
  );
});

test("a struct's text is a schema too, and the first complaint is the one that counts", () => {
  expect(parseSchema("struct<a: int>")).toEqual(parseSchema("a int"));
  expect(parseSchema("")).toEqual(struct([]));
  expect(() => parseSchema("a int,")).toThrow("a column name is expected at position 6");
  expect(() => parseSchema("a int b int")).toThrow("the text should end at position 6");
  expect(() => parseSchema("a nope")).toThrow('Unsupported data type "NOPE"');
});

test("lengths inside nested types are kept for the column", () => {
  const [column] = parseSchema("a array<struct<x: char(2), y: int>>").fields;
  expect(column?.metadata).toEqual({
    __CHAR_VARCHAR_TYPE_STRING: "array<struct<x:char(2),y:int>>",
  });
});

test("what TIMESTAMP alone means is the session's", () => {
  const text = "a TIMESTAMP, b ARRAY<TIMESTAMP>, c TIMESTAMP_LTZ, d TIMESTAMP WITHOUT TIME ZONE";
  const types = (schema: StructType): string => formatDataType(schema);
  expect(types(parseSchema(text))).toBe(
    "struct<a:timestamp,b:array<timestamp>,c:timestamp,d:timestamp_ntz>",
  );
  expect(types(parseSchema(text, "timestamp_ntz"))).toBe(
    "struct<a:timestamp_ntz,b:array<timestamp_ntz>,c:timestamp,d:timestamp_ntz>",
  );
});

test("a type is read from the middle of a text", () => {
  const text = "CAST(x AS decimal(10, 2)) + 1";
  const { type, end } = parseDataTypePrefix(text, 10);
  expect(formatDataType(type)).toBe("decimal(10,2)");
  expect(text.slice(end)).toBe(") + 1");
  expect(parseDataTypePrefix("timestamp without", 0).end).toBe(9);
  expect(parseDataTypePrefix("interval day, b int", 0).end).toBe(12);
});

test("twice its own quote is one in a comment, of the other quote two are two", () => {
  const comment = (text: string): unknown =>
    parseSchema(`a INT COMMENT ${text}`).fields[0]?.metadata["comment"];
  expect(comment(`'""'`)).toBe('""');
  expect(comment(`"''"`)).toBe("''");
  expect(comment(`'it''s'`)).toBe("it's");
  expect(comment(`"a""b"`)).toBe('a"b');
});

test("DDL as Spark writes it", () => {
  const ddl =
    "a INT NOT NULL COMMENT 'it\\'s',`b c` STRUCT<x: BIGINT NOT NULL, y: ARRAY<STRING>>,`1` DATE";
  expect(toDdl(parseSchema(ddl))).toBe(ddl);
  expect(sqlDataType(parseDataType("map<string,timestamp_ntz>"))).toBe(
    "MAP<STRING, TIMESTAMP_NTZ>",
  );
  expect([quoteIfNeeded("a_1"), quoteIfNeeded("12"), quoteIfNeeded("a`b")]).toEqual([
    "a_1",
    "`12`",
    "`a``b`",
  ]);
});

test("DDL text gives back the schema", () => {
  fc.assert(
    fc.property(anySchema({ nestedNulls: true }), (schema) => {
      expect(parseSchema(toDdl(schema))).toEqual(schema);
    }),
  );
});
