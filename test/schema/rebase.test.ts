import { expect, test } from "vitest";
import { julianRebase } from "../../src/schema/rebase.ts";
import { CalendarDate, dayNumber, LocalTimestamp } from "../../src/schema/value.ts";

const utc = julianRebase("UTC");
const date = (days: number) => new CalendarDate(utc.date(days)).toString();

test("days before 1582-10-15 show the date they had in the old calendar", () => {
  expect(utc.date(-141_427)).toBe(-141_427);
  // The day before 1582-10-15 was 1582-10-04.
  expect(date(-141_428)).toBe("1582-10-04");
  // 1001-01-01 of the old calendar is 1001-01-07 of the new.
  expect(date(dayNumber(1001, 1, 7))).toBe("1001-01-01");
  expect(date(dayNumber(1, 1, 1) - 2)).toBe("0001-01-01");
  // 1500-02-29 is no day of the new calendar.
  expect(date(dayNumber(1500, 3, 10))).toBe("1500-03-01");
});

test("instants keep the time of day they showed in their zone", () => {
  const day = BigInt(dayNumber(1001, 1, 7)) * 86_400_000_000n;
  const shown = (micros: bigint) => new LocalTimestamp(micros).toString();
  expect(shown(utc.micros(day + 3_723_123_456n))).toBe("1001-01-01T01:02:03.123456");
  // Java's old zones knew only -08:00 for the time before 1883; the mean time is 7:52:58 behind.
  const west = julianRebase("America/Los_Angeles");
  expect(shown(west.micros(day + 8n * 3_600_000_000n))).toBe("1001-01-01T07:52:58.000000");
  expect(west.micros(0n)).toBe(0n);
});
