import { expect, test } from "vitest";
import { parseLocalTimestamp } from "../../src/schema/time.ts";
import { Timestamp } from "../../src/schema/value.ts";
import { instantOf, offsetAt, zoneOf } from "../../src/schema/zone.ts";

test.each([
  ["Z", 0],
  ["UTC", 0],
  ["GMT+8", 28800],
  ["UTC-01:30", -5400],
  ["+05:30", 19800],
  ["-0800", -28800],
  ["+18:00", 64800],
  ["EST", -18000],
  ["Europe/Amsterdam", 3600],
  ["PST", -28800],
])("the zone %s", (id, seconds) => {
  expect(offsetAt(zoneOf(id)!, 0)).toBe(seconds);
});

test("ids that are none", () => {
  for (const id of ["", "Mars/Base", "+19:00", "+18:01", "5", "+1:70", "+123"]) {
    expect(zoneOf(id), id).toBeUndefined();
  }
});

/** What Java's ZonedDateTime.of gives. */
test.each([
  ["2024-03-10 01:59:59", "2024-03-10T09:59:59.000000Z"],
  ["2024-03-10 02:30:00", "2024-03-10T10:30:00.000000Z"],
  ["2024-03-10 03:00:00", "2024-03-10T10:00:00.000000Z"],
  ["2024-11-03 00:59:59", "2024-11-03T07:59:59.000000Z"],
  ["2024-11-03 01:30:00", "2024-11-03T08:30:00.000000Z"],
  ["2024-11-03 02:00:00", "2024-11-03T10:00:00.000000Z"],
  ["1883-11-18 12:00:00", "1883-11-18T19:52:58.000000Z"],
])("%s in Los Angeles is %s", (local, instant) => {
  const zone = zoneOf("America/Los_Angeles")!;
  const { micros } = parseLocalTimestamp(local)!;
  expect(new Timestamp(instantOf(zone, micros)).toString()).toBe(instant);
});

test("the offset changes at the very second, also inside a cached stretch", () => {
  const zone = zoneOf("America/Los_Angeles")!;
  const change = Date.UTC(1883, 10, 18, 20, 0, 0) / 1000;
  const offsets = [-2, -1, 0, 1].map((second) => offsetAt(zone, change + second));
  expect(offsets).toEqual([-28378, -28378, -28800, -28800]);
});
