import { expect, test } from "vitest";
import { partitions } from "../../../src/connector/jdbc/partition.ts";
import { parseSchema } from "../../../src/schema/ddl.ts";

const schema = parseSchema("Id BIGINT, day DATE, at TIMESTAMP, wall TIMESTAMP_NTZ, name STRING");
const how = { timeZone: "Europe/Berlin", quote: (name: string) => `"${name}"` };
const parts = (column: string, lowerBound: string, upperBound: string, count: number) =>
  partitions({ column, lowerBound, upperBound, count }, schema, how);

test("the first part has what is below and null, the last what is above", () => {
  expect(parts("id", "0", "100", 4)).toEqual([
    '"Id" < 25 or "Id" is null',
    '"Id" >= 25 AND "Id" < 50',
    '"Id" >= 50 AND "Id" < 75',
    '"Id" >= 75',
  ]);
});

test("what a stride cuts off is shared between both ends, as Spark does since 3.2", () => {
  // 10 / 4 is 2.5: two is the stride, and half of what is lost moves the first edge by one.
  expect(parts("id", "0", "10", 4)).toEqual([
    '"Id" < 3 or "Id" is null',
    '"Id" >= 3 AND "Id" < 5',
    '"Id" >= 5 AND "Id" < 7',
    '"Id" >= 7',
  ]);
});

test("there are no more parts than whole numbers between the bounds", () => {
  expect(parts("id", "1", "3", 10)).toEqual(['"Id" < 2 or "Id" is null', '"Id" >= 2']);
  expect(parts("id", "1", "1", 10)).toEqual([""]);
  expect(parts("id", "1", "100", 1)).toEqual([""]);
});

test("bounds as far apart as longs are", () => {
  const all = parts("id", "-9223372036854775808", "9223372036854775807", 3);
  expect(all).toEqual([
    '"Id" < -3074457345618258603 or "Id" is null',
    '"Id" >= -3074457345618258603 AND "Id" < 3074457345618258602',
    '"Id" >= 3074457345618258602',
  ]);
});

test("days and times", () => {
  expect(parts("day", "2024-01-01", "2024-01-03", 2)).toEqual([
    `"day" < '2024-01-02' or "day" is null`,
    `"day" >= '2024-01-02'`,
  ]);
  expect(parts("at", "2024-07-01 00:00:00", "2024-07-01 02:00:00", 2)[1]).toBe(
    `"at" >= '2024-07-01 01:00:00'`,
  );
  expect(parts("wall", "2024-07-01", "2024-07-02 00:00:01", 2)[1]).toBe(
    `"wall" >= '2024-07-01 12:00:00.5'`,
  );
});

test.each([
  ["none", "0", "1"],
  ["name", "0", "1"],
  ["id", "2", "1"],
  ["id", "x", "1"],
  ["day", "0", "2024-01-01"],
])("%s from %s to %s is refused", (column, lower, upper) => {
  expect(() => parts(column, lower, upper, 2)).toThrow(/INVALID_OPTION_VALUE/);
});
