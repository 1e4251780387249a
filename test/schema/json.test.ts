import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseDataTypeJson, parseSchemaJson, schemaJson } from "../../src/schema/json.ts";
import { sharedPath, sharedReason } from "../shared.ts";

const everything =
  '{"type":"struct","fields":[' +
  '{"name":"a","type":"long","nullable":false,"metadata":{"comment":"x","delta.columnMapping.id":1}},' +
  '{"name":"b","type":"decimal(10,2)","nullable":true,"metadata":{}},' +
  '{"name":"c","type":{"type":"array","elementType":"void","containsNull":false},"nullable":true,"metadata":{}},' +
  '{"name":"d","type":{"type":"map","keyType":"string","valueType":{"type":"struct","fields":[]},' +
  '"valueContainsNull":true},"nullable":true,"metadata":{}},' +
  '{"name":"e","type":"timestamp_ntz","nullable":true,"metadata":{}},' +
  '{"name":"f","type":"interval day to second","nullable":true,"metadata":{}},' +
  '{"name":"g","type":"string","nullable":true,"metadata":{"__CHAR_VARCHAR_TYPE_STRING":"char(5)"}}]}';

test("a schema is written as it was read", () => {
  expect(schemaJson(parseSchemaJson(everything))).toBe(everything);
});

test.each([
  ['"null"', { type: "void" }],
  ['"timestamp_ltz"', { type: "timestamp" }],
  ['"decimal"', { type: "decimal", precision: 10, scale: 0 }],
  ['"decimal( 38, 18 )"', { type: "decimal", precision: 38, scale: 18 }],
  ['"varchar(10)"', { type: "string" }],
  ['"string collate UTF8_LCASE"', { type: "string" }],
  ['"interval year"', { type: "interval", unit: "month", start: "year", end: "year" }],
  ['"calendar interval"', { type: "interval", unit: "calendar" }],
])("the name %s", (text, type) => {
  expect(parseDataTypeJson(text)).toEqual(type);
});

test.each([
  ["nonsense", "INVALID_SCHEMA"],
  ['"long"', "INVALID_SCHEMA"],
  ['{"type":"struct"}', "INVALID_SCHEMA"],
  ['{"type":"struct","fields":[{"type":"long","nullable":true}]}', "INVALID_SCHEMA"],
  ['{"type":"struct","fields":[{"name":"a","type":"long"}]}', "INVALID_SCHEMA"],
  [
    '{"type":"struct","fields":[{"name":"a","type":"int96","nullable":true}]}',
    "UNSUPPORTED_DATATYPE",
  ],
  ['{"type":"udt","class":"x"}', "UNSUPPORTED_DATATYPE"],
  [
    '{"type":"struct","fields":[{"name":"a","type":"decimal(39,0)","nullable":true}]}',
    "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION",
  ],
])("%s is refused: %s", (text, code) => {
  expect(() => parseSchemaJson(text)).toThrow(expect.objectContaining({ code }));
});

describe("schemas that Spark and others wrote", () => {
  const tables = sharedPath("ref/tables");
  test.skipIf(tables === undefined)(
    `come out byte for byte (${tables ?? sharedReason("ref/tables")})`,
    () => {
      const texts = new Set<string>();
      for (const file of readdirSync(tables!, { recursive: true, encoding: "utf8" })) {
        if (!/_delta_log\/\d{20}\.json$/.test(file)) continue;
        for (const line of readFileSync(join(tables!, file), "utf8").split("\n")) {
          if (line.startsWith('{"metaData"')) texts.add(JSON.parse(line).metaData.schemaString);
        }
      }
      expect(texts.size).toBeGreaterThan(20);
      for (const text of texts) expect(schemaJson(parseSchemaJson(text))).toBe(text);
    },
  );
});
