import { expect, test } from "vitest";
import { checkFileSchema, fileTableDefinition } from "../../../src/connector/file/definition.ts";
import type { FileFormat } from "../../../src/connector/file/format.ts";
import { parseSchema, toDdl } from "../../../src/schema/ddl.ts";

function defined(ddl: string, partitionBy: readonly string[], format: FileFormat = "parquet") {
  const schema = parseSchema(ddl);
  const given = { schema, partitionBy, options: {}, properties: {}, createdTime: 0 };
  return fileTableDefinition({ format, table: "`t`", ...given });
}

test("partition columns go last, by the names of the columns", () => {
  const { schema, partitionBy } = defined("a INT, B STRING, c INT", ["b", "A"]);
  expect(toDdl(schema)).toBe("c INT,B STRING,a INT");
  expect(partitionBy).toEqual(["B", "a"]);
});

test("what cannot be is refused by Spark's names", () => {
  expect(() => defined("a INT, A INT", [])).toThrow(/COLUMN_ALREADY_EXISTS/);
  expect(() => defined("a INT", ["b"])).toThrow(/COLUMN_NOT_DEFINED_IN_TABLE/);
  expect(() => defined("a INT", ["a"])).toThrow(/ALL_PARTITION_COLUMNS_NOT_ALLOWED/);
  expect(() => defined("a INT, m MAP<INT, INT>", ["m"])).toThrow(
    /INVALID_PARTITION_COLUMN_DATA_TYPE/,
  );
});

test("formats hold the types that Spark's hold", () => {
  const holds = (format: FileFormat, ddl: string) => {
    return () => checkFileSchema(format, parseSchema(ddl));
  };
  const refused = /UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE/;
  expect(holds("csv", "a ARRAY<INT>")).toThrow(refused);
  expect(holds("csv", "a BINARY")).toThrow(refused);
  expect(holds("text", "a INT")).toThrow(refused);
  expect(holds("parquet", "a INT, v VOID")).toThrow(refused);
  expect(holds("json", "a ARRAY<VOID>, s STRUCT<x: MAP<STRING, DATE>>")).not.toThrow();
});
