import { expect, test } from "vitest";
import { Interval } from "../../src/schema/value.ts";
import { parseExpression } from "../../src/sql/parse.ts";

test.each([
  ["INTERVAL '999' SECOND", new Interval(0, 0, 999_000_000n)],
  ["INTERVAL '1 2:03' DAY TO MINUTE", new Interval(0, 1, 7_380_000_000n)],
  ["INTERVAL 1 YEAR 2 DAYS", new Interval(12, 2, 0n)],
])("%s is a calendar interval where the session asks for the legacy type", (text, value) => {
  expect(parseExpression(text, { legacyInterval: true })).toEqual({
    kind: "literal",
    value,
    type: { type: "interval", unit: "calendar" },
  });
});
