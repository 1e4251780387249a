import { expect, test } from "vitest";
import { runs } from "../../../src/connector/kafka/producer.ts";
import { replaceEnv } from "../../../src/env.ts";

test("records whose times lie far apart are not of one batch", () => {
  const restore = replaceEnv({ now: () => 1_700_000_000_000 });
  const at = (timestamp?: bigint) => ({
    topic: "t",
    ...(timestamp === undefined ? {} : { timestamp }),
  });
  const split = (...times: (bigint | undefined)[]) =>
    runs(times.map(at)).map((run) => run.map(({ timestamp }) => timestamp));
  expect(split()).toEqual([]);
  expect(split(undefined, undefined)).toEqual([[undefined, undefined]]);
  expect(split(5n, undefined, 1_700_000_000_123n)).toEqual([[5n], [undefined, 1_700_000_000_123n]]);
  const near = 2n ** 31n - 1n;
  expect(split(0n, near, near + 1n, 0n)).toEqual([[0n, near], [near + 1n], [0n]]);
  restore();
});
