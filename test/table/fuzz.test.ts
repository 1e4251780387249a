import { expect, test } from "vitest";
import { fuzz } from "./fuzz/fuzz.ts";

test("a table with one file changed is read as it was, or refused by name", async () => {
  const { run, findings } = await fuzz({ count: 120, seed: 1 });
  expect(findings).toEqual([]);
  expect(run).toBeGreaterThan(80);
}, 120_000);
