import { expect, test } from "vitest";
import { coerceRow } from "../../src/schema/coerce.ts";
import { parseSchema } from "../../src/schema/ddl.ts";
import { CalendarDate, Decimal, Timestamp } from "../../src/schema/value.ts";
import { VariantVal } from "../../src/schema/variant/variant.ts";

const one = VariantVal.parseJson("1");

const coerce = (ddl: string, row: unknown) => coerceRow(row, parseSchema(ddl));

test.each<[string, unknown, unknown]>([
  ["a BIGINT, b INT", { b: 5n, a: 7 }, [7n, 5]],
  ["a BIGINT, b INT", [1n, null], [1n, null]],
  ["a STRING, b INT", { A: "x" }, ["x", null]],
  ["a FLOAT, b DOUBLE", { a: 0.1, b: Number.NaN }, [Math.fround(0.1), Number.NaN]],
  ["a TIMESTAMP", { a: new Date(1500) }, [new Timestamp(1_500_000n)]],
  ["a DATE", { a: new CalendarDate(1) }, [new CalendarDate(1)]],
  ["a VARIANT", { a: one }, [one]],
  ["a DECIMAL(5,2)", { a: 7 }, [new Decimal(700n, 2)]],
  ["a DECIMAL(5,2)", { a: new Decimal(1005n, 3) }, [new Decimal(101n, 2)]],
  ["a ARRAY<BIGINT>", { a: [1, null] }, [[1n, null]]],
  ["a MAP<STRING, BIGINT>", { a: { x: 1 } }, [new Map([["x", 1n]])]],
  ["a MAP<INT, STRING>", { a: new Map([[1, "x"]]) }, [new Map([[1, "x"]])]],
  ["a STRUCT<x: INT, y: STRING>", { a: { y: "s" } }, [{ x: null, y: "s" }]],
  ["a STRUCT<x: INT, y: STRING>", { a: [1, "s"] }, [{ x: 1, y: "s" }]],
])("%s takes %o", (ddl, row, values) => {
  expect(coerce(ddl, row)).toEqual(values);
});

test("members of a struct come in the order of the schema", () => {
  const [value] = coerce("a STRUCT<x: INT, y: INT>", { a: { y: 1, x: 2 } });
  expect(Object.keys(value as object)).toEqual(["x", "y"]);
});

test.each<[string, unknown, string, string]>([
  ["a INT", { a: "1" }, "FIELD_DATA_TYPE_UNACCEPTABLE", "a"],
  ["a INT", { a: 1.5 }, "FIELD_DATA_TYPE_UNACCEPTABLE", "a"],
  ["a BIGINT", { a: 2 ** 53 }, "FIELD_DATA_TYPE_UNACCEPTABLE", "a"],
  ["a TIMESTAMP", { a: "2024-01-01" }, "FIELD_DATA_TYPE_UNACCEPTABLE", "a"],
  ["a TIMESTAMP", { a: new Date(Number.NaN) }, "FIELD_DATA_TYPE_UNACCEPTABLE", "a"],
  ["a DATE", { a: new Date() }, "FIELD_DATA_TYPE_UNACCEPTABLE", "a"],
  ["a DECIMAL(5,2)", { a: 1.5 }, "FIELD_DATA_TYPE_UNACCEPTABLE", "a"],
  ["a STRING", { a: 1 }, "FIELD_DATA_TYPE_UNACCEPTABLE", "a"],
  ["a VARIANT", { a: "1" }, "FIELD_DATA_TYPE_UNACCEPTABLE", "a"],
  ["a INT", "x", "FIELD_DATA_TYPE_UNACCEPTABLE", "row"],
  ["a INT", [1, 2], "FIELD_DATA_TYPE_UNACCEPTABLE", "row"],
  ["a TINYINT", { a: 128 }, "VALUE_OUT_OF_BOUNDS", "a"],
  ["a BIGINT", { a: 2n ** 63n }, "VALUE_OUT_OF_BOUNDS", "a"],
  ["a DECIMAL(5,2)", { a: 1000 }, "VALUE_OUT_OF_BOUNDS", "a"],
  ["a INT NOT NULL", {}, "FIELD_NOT_NULLABLE", "a"],
  ["s STRUCT<x: INT NOT NULL>", { s: { x: undefined } }, "FIELD_NOT_NULLABLE", "s.x"],
  ["s ARRAY<STRUCT<x: INT>>", { s: [{}, { x: "1" }] }, "FIELD_DATA_TYPE_UNACCEPTABLE", "s[1].x"],
  ["m MAP<INT, INT>", { m: new Map([[null, 1]]) }, "FIELD_NOT_NULLABLE", "m.key"],
  ["a INT", { a: 1, b: 2 }, "UNEXPECTED_FIELD", "b"],
])("%s refuses %o: %s at %s", (ddl, row, code, path) => {
  expect(() => coerce(ddl, row)).toThrow(
    expect.objectContaining({ code, parameters: expect.objectContaining({ path }) }),
  );
});
