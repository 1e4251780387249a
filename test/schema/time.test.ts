import fc from "fast-check";
import { expect, test } from "vitest";
import {
  formatTimestamp,
  parseDate,
  parseLocalTimestamp,
  parseTime,
  parseTimestamp,
  truncateTime,
} from "../../src/schema/time.ts";
import { LocalTime } from "../../src/schema/value.ts";
import { zoneOf } from "../../src/schema/zone.ts";

const utc = zoneOf("UTC")!;

test.each([
  ["2024", "2024-01-01"],
  ["2024-2", "2024-02-01"],
  ["2024-02-9", "2024-02-09"],
  [" 2024-02-29 ", "2024-02-29"],
  ["2024-02-29T11:12", "2024-02-29"],
  ["2024-02-29 and so on", "2024-02-29"],
  ["-0044-03-15", "-0044-03-15"],
  ["+12024-01-01", "+12024-01-01"],
])("%j is the date %s", (text, date) => {
  expect(parseDate(text)?.toString()).toBe(date);
});

test("what is no date", () => {
  const texts = ["", "24", "2023-02-29", "2024-13-01", "2024-00-01", "2024-01-0", "2024-01-32"];
  for (const text of [...texts, "2024-01-011", "2024/01/01", "20240101", "x", "2024-01-01x"]) {
    expect(parseDate(text), text).toBeUndefined();
  }
});

test.each([
  ["2015", "2015-01-01T00:00:00.000000Z"],
  ["2015-03-18", "2015-03-18T00:00:00.000000Z"],
  ["2015-03-18 12", "2015-03-18T12:00:00.000000Z"],
  ["2015-03-18T1:2", "2015-03-18T01:02:00.000000Z"],
  ["2015-03-18 12:03:17", "2015-03-18T12:03:17.000000Z"],
  ["2015-03-18T12:03:17.12345678", "2015-03-18T12:03:17.123456Z"],
  ["2015-03-18T12:03:17Z", "2015-03-18T12:03:17.000000Z"],
  ["2015-03-18T12:03:17-1:0", "2015-03-18T13:03:17.000000Z"],
  ["2015-03-18T12:03:17+07:30", "2015-03-18T04:33:17.000000Z"],
  ["2015-03-18T12:03:17.5+0730", "2015-03-18T04:33:17.500000Z"],
  ["2015-03-18 12:03:17 Europe/Moscow", "2015-03-18T09:03:17.000000Z"],
  ["2015-03-18T12:03:17.123 UTC+1", "2015-03-18T11:03:17.123000Z"],
  ["2015-07-01T00:00:00PST", "2015-07-01T07:00:00.000000Z"],
  ["-0001-01-01 00:00:00", "-0001-01-01T00:00:00.000000Z"],
])("%j is the instant %s", (text, instant) => {
  expect(parseTimestamp(text, utc)?.toString()).toBe(instant);
});

test("what is no timestamp", () => {
  const texts = ["", "12", "24:00", "2015-03-18T", "2015-03-18 123142", "2015-03-18T12:03.17-20:0"];
  const more = ["2015-03-18T12:03:17-0:70", "2015-03-18T12:03:17 Mars/Base", "2015-03-18T12:60:00"];
  const odd = ["20150318", "2015-031-8", "2015-03-18 12:03:17..5", "2015-3-18x", "1999 08 01"];
  for (const text of [...texts, ...more, ...odd, "2015-03-18T12:03:17-19:00"]) {
    expect(parseTimestamp(text, utc, 0), text).toBeUndefined();
  }
});

test("a time alone is of the day given, if one is", () => {
  expect(parseTimestamp("12:30", utc, 1)?.toString()).toBe("1970-01-02T12:30:00.000000Z");
  expect(parseTimestamp("T5", utc, 0)?.toString()).toBe("1970-01-01T05:00:00.000000Z");
  expect(parseTimestamp("12:30", utc)).toBeUndefined();
  expect(parseLocalTimestamp("12:30")).toBeUndefined();
});

test("a wall clock drops its zone", () => {
  const found = parseLocalTimestamp("2015-03-18T12:03:17+07:30");
  expect(found?.toString()).toBe("2015-03-18T12:03:17.000000");
  expect(parseLocalTimestamp("2015-03-18T12:03:17 Nowhere")).toBeUndefined();
});

test.each([
  [0n, "UTC", "1970-01-01 00:00:00"],
  [500_000n, "UTC", "1970-01-01 00:00:00.5"],
  [-1n, "UTC", "1969-12-31 23:59:59.999999"],
  [0n, "America/Los_Angeles", "1969-12-31 16:00:00"],
  [0n, "+05:30", "1970-01-01 05:30:00"],
  [-3_000_000_000_000_000n, "America/Los_Angeles", "1874-12-07 10:47:02"],
  [253_402_300_800_000_000n, "UTC", "+10000-01-01 00:00:00"],
])("%d in %s shows as %s", (micros, zone, text) => {
  expect(formatTimestamp(micros, zoneOf(zone)!)).toBe(text);
});

test("a timestamp reads back from its text in any zone, but where an hour comes twice", () => {
  const zones = fc.constantFrom("UTC", "Asia/Kolkata", "America/Phoenix", "+09:30", "Asia/Tokyo");
  const micros = fc.bigInt({ min: -2_000_000_000_000_000n, max: 4_000_000_000_000_000n });
  fc.assert(
    fc.property(zones, micros, (id, micros) => {
      const zone = zoneOf(id)!;
      const found = parseTimestamp(formatTimestamp(micros, zone), zone)?.micros;
      const again = found === undefined ? "" : formatTimestamp(found, zone);
      expect(again).toBe(formatTimestamp(micros, zone));
      if (micros > 0n) expect(found).toBe(micros);
    }),
  );
});

test.each([
  ["12:30", "12:30:00"],
  [" 1:2:3.5 ", "01:02:03.5"],
  ["T23:59:59.9999999", "23:59:59.999999"],
  ["12:00:00 AM", "00:00:00"],
  ["12:30pm", "12:30:00"],
  ["01:02:03 pM", "13:02:03"],
])("%j is the time %s", (text, time) => {
  expect(parseTime(text)?.toString()).toBe(time);
});

test("what is no time of day", () => {
  const texts = [
    "",
    "12",
    "24:00",
    "0:60",
    "0:0:60",
    "00:00 AM",
    "13:00 PM",
    "12:30Z",
    "12:30 abc",
  ];
  for (const text of [...texts, "2024-01-01 12:30", "12:30 M"]) {
    expect(parseTime(text), text).toBeUndefined();
  }
});

test("a time loses the digits that its precision has not", () => {
  const time = new LocalTime(3_987_654n);
  expect([0, 1, 3, 6].map((digits) => truncateTime(time, digits).toString())).toEqual([
    "00:00:03",
    "00:00:03.9",
    "00:00:03.987",
    "00:00:03.987654",
  ]);
});
