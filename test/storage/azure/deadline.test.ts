import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { replaceEnv } from "../../../src/env.ts";
import { watched } from "../../../src/storage/azure/deadline.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

/** A call that ends only by its signal. */
const silent = (signal: AbortSignal): Promise<string> =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve("aborted")));

test("a call that says nothing is aborted, after the time its bytes may take", async () => {
  const call = watched(({ signal }) => silent(signal), 1_000_000);
  await vi.advanceTimersByTimeAsync(69_999);
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(await call).toBe("aborted");
});

test("a call that goes on is left alone, and one that ended is forgotten", async () => {
  let say = (): void => undefined;
  const call = watched(async ({ signal, alive }) => {
    say = alive;
    return await Promise.race([
      silent(signal),
      new Promise((go) => setTimeout(go, 150_000, "done")),
    ]);
  });
  for (let passed = 0; passed < 150_000; passed += 50_000) {
    await vi.advanceTimersByTimeAsync(50_000);
    say();
  }
  expect(await call).toBe("done");
  await vi.advanceTimersByTimeAsync(0);
  expect(vi.getTimerCount()).toBe(0);
});

test("a sleep that takes no time ends no call", async () => {
  const restore = replaceEnv({ sleep: async () => undefined });
  const call = watched(async ({ signal }) => {
    await new Promise((resolve) => setImmediate(resolve));
    return signal.aborted;
  });
  expect(await call).toBe(false);
  restore();
});
