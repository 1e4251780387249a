import { expect, test } from "vitest";
import { merged } from "../../../src/connector/jdbc/merge.ts";

test("all items come, of so many sources at a time, and all sources end", async () => {
  let [open, most, ended] = [0, 0, 0];
  const source = (start: number) =>
    async function* () {
      most = Math.max(most, ++open);
      try {
        for (let item = start; item < start + 3; item++) yield await Promise.resolve(item);
      } finally {
        open -= 1;
        ended += 1;
      }
    };
  const items: number[] = [];
  for await (const item of merged([0, 10, 20, 30].map(source), 2)) items.push(item);
  expect(items.sort((a, b) => a - b)).toEqual([0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32]);
  expect([most, ended]).toEqual([2, 4]);
  for await (const _ of merged([0, 10].map(source), 2)) break;
  expect(open).toBe(0);
});

test("a source that fails ends the others", async () => {
  let ended = false;
  const failing = async function* () {
    yield 1;
    throw new Error("broken");
  };
  const endless = async function* () {
    try {
      for (;;) yield 2;
    } finally {
      ended = true;
    }
  };
  const all = async () => {
    for await (const _ of merged<number>([endless, failing], 2));
  };
  await expect(all()).rejects.toThrow("broken");
  expect(ended).toBe(true);
});
