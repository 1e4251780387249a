import { deepStrictEqual } from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { localStore } from "../../src/storage/local.ts";
import type { Location } from "../../src/storage/store.ts";
import { openProcess } from "./machine.ts";
import type { Outcome } from "./outcome.ts";
import { outcomeOf } from "./outcome.ts";
import { brief, land, runPipeline, type TableName } from "./pipeline.ts";
import type { VictimTask } from "./victim.ts";

/** Where a process kills itself: at a file that gets its name, or with half of one written. */
export interface KillPoint {
  /** A regular expression over the file's path. */
  readonly path: string;
  readonly when: "before" | "after" | "within";
  /** The file of that pattern at which it does, from 1. */
  readonly occurrence: number;
}

const phases = {
  "after the data file": (table) => ({ path: `/${table}/part-[^/]+$`, when: "after" }),
  "after offsets": (table) => ({ path: `checkpoint/${table}/offsets/\\d+$`, when: "after" }),
  "after state": (table) => ({ path: `checkpoint/${table}/state/0/0/\\d+$`, when: "after" }),
  "after the commit of the sink": (table) => ({
    path: `/${table}/_delta_log/\\d+\\.json$`,
    when: "after",
  }),
  "before commits": (table) => ({ path: `checkpoint/${table}/commits/\\d+$`, when: "before" }),
  "within the checkpoint of the log": (table) => ({
    path: `/${table}/_delta_log/(\\d+\\.checkpoint\\.parquet|_last_checkpoint)$`,
    when: "before",
  }),
  "after a file of the schema": () => ({ path: "/_schemas/[^/]+$", when: "after" }),
  "within a file of the schema": () => ({ path: "/_schemas/[^/]+$", when: "within" }),
} satisfies Record<string, (table: TableName) => Omit<KillPoint, "occurrence">>;

export type Phase = keyof typeof phases;

/** A phase of a table's query, at its first, second … time. */
export type Kill = readonly [phase: Phase, table: TableName, occurrence: number];

/** Where a pipeline runs, with its landing folder, tables and checkpoints. */
export interface Place {
  /** As users write it: a path or a URI. */
  readonly uri: string;
  /** The same, by a store of the test's own. */
  readonly location: Location;
  /** What a session needs to get there. */
  readonly conf: Readonly<Record<string, string>>;
  /** What a process of Node imports before its script. */
  readonly imports: readonly string[];
}

/** Kills a process that runs the pipeline, goes on in another, and compares. */
export async function killAndCompare(kill: Kill, calm: Outcome): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-kill-"));
  const location = { store: localStore(), path: folder };
  try {
    await killAndCompareAt({ uri: folder, location, conf: {}, imports: [] }, kill, calm);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The same in a place that nobody was in before. */
export async function killAndCompareAt(place: Place, kill: Kill, calm: Outcome): Promise<void> {
  const [phase, table, occurrence] = kill;
  const signal = await runVictim(place, { ...phases[phase](table), occurrence });
  deepStrictEqual(signal, "SIGKILL", `${kill.join(", ")}: the process never got there`);
  deepStrictEqual(await runAt(place), calm, `killed ${kill.join(", ")}`);
}

/** Runs the whole pipeline, from wherever it was left. */
export async function runAt({ uri, location, conf }: Place): Promise<Outcome> {
  await using spark = await openProcess(uri, conf);
  for (let round = 0; round < brief.rounds.length; round++) {
    await land(location, brief, round);
    await runPipeline(spark, uri);
  }
  return await outcomeOf(spark, location);
}

/** How the process ended: the signal, or what it said if there was none. */
async function runVictim({ uri, conf, imports }: Place, point: KillPoint): Promise<string> {
  const script = fileURLToPath(new URL("./victim.ts", import.meta.url));
  const task: VictimTask = { uri, conf, point };
  const before = ["tsx", ...imports].flatMap((name) => ["--import", name]);
  const arguments_ = [...before, script, JSON.stringify(task)];
  const child = spawn(process.execPath, arguments_, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  return signal ?? `exit code ${code}: ${said}`;
}
