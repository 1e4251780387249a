import { expect, test } from "vitest";
import { hasNewData, needsNoDataBatch, recover, seedOf } from "../../src/stream/plan.ts";

test("recovery: nothing, the last batch done, or the last batch again", () => {
  expect(recover([], [])).toEqual({ kind: "new" });
  expect(recover([0], [])).toEqual({ kind: "again", batchId: 0, gap: false });
  expect(recover([0, 1], [0])).toEqual({ kind: "again", batchId: 1, gap: false });
  expect(recover([7, 8], [7, 8])).toEqual({ kind: "done", batchId: 8 });
  expect(recover([0, 1, 2, 3], [0])).toEqual({ kind: "again", batchId: 3, gap: true });
});

test("new data is an offset that is there and another than before", () => {
  expect(hasNewData([undefined], [undefined])).toBe(false);
  expect(hasNewData([undefined], ["0"])).toBe(true);
  expect(hasNewData(["0", "1"], ["0", "1"])).toBe(false);
  expect(hasNewData(["0", "1"], ["0", "2"])).toBe(true);
  expect(hasNewData(["0"], [undefined])).toBe(false);
});

test("a batch without data comes after one batch of the run, when the watermark moved", () => {
  const input = { enabled: true, evicts: true, lastMs: 5, nowMs: 6 };
  expect(needsNoDataBatch(input)).toBe(true);
  expect(needsNoDataBatch({ ...input, nowMs: 5 })).toBe(false);
  expect(needsNoDataBatch({ ...input, evicts: false })).toBe(false);
  expect(needsNoDataBatch({ ...input, enabled: false })).toBe(false);
});

test("a seed is of a query and a batch, and 32 bits", () => {
  expect(seedOf("a", 1)).toBe(seedOf("a", 1));
  expect(new Set([seedOf("a", 1), seedOf("a", 2), seedOf("b", 1), seedOf("a1", 1)]).size).toBe(4);
  expect(seedOf("x", 3)).toBeGreaterThanOrEqual(0);
  expect(seedOf("x", 3)).toBeLessThan(2 ** 32);
});
