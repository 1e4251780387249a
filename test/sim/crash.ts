import { deepStrictEqual } from "node:assert/strict";
import type { SparkSession } from "../../src/index.ts";
import { localStore } from "../../src/storage/local.ts";
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

/** Calls that change what a process that dies leaves behind. */
const changes = ["create", "write", "link", "rename", "unlink", "mkdir"];

/**
 * All the trouble there can be, each kind at the calls where it makes a difference. After a power
 * cut the disk holds what was durable when the last folder was synced; after a death, what the
 * last change left; stopped at any other call, it holds the same as at one of these. A failure is
 * heard of at every call, and a call that took effect may still be reported as failed.
 */
const kinds: readonly (Omit<Trouble, "at"> & { readonly methods?: readonly string[] })[] = [
  { way: "power cut", takesEffect: true, methods: ["syncFolder"] },
  { way: "death", takesEffect: false, methods: changes },
  { way: "failure", takesEffect: false },
  { way: "failure", takesEffect: true, methods: [...changes, "syncFolder"] },
];

/** Each trouble that can befall a run, by kind. */
export function troublesOf({ methods }: Run): readonly (readonly Trouble[])[] {
  return kinds.map(({ methods: where, ...kind }) =>
    methods.flatMap((method, index) =>
      where === undefined || where.includes(method) ? [{ ...kind, at: index + 1 }] : [],
    ),
  );
}

/** A second crash comes early in what goes on after the first. */
const recoveryCalls = 300;

/** The index-th crash of a seed: evenly chosen, however many are asked for. */
export function crashOf(calm: Run, seed: number, index: number): Crash {
  const golden = (Math.sqrt(5) - 1) / 2;
  const part = ((seed % 1_000_003) / 1_000_003 + index * golden) % 1;
  const kind = troublesOf(calm)[(seed + index) % kinds.length]!;
  const trouble = kind[Math.floor(part * kind.length)]!;
  return index % 5 === 0 ? { ...trouble, again: 1 + (trouble.at % recoveryCalls) } : trouble;
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
  const place = { store: localStore(), path: folder };
  const methods: string[] = [];
  let stopped = false;
  let outcome: Outcome | undefined;
  for (let round = 0; round < scenario.rounds.length; round++) {
    await land(place, scenario, round);
    const main = async (spark: SparkSession): Promise<void> => {
      await runPipeline(spark, folder);
      if (round === scenario.rounds.length - 1) outcome = await outcomeOf(spark, place);
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
