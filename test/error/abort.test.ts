import { expect, test } from "vitest";
import { orAbort } from "../../src/error/abort.ts";

test("an abort rejects with AbortError, before and while it waits; the reason is the cause", async () => {
  const never = new Promise<void>(() => undefined);
  const before = orAbort(never, AbortSignal.abort());
  await expect(before).rejects.toMatchObject({ name: "AbortError" });
  const controller = new AbortController();
  const during = orAbort(never, controller.signal);
  controller.abort("enough");
  await expect(during).rejects.toMatchObject({ name: "AbortError", cause: "enough" });
});

test("without an abort it is the work's own answer", async () => {
  const { signal } = new AbortController();
  expect(await orAbort(Promise.resolve(1), signal)).toBe(1);
  await expect(orAbort(Promise.reject(new RangeError()), signal)).rejects.toThrow(RangeError);
  expect(await orAbort(Promise.resolve(2), undefined)).toBe(2);
});
