import { deepStrictEqual } from "node:assert/strict";
import type { SparkSession } from "../../src/index.ts";
import { openMachine, type Trouble } from "./machine.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { land, runPipeline, type Scenario } from "./pipeline.ts";

/** What befalls a run: at a call counted over all rounds. */
export interface Crash extends Trouble {
  /** The call at which the process after it is befallen by the same. */
  readonly again?: number;
}

/** What a run comes to, and the calls it makes until it is stopped. */
export interface Run {
  readonly scenario: Scenario;
  readonly outcome: Outcome;
  readonly methods: readonly string[];
}

/**
 * The calls at which it makes a difference to be stopped, of those that a run makes: they give
 * names or make them durable. Stopped at any other, the disk holds what it held at one of these.
 */
function stepsOf({ methods }: Run): readonly number[] {
  const steps: readonly string[] = ["link", "rename", "syncFolder"];
  return methods.flatMap((method, index) => (steps.includes(method) ? [index + 1] : []));
}

const ways = ["power cut", "death", "failure"] as const;

/** A second crash comes early in what goes on after the first. */
const recoveryCalls = 300;

/** The index-th crash of a seed: calls evenly chosen, however many are asked for. */
export function crashOf(calm: Run, seed: number, index: number): Crash {
  const golden = (Math.sqrt(5) - 1) / 2;
  const part = ((seed % 1_000_003) / 1_000_003 + index * golden) % 1;
  const way = ways[(seed + index) % ways.length]!;
  const steps = way === "failure" ? calm.methods.map((_, call) => call + 1) : stepsOf(calm);
  const at = steps[Math.floor(part * steps.length)]!;
  const takesEffect = (seed + index) % 2 !== 0;
  return { at, way, takesEffect, ...(index % 4 === 0 ? { again: 1 + (at % recoveryCalls) } : {}) };
}

/** A run that nothing stops. */
export function calmRun(scenario: Scenario): Promise<Run> {
  return run(scenario, undefined);
}

/** Stops a run as told, goes on with what is left, and compares what it comes to. */
export async function crashAndCompare(crash: Crash, calm: Run): Promise<void> {
  const told = `after ${JSON.stringify(crash)} (${calm.methods[crash.at - 1]})`;
  const { outcome } = await run(calm.scenario, crash).catch((cause: unknown) => {
    throw new Error(`${told}: ${cause}`, { cause });
  });
  deepStrictEqual(outcome, calm.outcome, told);
}

async function run(scenario: Scenario, crash: Crash | undefined): Promise<Run> {
  await using machine = openMachine(scenario.conf);
  const { folder } = machine;
  const methods: string[] = [];
  let stopped = false;
  let outcome: Outcome | undefined;
  for (let round = 0; round < scenario.rounds.length; round++) {
    land(folder, scenario, round);
    const main = async (spark: SparkSession): Promise<void> => {
      await runPipeline(spark, folder);
      if (round === scenario.rounds.length - 1) outcome = await outcomeOf(spark, folder);
    };
    const trouble = crash && !stopped ? { ...crash, at: crash.at - methods.length } : undefined;
    const done = await machine.process(main, trouble);
    if (!stopped) methods.push(...machine.methods);
    if (done) continue;
    stopped = true;
    if (crash?.again !== undefined) await machine.process(main, { ...crash, at: crash.again });
    await machine.process(main);
  }
  return { scenario, outcome: outcome!, methods };
}
