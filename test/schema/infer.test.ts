import { expect, test } from "vitest";
import { toDdl } from "../../src/schema/ddl.ts";
import { inferSchema } from "../../src/schema/infer.ts";
import { CalendarDate, Decimal, LocalTimestamp, Timestamp } from "../../src/schema/value.ts";
import { VariantVal } from "../../src/schema/variant/variant.ts";

test.each<[readonly unknown[], string]>([
  [[{ a: 1, b: 2n, c: "x", d: true }], "a BIGINT,b BIGINT,c STRING,d BOOLEAN"],
  [[{ a: 1 }, { a: 1.5 }, { a: 2 }], "a DOUBLE"],
  [[{ a: 2 ** 53 }], "a DOUBLE"],
  [[{ a: 1n }, { a: 1 }, { a: null }], "a BIGINT"],
  [[{ a: new Date(0) }, { a: new Timestamp(0n) }], "a TIMESTAMP"],
  [
    [{ a: new CalendarDate(0), b: new LocalTimestamp(0n), c: new Decimal(1n, 2) }],
    "a DATE,b TIMESTAMP_NTZ,c DECIMAL(38,18)",
  ],
  [[{ a: new Uint8Array(1), b: Buffer.from("x") }], "a BINARY,b BINARY"],
  [[{ a: VariantVal.parseJson("1") }, { a: null }], "a VARIANT"],
  [[{ a: [] }, { a: [1, null] }, { a: [0.5] }], "a ARRAY<DOUBLE>"],
  [[{ a: new Map([["x", 1]]) }], "a MAP<STRING, BIGINT>"],
  [
    [{ a: { x: 1 } }, { a: { y: "s" }, b: undefined }, { b: 1 }],
    "a STRUCT<x: BIGINT, y: STRING>,b BIGINT",
  ],
  [[{ a: [{ x: 1 }, { y: 2 }] }], "a ARRAY<STRUCT<x: BIGINT, y: BIGINT>>"],
])("%o is %s", (rows, ddl) => {
  expect(toDdl(inferSchema(rows))).toBe(ddl);
});

test.each<[readonly unknown[], string, string]>([
  [[], "CANNOT_INFER_EMPTY_SCHEMA", ""],
  [[{ a: null }], "CANNOT_DETERMINE_TYPE", "a"],
  [[{ a: { b: [] } }], "CANNOT_DETERMINE_TYPE", "a.b[]"],
  [[{ a: Symbol("x") }], "CANNOT_DETERMINE_TYPE", "a"],
  [[{ a: new URL("file:///x") }], "CANNOT_DETERMINE_TYPE", "a"],
  [[1], "CANNOT_DETERMINE_TYPE", "row"],
  [[{ a: 1 }, { a: "1" }], "CANNOT_MERGE_TYPE", "a"],
  [[{ a: 1n }, { a: 1.5 }], "CANNOT_MERGE_TYPE", "a"],
  [[{ a: { b: [true] } }, { a: { b: ["x"] } }], "CANNOT_MERGE_TYPE", "a.b[]"],
])("%o has no schema: %s at %s", (rows, code, path) => {
  const parameters = path === "" ? {} : { path };
  expect(() => inferSchema(rows)).toThrow(
    expect.objectContaining({ code, parameters: expect.objectContaining(parameters) }),
  );
});
