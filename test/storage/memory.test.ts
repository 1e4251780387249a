import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { storeSuite } from "../../src/conformance/store.ts";
import { memorySubject } from "./subject.ts";

storeSuite({ test, assert }, memorySubject);

test("an opened file is gone when released", async () => {
  await using subject = await memorySubject();
  const { store } = subject;
  await store.put("/a.json", new Uint8Array(1));
  const file = await store.open("/a.json");
  expect(existsSync(file.path)).toBe(true);
  await file[Symbol.asyncDispose]();
  expect(existsSync(file.path)).toBe(false);
});
