import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { Store } from "../../../../src/storage/store.ts";
import { run } from "../../server/server.ts";

/** Racers of one process, all at the same names. */
export interface RaceTask {
  readonly folder: string; // as users write it
  readonly conf: Readonly<Record<string, string>>;
  readonly racers: number;
  readonly rounds: number;
  /** When the processes start together, ms since the epoch. */
  readonly startAt: number;
}

/** Rounds won, once for each win. Half of the rounds have the same bytes for all racers. */
export async function runRace(store: Store, path: string, task: RaceTask): Promise<number[]> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(task.startAt - Date.now(), 0)));
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
export async function raceProcesses(
  processes: number,
  task: Omit<RaceTask, "startAt">,
): Promise<void> {
  const script = fileURLToPath(new URL("child.ts", import.meta.url));
  const register = fileURLToPath(new URL("../../register.mjs", import.meta.url));
  const startAt = Date.now() + 3_000;
  const won = await Promise.all(
    Array.from({ length: processes }, async () => {
      const told = JSON.stringify({ ...task, startAt });
      const args = ["--import", "tsx", "--import", register, script, told];
      const { stdout } = await run(process.execPath, args);
      return JSON.parse(stdout) as number[];
    }),
  );
  const rounds = Array.from({ length: task.rounds }, (_, round) => round);
  expect(won.flat().sort((a, b) => a - b)).toEqual(rounds);
  expect(won.filter((wins) => wins.length > 0).length).toBeGreaterThan(1);
}
