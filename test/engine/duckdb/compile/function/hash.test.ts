import { expect, test } from "vitest";
import { answers } from "../../answer.ts";

const answer = answers();

test("times and intervals are hashed as the numbers Spark holds them in", async () => {
  const same = (one: string, other: string): Promise<string> =>
    answer(`SELECT hash(${one}) = hash(${other}), xxhash64(${one}) = xxhash64(${other})`);
  expect(await same("time'00:00:01'", "1000000000L")).toBe("true true");
  expect(await same("interval '1-2' year to month", "14")).toBe("true true");
  expect(await same("interval '1' second", "1000000L")).toBe("true true");
  expect(await same("array(time'00:00:01')", "array(1000000000L)")).toBe("true true");
});
