import { expect, test } from "vitest";
import { nextTrigger, pollingDelay, pollingOf } from "../../src/stream/trigger.ts";

test("triggers are due at multiples of the interval since the epoch", () => {
  expect(nextTrigger(1001, 1000)).toBe(2000);
  expect(nextTrigger(2000, 1000)).toBe(3000);
  expect(nextTrigger(5, 0)).toBe(5);
});

test("an idle query asks sources over a network less and less often, twice a second at last", () => {
  const waits = (isRemote: boolean, conf = {}) =>
    [1, 2, 3, 7, 1_000_000].map((looks) => pollingDelay(pollingOf(conf, isRemote), looks));
  expect(waits(false)).toEqual([10, 10, 10, 10, 10]);
  expect(waits(true)).toEqual([10, 20, 40, 500, 500]);
  const key = "spark.sql.streaming.pollingDelay";
  expect(waits(true, { [key]: "25" })).toEqual([25, 25, 25, 25, 25]);
  expect(waits(false, { [key]: "2s" })).toEqual([2000, 2000, 2000, 2000, 2000]);
  expect(() => pollingOf({ [key]: "often" }, false)).toThrow(
    /spark.sql.streaming.pollingDelay cannot be often/,
  );
});
