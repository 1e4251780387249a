import { randomInt } from "node:crypto";
import { expect, test } from "vitest";
import { calmRun, crashAndCompare, stepsOf } from "./crash.ts";

/** Different runs cover different calls; the same seed covers the same ones. */
const seed = Number(process.env["MILLRACE_SEED"] ?? randomInt(2 ** 31));

/** What all of it may take on a slow machine. */
const budgetMs = 35_000;
const atMost = 60;
/** A second crash comes early in what goes on after the first. */
const recoveryCalls = 300;
const atLeast = 5;

/** The i-th of a sequence that fills the steps evenly, however long it gets. */
function pick(index: number, steps: readonly number[]): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  const part = ((seed % 1_000_003) / 1_000_003 + index * golden) % 1;
  return steps[Math.floor(part * steps.length)]!;
}

test(`a crash at any step loses nothing and doubles nothing (MILLRACE_SEED=${seed})`, {
  timeout: 120_000,
}, async () => {
  const end = performance.now() + budgetMs;
  const calm = await calmRun();
  expect(calm.outcome).toEqual((await calmRun()).outcome);
  const steps = stepsOf(calm);
  let crashes = 0;
  while (crashes < atMost && (crashes < atLeast || performance.now() < end)) {
    const at = pick(crashes, steps);
    const powerCut = (seed + crashes) % 3 !== 0;
    const takesEffect = (seed + crashes) % 2 !== 0;
    const again = crashes % 4 === 0 ? { again: 1 + (at % recoveryCalls) } : {};
    await crashAndCompare({ at, powerCut, takesEffect, ...again }, calm);
    crashes += 1;
  }
  console.log(`${crashes} of ${steps.length} steps, MILLRACE_SEED=${seed}`);
});
