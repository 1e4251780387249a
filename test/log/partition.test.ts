import { expect, test } from "vitest";
import { partitionFolder, partitionText, partitionValue } from "../../src/log/partition.ts";
import { canonicalPath, decodePath, encodePath } from "../../src/log/path.ts";
import {
  boolean,
  type DataType,
  date,
  decimal,
  double,
  float,
  integer,
  long,
  string,
  timestamp,
  timestampNtz,
} from "../../src/schema/type.ts";
import {
  CalendarDate,
  Decimal,
  LocalTimestamp,
  Timestamp,
  type Value,
} from "../../src/schema/value.ts";

test.each<[DataType, Value, string | null]>([
  [string, "a=b", "a=b"],
  [string, "", null],
  [long, -9223372036854775808n, "-9223372036854775808"],
  [integer, 7, "7"],
  [double, -1e-10, "-1.0E-10"],
  [float, 0.10000000149011612, "0.1"],
  [double, 12345678, "1.2345678E7"],
  [boolean, true, "true"],
  [decimal(10, 3), new Decimal(1500n, 3), "1.500"],
  [date, new CalendarDate(19723), "2024-01-01"],
  [timestamp, new Timestamp(1704112496789012n), "2024-01-01T12:34:56.789012Z"],
  [timestampNtz, new LocalTimestamp(1704067200000000n), "2024-01-01 00:00:00"],
  [integer, null, null],
])("%j %s is %s in the log and comes back", (type, value, text) => {
  expect(partitionText(value, type)).toBe(text);
  const back = partitionValue(text, type);
  expect(type === float ? Math.fround(back as number) : back).toEqual(text === null ? null : value);
});

test("times of other writers: local text, offsets", () => {
  expect(partitionValue("2024-01-01 12:34:56", timestamp)).toEqual(
    new Timestamp(1704112496000000n),
  );
  expect(partitionValue("2024-01-01T12:34:56.5+02:00", timestamp)).toEqual(
    new Timestamp(1704105296500000n),
  );
});

test("folders as Spark names them, and as the log encodes them", () => {
  const columns = [
    { name: "ts", type: timestamp },
    { name: "s", type: string },
  ];
  const folder = partitionFolder(columns, { ts: new Timestamp(1704112496789012n), s: null });
  expect(folder).toBe("ts=2024-01-01 12%3A34%3A56.789012/s=__HIVE_DEFAULT_PARTITION__");
  expect(encodePath(folder)).toBe(
    "ts=2024-01-01%2012%253A34%253A56.789012/s=__HIVE_DEFAULT_PARTITION__",
  );
  expect(decodePath(encodePath("a#b?c%d é"))).toBe("a#b?c%d é");
  expect(canonicalPath("file:///x%20y")).toBe(canonicalPath("/x%20y"));
});
