import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { SparkSession } from "../../../../src/index.ts";
import { createRandom } from "../../../random.ts";
import type { ChildTask } from "./child.ts";

/** A stream into Delta, whose process is killed again and again while somebody sends. */
export interface Killed {
  readonly format: string;
  readonly options: Readonly<Record<string, string>>;
  readonly select: readonly string[];
  /** How often it is killed, at moments that the seed gives. */
  readonly kills: number;
  readonly seed: number;
  /** Sends all that is to be in the table; the process may be there, or not. */
  send(): Promise<void>;
  /** Whether all has arrived, by how often each value is in the table. */
  done(counts: ReadonlyMap<string, number>): boolean;
}

/** How long nothing may arrive after the last kill, ms. */
const silentMs = 90_000;
/** How long the batches before a kill may take, ms. */
const batchMs = 15_000;

/** By value of the column `id` of the table: how often it is there at the end. */
export async function runKilled(spec: Killed): Promise<ReadonlyMap<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-killed-"));
  const session = await SparkSession.builder().create(); // its own: tests run side by side
  const { format, options, select } = spec;
  const table = join(folder, "table");
  const task: ChildTask = {
    ...{ format, options, select },
    ...{ checkpoint: join(folder, "checkpoint"), table },
  };
  const random = createRandom(spec.seed);
  let child: Child | undefined;
  try {
    const sending = spec.send();
    sending.catch(() => undefined);
    for (let kill = 0; kill < spec.kills; kill++) {
      child = startChild(here, task);
      await child.batches(1 + random.below(2));
      await setTimeout(random.below(200));
      await child.kill();
    }
    child = startChild(here, task);
    await sending;
    let arrived = { values: -1, atMs: Date.now() };
    for (;;) {
      const beganMs = Date.now();
      const counts = await countsOf(session, table);
      if (spec.done(counts)) {
        await setTimeout(500); // what comes twice comes now
        return await countsOf(session, table);
      }
      const now = Date.now();
      if (counts.size > arrived.values) arrived = { values: counts.size, atMs: now };
      if (now - arrived.atMs > silentMs) {
        throw new Error(`${counts.size} values arrived, and no more: ${child.said()}`);
      }
      // To count costs what the stream could use: it has most of the time.
      await setTimeout(200 + 3 * (now - beganMs));
    }
  } finally {
    await child?.kill();
    await session.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function countsOf(session: SparkSession, table: string): Promise<Map<string, number>> {
  const frame = session.read.format("delta").load(table);
  const rows = await frame
    .groupBy("id")
    .count()
    .collect()
    .catch(() => []); // no batch was committed yet
  return new Map(rows.map((row) => [String(row["id"]), Number(row["count"])]));
}

type Child = ReturnType<typeof startChild>;

const here = new URL("child.ts", import.meta.url);

/** Runs a program that prints a line a batch, with a task for it. */
export function startChild(program: URL, task: object) {
  const register = fileURLToPath(new URL("../../register.mjs", import.meta.url));
  const imports = ["--import", "tsx", "--import", register];
  const command = [...imports, fileURLToPath(program), JSON.stringify(task)];
  const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "pipe"] });
  let [said, complained] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    complained += chunk.toString();
  });
  return {
    said: () => `${said.trim().split("\n").at(-1)} ${complained}`,
    /** Waits until so many batches are done, or none will come as all was sent. */
    batches: async (count: number): Promise<void> => {
      const until = Date.now() + batchMs;
      while (said.split("\n").length <= count && Date.now() < until) {
        if (child.exitCode !== null) throw new Error(`the stream ended: ${complained}`);
        await setTimeout(20);
      }
    },
    kill: async (): Promise<void> => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
