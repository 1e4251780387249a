import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { Store } from "../../../../src/storage/store.ts";

/** Racers of one process, all at the same names. */
export interface RaceTask {
  readonly folder: string; // as users write it
  readonly conf: Readonly<Record<string, string>>;
  readonly racers: number;
  readonly rounds: number;
}

/** Rounds won, once for each win. Half of the rounds have the same bytes for all racers. */
export async function runRace(store: Store, path: string, task: RaceTask): Promise<number[]> {
  const wins: number[] = [];
  for (let round = 0; round < task.rounds; round++) {
    const name = `${path}/${String(round).padStart(20, "0")}.json`;
    const racers = Array.from({ length: task.racers }, (_, racer) =>
      round % 2 === 0 ? "the same" : `process ${process.pid} racer ${racer}`,
    );
    const won = await Promise.all(
      racers.map((bytes) => store.putIfAbsent(name, new TextEncoder().encode(bytes))),
    );
    for (const [racer, one] of won.entries()) {
      if (!one) continue;
      wins.push(round);
      expect(new TextDecoder().decode(await store.read(name))).toBe(racers[racer]);
    }
  }
  return wins;
}

/** Races in several processes; one winner each, of all of them together. */
export async function raceProcesses(processes: number, task: RaceTask): Promise<void> {
  const racing = await Promise.all(Array.from({ length: processes }, () => ready(task)));
  const won = await Promise.all(racing.map((go) => go()));
  const rounds = Array.from({ length: task.rounds }, (_, round) => round);
  expect(won.flat().sort((a, b) => a - b)).toEqual(rounds);
  expect(won.filter((wins) => wins.length > 0).length).toBeGreaterThan(1);
}

/** A process that has its store open, and races when told to; the rounds it won. */
async function ready(task: RaceTask): Promise<() => Promise<number[]>> {
  const script = fileURLToPath(new URL("child.ts", import.meta.url));
  const register = fileURLToPath(new URL("../../register.mjs", import.meta.url));
  const args = ["--import", "tsx", "--import", register, script, JSON.stringify(task)];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe("ready");
  return async () => {
    child.stdin.end("go");
    const { value } = await lines.next();
    return JSON.parse(String(value)) as number[];
  };
}
