import { expect, test } from "vitest";
import { intervalMicros, intervalMs, parseInterval } from "../../src/schema/interval.ts";
import { Interval } from "../../src/schema/value.ts";

test.each([
  ["interval 1 week 2 days", new Interval(0, 9, 0n)],
  ["  10 MINUTES", new Interval(0, 0, 600_000_000n)],
  ["-1.5 seconds", new Interval(0, 0, -1_500_000n)],
  ["- 1 day + 2 hours", new Interval(0, -1, 7_200_000_000n)],
  ["1 year -1 month", new Interval(11, 0, 0n)],
  [".5 second 1 microsecond", new Interval(0, 0, 500_001n)],
])("%s is an interval", (text, interval) => {
  expect(parseInterval(text)).toEqual(interval);
});

test.each([
  "",
  "interval",
  "10seconds",
  "1 fortnight",
  "1.5 days",
  "1 second and 2",
  "2147483648 months",
  "1 . seconds",
])("%s is no interval", (text) => {
  expect(parseInterval(text)).toBeUndefined();
});

test("months are 31 days to a delay, and have no length in milliseconds", () => {
  expect(intervalMicros(new Interval(1, 1, 1n))).toBe(32n * 86_400_000_000n + 1n);
  expect(intervalMs("1 month")).toBeUndefined();
  expect(intervalMs("1 day 1 millisecond")).toBe(86_400_001);
  expect(intervalMs("-1 microsecond")).toBe(-1);
});
