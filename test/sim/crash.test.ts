import { randomInt } from "node:crypto";
import { expect, test } from "vitest";
import { calmRun, crashAndCompare } from "./crash.ts";

/** Different runs cover different calls; the same seed covers the same ones. */
const seed = Number(process.env["MILLRACE_SEED"] ?? randomInt(2 ** 31));

/** What all of it may take on a slow machine. */
const budgetMs = 35_000;
const atMost = 60;
const atLeast = 5;

/** The i-th of a sequence that fills [1, calls] evenly, however long it gets. */
function pick(index: number, calls: number): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  return 1 + Math.floor((((seed % 1_000_003) / 1_000_003 + index * golden) % 1) * calls);
}

test(`a crash at any call loses nothing and doubles nothing (MILLRACE_SEED=${seed})`, {
  timeout: 120_000,
}, async () => {
  const end = performance.now() + budgetMs;
  const calm = await calmRun();
  expect(calm.outcome).toEqual((await calmRun()).outcome);
  const calls = calm.methods.length;
  let crashes = 0;
  while (crashes < atMost && (crashes < atLeast || performance.now() < end)) {
    const at = pick(crashes, calls);
    const powerCut = (seed + crashes) % 3 !== 0;
    const takesEffect = (seed + crashes) % 2 !== 0;
    await crashAndCompare({ at, powerCut, takesEffect }, calm);
    crashes += 1;
  }
  console.log(`${crashes} crashes at ${calls} calls, MILLRACE_SEED=${seed}`);
});
