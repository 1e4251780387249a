import { deepStrictEqual } from "node:assert/strict";
import type { SparkSession } from "../../src/index.ts";
import { type End, openMachine } from "./machine.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { land, roundCount, runPipeline } from "./pipeline.ts";

/** Where a run is stopped: at this call, counted from 1 over all rounds, and how. */
export interface Crash extends Omit<End, "stopAt"> {
  readonly at: number;
  /** The call of the process after it at which that one is stopped as well. */
  readonly again?: number;
}

/** What a run comes to, and the calls it makes until it is stopped. */
export interface Run {
  readonly outcome: Outcome;
  readonly methods: readonly string[];
}

/**
 * The calls at which it makes a difference to be stopped, of those that a run makes: they give
 * names or make them durable. Stopped at any other, the disk holds what it held at one of these.
 */
export function stepsOf({ methods }: Run): readonly number[] {
  const steps: readonly string[] = ["link", "rename", "syncFolder"];
  return methods.flatMap((method, index) => (steps.includes(method) ? [index + 1] : []));
}

/** A run that nothing stops. */
export function calmRun(): Promise<Run> {
  return run(undefined);
}

/** Stops a run as told, goes on with what is left, and compares what it comes to. */
export async function crashAndCompare(crash: Crash, calm: Run): Promise<void> {
  const told = `stopped at ${JSON.stringify(crash)} (${calm.methods[crash.at - 1]})`;
  const { outcome } = await run(crash).catch((cause: unknown) => {
    throw new Error(`${told}: ${cause}`, { cause });
  });
  deepStrictEqual(outcome, calm.outcome, told);
}

async function run(crash: Crash | undefined): Promise<Run> {
  await using machine = openMachine();
  const { folder } = machine;
  const methods: string[] = [];
  let stopped = false;
  let outcome: Outcome | undefined;
  for (let round = 0; round < roundCount; round++) {
    land(folder, round);
    const main = async (spark: SparkSession): Promise<void> => {
      await runPipeline(spark, folder);
      if (round === roundCount - 1) outcome = await outcomeOf(spark, folder);
    };
    const end = crash && !stopped ? { ...crash, stopAt: crash.at - methods.length } : {};
    const done = await machine.process(main, end);
    if (!stopped) methods.push(...machine.methods);
    if (done) continue;
    stopped = true;
    if (crash?.again !== undefined) await machine.process(main, { ...crash, stopAt: crash.again });
    await machine.process(main);
  }
  return { outcome: outcome!, methods };
}
