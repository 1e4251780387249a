import { deepStrictEqual } from "node:assert/strict";
import { openMachine } from "./machine.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { land, roundCount, runPipeline } from "./pipeline.ts";

/** Where the power goes: at this call, counted over all rounds; twice where there are two. */
export interface Crash {
  readonly at: number;
  /** Whether the call at which it goes still takes effect. */
  readonly takesEffect: boolean;
}

/** A run that nothing stops: what it comes to, and the calls it makes. */
export interface CalmRun {
  readonly outcome: Outcome;
  readonly calls: number;
}

export async function calmRun(): Promise<CalmRun> {
  return run(undefined);
}

/** Stops a run as told, goes on with what is left, and compares what it comes to. */
export async function crashAndCompare(crash: Crash, calm: CalmRun): Promise<void> {
  const { outcome } = await run(crash);
  deepStrictEqual(outcome, calm.outcome, `stopped at ${JSON.stringify(crash)}`);
}

async function run(crash: Crash | undefined): Promise<CalmRun> {
  await using machine = openMachine();
  const { folder } = machine;
  let calls = 0;
  for (let round = 0; round < roundCount; round++) {
    land(folder, round);
    const stopAt = crash === undefined ? 0 : crash.at - calls;
    const plan = stopAt > 0 ? { stopAt, takesEffect: crash!.takesEffect } : {};
    const done = await machine.process(plan, (spark) => runPipeline(spark, folder));
    calls += machine.calls;
    if (!done) {
      await machine.process({}, (spark) => runPipeline(spark, folder));
      calls = Number.POSITIVE_INFINITY;
    }
  }
  let outcome: Outcome | undefined;
  await machine.process({}, async (spark) => {
    outcome = await outcomeOf(spark, folder);
  });
  return { outcome: outcome!, calls };
}
