import { deepStrictEqual } from "node:assert/strict";
import { type End, openMachine } from "./machine.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { land, roundCount, runPipeline } from "./pipeline.ts";

/** Where a run is stopped: at this call, counted from 1 over all rounds, and how. */
export interface Crash extends Omit<End, "stopAt"> {
  readonly at: number;
}

/** What a run comes to, and the calls it makes until it is stopped. */
export interface Run {
  readonly outcome: Outcome;
  readonly methods: readonly string[];
}

/** A run that nothing stops. */
export function calmRun(): Promise<Run> {
  return run(undefined);
}

/** Stops a run as told, goes on with what is left, and compares what it comes to. */
export async function crashAndCompare(crash: Crash, calm: Run): Promise<void> {
  const { outcome } = await run(crash);
  deepStrictEqual(outcome, calm.outcome, `stopped at ${JSON.stringify(crash)}`);
}

async function run(crash: Crash | undefined): Promise<Run> {
  await using machine = openMachine();
  const { folder } = machine;
  const methods: string[] = [];
  let stopped = false;
  for (let round = 0; round < roundCount; round++) {
    land(folder, round);
    const end = crash && !stopped ? { ...crash, stopAt: crash.at - methods.length } : {};
    const done = await machine.process((spark) => runPipeline(spark, folder), end);
    if (!stopped) methods.push(...machine.methods);
    if (done) continue;
    stopped = true;
    await machine.process((spark) => runPipeline(spark, folder));
  }
  let outcome: Outcome | undefined;
  await machine.process(async (spark) => {
    outcome = await outcomeOf(spark, folder);
  });
  return { outcome: outcome!, methods };
}
