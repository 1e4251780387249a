import { expect, test } from "vitest";
import { parseDataType } from "../../src/schema/ddl.ts";
import { jsonRow, jsonValue } from "../../src/schema/ndjson.ts";
import { formatValue, parseValue } from "../../src/schema/text.ts";
import { type StructType, struct } from "../../src/schema/type.ts";
import {
  CalendarDate,
  Decimal,
  Interval,
  LocalTimestamp,
  Timestamp,
  type Value,
} from "../../src/schema/value.ts";
import { VariantVal } from "../../src/schema/variant/variant.ts";

const bytes = new TextEncoder().encode("hé");
const noon = new Timestamp(1_720_000_000_500_000n);

test.each<[string, Value, string, string]>([
  ["bigint", 9223372036854775807n, "9223372036854775807", "9223372036854775807"],
  ["double", 1e10, "1.0E10", "10000000000"],
  ["double", Number.NaN, "NaN", '"NaN"'],
  ["double", Number.NEGATIVE_INFINITY, "-Infinity", '"-Infinity"'],
  ["float", Math.fround(0.1), "0.1", "0.1"],
  ["boolean", true, "true", "true"],
  ["decimal(10,2)", new Decimal(-50n, 2), "-0.50", '"-0.50"'],
  ["string", 'a"b', 'a"b', '"a\\"b"'],
  ["binary", bytes, "hé", '"aMOp"'],
  ["date", new CalendarDate(19_000), "2022-01-08", '"2022-01-08"'],
  ["timestamp", noon, "2024-07-03 11:46:40.5", '"2024-07-03T09:46:40.500000Z"'],
  [
    "timestamp_ntz",
    new LocalTimestamp(noon.micros),
    "2024-07-03 09:46:40.5",
    '"2024-07-03T09:46:40.500000"',
  ],
  ["array<double>", [1, null], "[1.0, null]", "[1,null]"],
  ["map<string,int>", new Map([["a", 1]]), "{a -> 1}", '[["a",1]]'],
  ["struct<a:int,b:array<string>>", { a: null, b: ["x"] }, "{null, [x]}", '{"a":null,"b":["x"]}'],
  ["variant", VariantVal.parseJson('{ "a": 1 }'), '{"a":1}', '{"a":1}'],
  ["int", null, "null", "null"],
])("%s %o", (ddl, value, text, json) => {
  const type = parseDataType(ddl);
  expect(formatValue(value, type, "Europe/Amsterdam")).toBe(text);
  expect(jsonValue(value, type)).toBe(json);
});

test.each([
  ["interval year to month", new Interval(14, 0, 0n), "INTERVAL '1-2' YEAR TO MONTH"],
  ["interval year to month", new Interval(-1, 0, 0n), "INTERVAL '-0-1' YEAR TO MONTH"],
  [
    "interval day to second",
    new Interval(0, 1, 7_384_500_000n),
    "INTERVAL '1 02:03:04.5' DAY TO SECOND",
  ],
  [
    "interval day to second",
    new Interval(0, 0, -1_000_000n),
    "INTERVAL '-0 00:00:01' DAY TO SECOND",
  ],
  ["interval day", new Interval(0, 2, 0n), "INTERVAL '2' DAY"],
  ["interval day to hour", new Interval(0, 0, 93_600_000_000n), "INTERVAL '1 02' DAY TO HOUR"],
  ["interval hour", new Interval(0, 0, 3_600_000_000n), "INTERVAL '01' HOUR"],
  ["interval second", new Interval(0, 0, -1_500_000n), "INTERVAL '-01.5' SECOND"],
  ["interval month", new Interval(14, 0, 0n), "INTERVAL '14' MONTH"],
  ["interval year", new Interval(-24, 0, 0n), "INTERVAL '-2' YEAR"],
  [
    "interval",
    new Interval(-14, 3, 3_661_000_001n),
    "-1 years -2 months 3 days 1 hours 1 minutes 1.000001 seconds",
  ],
  ["interval", new Interval(0, 0, -500_000n), "-0.5 seconds"],
  ["interval", new Interval(0, 0, 10_000_000n), "10 seconds"],
  ["interval", new Interval(0, 0, 0n), "0 seconds"],
])("%s %s", (ddl, value, text) => {
  expect(formatValue(value, parseDataType(ddl))).toBe(text);
});

test("a row is an object in the order of the schema", () => {
  const schema = parseDataType('struct<b:bigint,`a"`:int>') as StructType;
  expect(jsonRow([2n, 1], schema)).toBe('{"b":2,"a\\"":1}');
  expect(jsonRow([], struct([]))).toBe("{}");
});

test.each<[string, string, Value | undefined]>([
  ["12", "bigint", 12n],
  [" +12 ", "int", 12],
  ["128", "tinyint", undefined],
  ["-128", "tinyint", -128],
  ["9223372036854775808", "bigint", undefined],
  ["1.5", "int", undefined],
  ["1e3", "double", 1000],
  [".5d", "double", 0.5],
  ["0.1", "float", Math.fround(0.1)],
  [" -inf", "double", Number.NEGATIVE_INFINITY],
  ["nan", "float", Number.NaN],
  ["-nan", "double", undefined],
  ["1x", "double", undefined],
  ["Yes", "boolean", true],
  ["0", "boolean", false],
  ["maybe", "boolean", undefined],
  ["1.005", "decimal(4,2)", new Decimal(101n, 2)],
  ["100", "decimal(4,2)", undefined],
  ["2022-01-08", "date", new CalendarDate(19_000)],
  ["2024-07-03 11:46:40.5", "timestamp", noon],
  ["", "string", ""],
  ["{}", "variant", undefined],
])("%j as %s", (text, ddl, value) => {
  expect(parseValue(text, parseDataType(ddl), "Europe/Amsterdam")).toEqual(value);
});
