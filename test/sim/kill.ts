import { deepStrictEqual } from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openProcess } from "./machine.ts";
import type { Outcome } from "./outcome.ts";
import { outcomeOf } from "./outcome.ts";
import { brief, land, runPipeline, type TableName } from "./pipeline.ts";

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
  "within a file of the schema": () => ({ path: "/_schemas/[^/]+$", when: "within" }),
} satisfies Record<string, (table: TableName) => Omit<KillPoint, "occurrence">>;

export type Phase = keyof typeof phases;

/** A phase of a table's query, at its first, second … time. */
export type Kill = readonly [phase: Phase, table: TableName, occurrence: number];

/** Kills a process that runs the pipeline, goes on in another, and compares. */
export async function killAndCompare(kill: Kill, calm: Outcome): Promise<void> {
  const [phase, table, occurrence] = kill;
  const folder = await mkdtemp(join(tmpdir(), "millrace-kill-"));
  try {
    const signal = await runVictim(folder, { ...phases[phase](table), occurrence });
    deepStrictEqual(signal, "SIGKILL", `${kill.join(", ")}: the process never got there`);
    await using spark = await openProcess(folder);
    for (let round = 0; round < brief.rounds.length; round++) {
      land(folder, brief, round);
      await runPipeline(spark, folder);
    }
    deepStrictEqual(await outcomeOf(spark, folder), calm, `killed ${kill.join(", ")}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** How the process ended: the signal, or what it said if there was none. */
async function runVictim(folder: string, point: KillPoint): Promise<string> {
  const script = fileURLToPath(new URL("./victim.ts", import.meta.url));
  const arguments_ = ["--import", "tsx", script, folder, JSON.stringify(point)];
  const child = spawn(process.execPath, arguments_, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  return signal ?? `exit code ${code}: ${said}`;
}
