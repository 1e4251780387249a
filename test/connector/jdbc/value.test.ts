import { expect, test } from "vitest";
import type { Form, Raw } from "../../../src/connector/jdbc/database.ts";
import { decoderOf } from "../../../src/connector/jdbc/value.ts";
import { parseDataType } from "../../../src/schema/ddl.ts";
import { formatValue } from "../../../src/schema/text.ts";

const zone = "Europe/Berlin";
const decode = (raw: Raw | null, type: string, form?: Form) =>
  decoderOf({ name: "c", type: parseDataType(type), ...(form ? { form } : {}) }, zone)(raw);
const shown = (raw: Raw, type: string, form?: Form) =>
  formatValue(decode(raw, type, form), parseDataType(type), zone);

test.each<[Raw, string, Form | undefined, string]>([
  ["2024-07-01 12:00:00+00", "TIMESTAMP", "era", "2024-07-01 14:00:00"],
  ["2024-07-01 12:00:00", "TIMESTAMP", "era", "2024-07-01 12:00:00"],
  ["2024-07-01 12:00:00", "TIMESTAMP", "utc", "2024-07-01 14:00:00"],
  ["12:34:56.5", "TIMESTAMP", "time", "1970-01-01 12:34:56.5"],
  // SQL Server's.
  ["2024-07-01 12:00:00.1234567 +02:00", "TIMESTAMP", undefined, "2024-07-01 12:00:00.123456"],
  ["12:34:56.1234567", "TIMESTAMP", "time", "1970-01-01 12:34:56.123456"],
  ["1.0000000000000001e-001", "DOUBLE", undefined, "0.1"],
  ["0001-01-01 BC", "DATE", "era", "0000-01-01"],
  ["-infinity", "DATE", "era", "0001-01-01"],
  ["1999", "DATE", "year", "1999-01-01"],
  ["1719835200000", "TIMESTAMP", "millis", "2024-07-01 14:00:00"],
  ["2024-07-01", "DATE", "millis", "2024-07-01"],
  ["{}", "ARRAY<INT>", "list", "[]"],
  ['[0:1]={"a\\"b",NULL}', "ARRAY<STRING>", "list", '[a"b, null]'],
  ["{{1},{2}}", "ARRAY<ARRAY<INT>>", "list", "[[1], [2]]"],
  [1.5, "DECIMAL(5,2)", undefined, "1.50"],
  [12n, "INT", undefined, "12"],
  ["2", "BOOLEAN", undefined, "true"],
  ["0", "BOOLEAN", undefined, "false"],
  ["f", "BOOLEAN", undefined, "false"],
])("%s as %s (%s) is %s", (raw, type, form, text) => {
  expect(shown(raw, type, form)).toBe(text);
});

test("bytes and bits", () => {
  expect(decode("\\x00ff", "BINARY", "hex")).toEqual(new Uint8Array([0, 255]));
  expect(decode(new Uint8Array([1, 1]), "BIGINT", "bits")).toBe(257n);
  expect(decode(new Uint8Array([1]), "BOOLEAN", "bits")).toBe(true);
  expect(decode(null, "INT")).toBe(null);
  const digits = {
    ...{ name: "c", type: parseDataType("BINARY") },
    form: "bits",
    size: 4,
  } as const;
  expect(decoderOf(digits, zone)(new Uint8Array([5]))).toEqual(new TextEncoder().encode("0101"));
});

test.each<[Raw, string, Form | undefined]>([
  ["x", "INT", undefined],
  ["128", "TINYINT", undefined],
  ["1000", "DECIMAL(3,0)", undefined],
  ["0000-00-00", "DATE", undefined],
  ["{1", "ARRAY<INT>", "list"],
  ["{{1},2}", "ARRAY<INT>", "list"],
  ["NaN", "DECIMAL(5,2)", undefined],
])("%s is no %s", (raw, type, form) => {
  expect(() => decode(raw, type, form)).toThrow(/JDBC_VALUE_INVALID.*customSchema/s);
});
