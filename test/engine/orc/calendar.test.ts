import { expect, test } from "vitest";
import { hybridEnd, toHybrid, toProleptic } from "../../../src/engine/orc/calendar.ts";

const text = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);

test("a day of the hybrid calendar becomes the one that is spelled the same", () => {
  expect(toProleptic(hybridEnd)).toBe(hybridEnd);
  // The day before 1582-10-15 was the 4th.
  expect(text(toProleptic(hybridEnd - 1))).toBe("1582-10-04");
  // The Julian year 1 began two days before the Gregorian one.
  expect(text(toProleptic(-719_164))).toBe("0001-01-01");
  // A leap day of the Julian calendar alone.
  expect(text(toProleptic(-171_597))).toBe("1500-02-28");
  expect(text(toProleptic(-171_596))).toBe("1500-03-01");
});

test("and back, but for the days that one of the calendars lacks", () => {
  for (let day = hybridEnd - 400_000; day < hybridEnd + 3; day += 97) {
    const there = toProleptic(day);
    expect([day, toProleptic(toHybrid(there))]).toEqual([day, there]);
  }
  expect(toHybrid(Date.UTC(1582, 9, 10) / 86_400_000)).toBe(hybridEnd);
});
