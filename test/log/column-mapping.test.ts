import { describe, expect, test } from "vitest";
import {
  checkColumnMapping,
  columnMappingMode,
  physicalField,
  physicalPath,
} from "../../src/log/column-mapping.ts";
import {
  array,
  type DataType,
  field,
  integer,
  map,
  string,
  struct,
} from "../../src/schema/type.ts";

const mapped = (name: string, id: number, type: DataType) =>
  field(name, type, true, {
    comment: "kept in the log only",
    "delta.columnMapping.id": id,
    "delta.columnMapping.physicalName": `col-${id}`,
  });
const found = (id: number, type: DataType) =>
  field(`col-${id}`, type, true, { "parquet.field.id": id });

describe("column mapping", () => {
  const deep = mapped(
    "a b",
    1,
    array(map(struct([mapped("k", 2, integer)]), struct([mapped("v.1", 3, string)]))),
  );

  test("files have physical names and ids at every depth", () => {
    expect(physicalField(deep, "id")).toEqual(
      found(1, array(map(struct([found(2, integer)]), struct([found(3, string)])))),
    );
    expect(physicalField(deep, "none")).toBe(deep);
  });

  test("a path is one of physical names, whatever the case it is asked in", () => {
    const schema = struct([mapped("s", 1, struct([mapped("x", 2, integer)]))]);
    expect(physicalPath(schema, ["S", "X"], "name")).toEqual(["col-1", "col-2"]);
    expect(physicalPath(schema, ["s", "x"], "none")).toEqual(["s", "x"]);
    expect(physicalPath(schema, ["s", "y"], "name")).toBeUndefined();
  });

  test("what lacks a name, or an id where ids count, is refused", () => {
    const configuration = (mode: string) => ({
      configuration: { "delta.columnMapping.mode": mode },
    });
    const named = struct([field("x", integer, true, { "delta.columnMapping.physicalName": "p" })]);
    expect(() => checkColumnMapping(named, configuration("name"))).not.toThrow();
    expect(() => checkColumnMapping(named, configuration("id"))).toThrow(
      "DELTA_MISSING_COLUMN_MAPPING",
    );
    expect(() =>
      checkColumnMapping(
        struct([field("s", struct([field("x", integer)]))]),
        configuration("name"),
      ),
    ).toThrow("delta.columnMapping.physicalName");
    expect(() => columnMappingMode(configuration("future"))).toThrow(
      "DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE",
    );
  });
});
