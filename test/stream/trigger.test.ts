import { expect, test } from "vitest";
import { nextTrigger } from "../../src/stream/trigger.ts";

test("triggers are due at multiples of the interval since the epoch", () => {
  expect(nextTrigger(1001, 1000)).toBe(2000);
  expect(nextTrigger(2000, 1000)).toBe(3000);
  expect(nextTrigger(5, 0)).toBe(5);
});
