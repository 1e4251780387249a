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
    runs(times.map(at), 1_000).map((run) => run.map(({ timestamp }) => timestamp));
  expect(split()).toEqual([]);
  expect(split(undefined, undefined)).toEqual([[undefined, undefined]]);
  expect(split(5n, undefined, 1_700_000_000_123n)).toEqual([[5n], [undefined, 1_700_000_000_123n]]);
  const near = 2n ** 31n - 1n;
  expect(split(0n, near, near + 1n, 0n)).toEqual([[0n, near], [near + 1n], [0n]]);
  restore();
});

test("what is more than a request takes goes in several; a record that is, alone", () => {
  const value = Buffer.alloc(300);
  const of = (...sizes: number[]) =>
    sizes.map((size) => ({ topic: "t", value: value.subarray(0, size) }));
  const split = (...sizes: number[]) => runs(of(...sizes), 400).map((run) => run.length);
  expect(split(100, 100, 100)).toEqual([3]);
  expect(split(150, 200, 10)).toEqual([1, 2]);
  expect(runs(of(300, 300, 1), 100).map((run) => run.length)).toEqual([1, 1, 1]);
  const headers = [["name", Buffer.alloc(300)]] as const;
  expect(runs([...of(100), { topic: "t", headers }], 400)).toHaveLength(2);
});
