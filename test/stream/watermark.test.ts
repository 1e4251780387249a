import fc from "fast-check";
import { expect, test } from "vitest";
import { advance, initialWatermark, microsToMs } from "../../src/stream/watermark.ts";

const at = (maxMs: number) => ({ maxMs, minMs: maxMs, avgMs: maxMs });

test("a watermark is the greatest time less the delay, and takes no step back", () => {
  const options = { delaysMs: [10], policy: "min" } as const;
  let state = advance(initialWatermark(1, 0), [at(100)], options);
  expect(state.globalMs).toBe(90);
  state = advance(state, [at(50)], options);
  expect(state.globalMs).toBe(90);
  state = advance(state, [undefined], options);
  expect(state.globalMs).toBe(90);
  expect(advance(state, [at(200)], options).globalMs).toBe(190);
});

test("the least holds the others back, a node without data counts as 0; or the greatest", () => {
  const delaysMs = [0, 0];
  const once = advance(initialWatermark(2, 0), [at(100), undefined], { delaysMs, policy: "min" });
  expect(once.globalMs).toBe(0);
  expect(advance(once, [undefined, at(40)], { delaysMs, policy: "min" }).globalMs).toBe(40);
  const most = advance(initialWatermark(2, 0), [at(100), undefined], { delaysMs, policy: "max" });
  expect(most.globalMs).toBe(100);
});

test("after a restart only the global watermark is known", () => {
  const options = { delaysMs: [0], policy: "min" } as const;
  expect(advance(initialWatermark(1, 500), [at(300)], options).globalMs).toBe(500);
  expect(advance(initialWatermark(1, 500), [at(600)], options).globalMs).toBe(600);
});

test("it never goes back", () => {
  const times = fc.array(fc.option(fc.integer({ min: -1000, max: 1000 }), { nil: undefined }));
  fc.assert(
    fc.property(times, (all) => {
      let state = initialWatermark(1, 0);
      for (const time of all) {
        const seen = [time === undefined ? undefined : at(time)];
        const next = advance(state, seen, { delaysMs: [7], policy: "min" });
        expect(next.globalMs).toBeGreaterThanOrEqual(state.globalMs);
        state = next;
      }
    }),
  );
});

test("microseconds are cut towards the past", () => {
  expect([1999n, -1n, -1000n, 0n].map(microsToMs)).toEqual([1, -1, -1, 0]);
});
