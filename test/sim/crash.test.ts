import { randomInt } from "node:crypto";
import { expect, test } from "vitest";
import { calmRun, crashAndCompare, crashOf } from "./crash.ts";
import { brief } from "./pipeline.ts";

/** Different runs cover different calls; the same seed covers the same ones. */
const seed = Number(process.env["MILLRACE_SEED"] ?? randomInt(2 ** 31));

/** What all of it may take on a slow machine. */
const budgetMs = 35_000;
const atMost = 60;
const atLeast = 5;

test(`a crash at any step loses nothing and doubles nothing (MILLRACE_SEED=${seed})`, {
  timeout: 120_000,
}, async () => {
  const end = performance.now() + budgetMs;
  const calm = await calmRun(brief);
  expect(calm.outcome).toEqual((await calmRun(brief)).outcome);
  let crashes = 0;
  while (crashes < atMost && (crashes < atLeast || performance.now() < end)) {
    await crashAndCompare(crashOf(calm, seed, crashes), calm);
    crashes += 1;
  }
  console.log(`${crashes} crashes, MILLRACE_SEED=${seed}`);
});
