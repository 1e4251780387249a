import { expect, onTestFinished, test } from "vitest";
import { openBackfill } from "../../../../src/connector/cloudfiles/notification/backfill.ts";
import { replaceEnv } from "../../../../src/env.ts";
import { memoryStore } from "../../../../src/storage/memory.ts";

const folder = () => ({ store: memoryStore({ file: (end) => `/tmp/${end}` }), path: "/sources/0" });

test("everything is listed at the first start, until all of it is in the log", async () => {
  const place = folder();
  const first = await openBackfill(place);
  expect(first.isDue(2_000)).toBe(true);
  // A run that ended before its files were in the log has listed nothing.
  expect((await openBackfill(place)).isDue(2_000)).toBe(true);
  await first.done(1_000);
  expect(first.isDue(2_000)).toBe(false);
  expect((await openBackfill(place)).isDue(2_000)).toBe(false);
});

test("and again after each interval, from the begin of the last listing", async () => {
  const place = folder();
  await (await openBackfill(place, 500)).done(9_000);
  expect((await openBackfill(place, 500)).isDue(10_000)).toBe(true);
  const slow = await openBackfill(place, 2_000);
  expect([10_000, 11_000].map((now) => slow.isDue(now))).toEqual([false, true]);
  // Who began before the last listing has it.
  expect((await openBackfill(place, 0)).isDue(8_000)).toBe(false);
});

test("and when files may have come that nobody was told of, also at a later start", async () => {
  const place = folder();
  const backfill = await openBackfill(place);
  await backfill.done(1_000);
  await backfill.forget();
  expect(backfill.isDue(2_000)).toBe(true);
  expect((await openBackfill(place)).isDue(2_000)).toBe(true);
  await backfill.done(3_000);
  expect((await openBackfill(place)).isDue(4_000)).toBe(false);
});

test("and at a start after days without a file, when a queue may have dropped some", async () => {
  const day = 86_400_000;
  let now = 100 * day;
  onTestFinished(replaceEnv({ now: () => now }));
  const place = folder();
  await (await openBackfill(place)).done(now);
  now += 2 * day;
  await place.store.put("/sources/0/7", new Uint8Array());
  now += 2 * day;
  expect((await openBackfill(place)).isDue(now)).toBe(false);
  now += 2 * day;
  expect((await openBackfill(place)).isDue(now)).toBe(true);
});

test("a file that cannot be read is none", async () => {
  const place = folder();
  await place.store.put("/sources/0/notified-listing", new TextEncoder().encode("v2\n{}"));
  expect((await openBackfill(place)).isDue(2_000)).toBe(true);
});
