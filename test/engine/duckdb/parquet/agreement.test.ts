import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { schemaContradiction } from "../../../../src/engine/duckdb/parquet/agreement.ts";
import { elementsOf, nameOf } from "../../../../src/engine/duckdb/parquet/element.ts";
import { footerAt, id, structsOf } from "../../../../src/engine/duckdb/parquet/footer.ts";
import { sparkSchemaKey } from "../../../../src/engine/duckdb/parquet/spark-schema.ts";
import { code, type Struct } from "../../../../src/engine/duckdb/parquet/thrift.ts";

const golden = fileURLToPath(new URL("../../../golden/table", import.meta.url));

const dataFiles = readdirSync(golden, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".parquet") && !name.includes("_delta_log"))
  .sort();

function metadataOf(file: string): Struct {
  return footerAt(join(golden, file))!.metadata;
}

/** Of the first data file of a table, with a change of one element. */
function changed(table: string, name: string, change: (element: Struct) => void): Struct {
  const metadata = metadataOf(dataFiles.find((file) => file.startsWith(`${table}/`))!);
  change(elementsOf(metadata).findLast((element) => nameOf(element) === name)!);
  return metadata;
}

const number =
  (field: number, value: number, type: number = code.i32) =>
  (element: Struct): void =>
    void element.set(field, { type, value: BigInt(value) });
const rename =
  (name: string) =>
  (element: Struct): void =>
    void element.set(id.element.name, { type: code.binary, value: Buffer.from(name) });

test("what Spark wrote agrees with the schema it wrote beside it", () => {
  const told = dataFiles.filter((file) =>
    readFileSync(join(golden, file)).includes(sparkSchemaKey),
  );
  expect(told.length).toBeGreaterThan(50);
  const found = dataFiles.map((file) => schemaContradiction(metadataOf(file)));
  expect(found.filter((one) => one !== undefined)).toEqual([]);
});

const { repetition, type, precision, converted } = id.element;

test.each([
  ["a name", "all_primitives", "f32", rename("f33"), /column f33, which Spark did not write/],
  ["a name within a struct", "nested_types", "x", rename("y2"), /y2, which Spark did not write/],
  ["a column without nulls", "all_primitives", "f32", number(repetition, 0), /may have nulls/],
  [
    "a number that is a boolean",
    "all_primitives",
    "f32",
    number(type, 0),
    /f32 is of another type/,
  ],
  ["a decimal", "all_primitives", "d5", number(precision, 4), /d5 is of another type/],
  ["a field of another type", "all_primitives", "d5", number(converted, 5, 4), /not their own/],
  ["a member of a variant", "variant", "metadata", rename("metadat"), /is of another type/],
] as const)("%s that is not as Spark says is told", (_, table, name, change, expected) => {
  expect(schemaContradiction(changed(table, name, change))).toMatch(expected);
});

test("a file that keeps fewer columns than Spark's schema has is believed", () => {
  const metadata = changed("all_primitives", "f32", () => undefined);
  const elements = structsOf(metadata, id.file.schema);
  const columns = elements.filter((element) => nameOf(element) !== "f32");
  number(id.element.children, columns.length - 1)(columns[0]!);
  const value = columns.map((column) => ({ type: code.struct, value: column }));
  metadata.set(id.file.schema, { type: code.list, value });
  expect(schemaContradiction(metadata)).toBeUndefined();
});

test("what is no schema of Spark's says nothing", () => {
  for (const text of ["", "{", '{"type":"of tomorrow"}', '"long"']) {
    const metadata = changed("all_primitives", "f32", rename("f33"));
    const pair = structsOf(metadata, id.file.keyValues).find((one) => {
      return String(one.get(id.keyValue.key)?.value) === sparkSchemaKey;
    })!;
    pair.set(id.keyValue.value, { type: code.binary, value: Buffer.from(text) });
    expect(schemaContradiction(metadata), text).toBeUndefined();
  }
});
