import fc from "fast-check";
import { expect, test } from "vitest";
import { asNullable, findField, mergeSchemas, sameType } from "../../src/schema/compare.ts";
import { formatDataType, parseSchema, toDdl } from "../../src/schema/ddl.ts";
import { parseSchemaJson, schemaJson } from "../../src/schema/json.ts";
import {
  array,
  dayTime,
  decimal,
  field,
  long,
  map,
  string,
  struct,
  yearMonth,
} from "../../src/schema/type.ts";
import { anySchema } from "./arbitrary.ts";

test("types are the same whatever may be null", () => {
  fc.assert(
    fc.property(anySchema({ nestedNulls: false }), (schema) => {
      const nullable = asNullable(schema);
      expect(sameType(schema, nullable)).toBe(true);
      expect(asNullable(nullable)).toEqual(nullable);
      expect(parseSchemaJson(schemaJson(schema))).toEqual(schema);
      expect(mergeSchemas(schema, schema)).toEqual(schema);
      expect(mergeSchemas(struct([]), schema)).toEqual(nullable);
    }),
  );
});

test("types differ in their parts", () => {
  const types = [
    decimal(10, 2),
    decimal(10, 3),
    decimal(11, 2),
    dayTime(),
    yearMonth(),
    array(long),
    array(string),
    map(string, long),
    map(long, long),
    struct([field("a", long)]),
    struct([field("b", long)]),
    struct([field("a", string)]),
    struct([field("a", long), field("b", long)]),
  ];
  for (const [i, left] of types.entries()) {
    for (const [j, right] of types.entries()) expect(sameType(left, right)).toBe(i === j);
  }
});

test("fields are found by the exact name first", () => {
  const schema = parseSchema("ab INT, AB STRING");
  expect(findField(schema, "AB")?.type.type).toBe("string");
  expect(findField(schema, "Ab")?.type.type).toBe("integer");
  expect(findField(schema, "c")).toBeUndefined();
});

test.each([
  ["a INT NOT NULL", "A INT", "a INT NOT NULL"],
  ["a INT", "c STRING NOT NULL,b DATE", "a INT,c STRING,b DATE"],
  ["a INT,b INT", "b INT", "a INT,b INT"],
  ["s STRUCT<x: INT>", "s STRUCT<y: INT, X: INT>", "s STRUCT<x: INT, y: INT>"],
  [
    "l ARRAY<STRUCT<x: INT>>,m MAP<STRING, STRUCT<x: INT>>",
    "m MAP<STRING, STRUCT<y: STRUCT<z: INT NOT NULL>>>,l ARRAY<STRUCT<y: INT>>",
    "l ARRAY<STRUCT<x: INT, y: INT>>,m MAP<STRING, STRUCT<x: INT, y: STRUCT<z: INT>>>",
  ],
  ["a TINYINT,b INT,c SMALLINT", "a INT,b TINYINT,c SMALLINT", "a INT,b INT,c SMALLINT"],
  ["a VOID,b INT", "a ARRAY<INT>,b VOID", "a ARRAY<INT>,b INT"],
])("%s with %s is %s", (current, update, merged) => {
  expect(toDdl(mergeSchemas(parseSchema(current), parseSchema(update)))).toBe(merged);
});

test.each([
  ["a INT", "A BIGINT", "a", "A", "incompatible data types int and bigint"],
  ["a DECIMAL(10,2)", "a DECIMAL(12,2)", "a", "a", "decimal(10,2) and decimal(12,2)"],
  ["s STRUCT<x: INT>", "s STRUCT<x: STRING>", "s", "s", "int and string"],
  ["a ARRAY<INT>", "a INT", "a", "a", "array<int> and int"],
])("%s with %s is a conflict", (current, update, currentField, updateField, reason) => {
  expect(() => mergeSchemas(parseSchema(current), parseSchema(update))).toThrow(
    expect.objectContaining({
      code: "DELTA_FAILED_TO_MERGE_FIELDS",
      parameters: { currentField, updateField, reason: expect.stringContaining(reason) },
    }),
  );
});

test("MERGE keeps the table's types, but not of nested against plain", () => {
  const keep = { keepExistingType: true };
  const merged = mergeSchemas(parseSchema("a INT"), parseSchema("a STRING, b INT"), keep);
  expect(formatDataType(merged)).toBe("struct<a:int,b:int>");
  expect(() => mergeSchemas(parseSchema("a INT"), parseSchema("a ARRAY<INT>"), keep)).toThrow();
});
