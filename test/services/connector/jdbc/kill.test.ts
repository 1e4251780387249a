import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SparkSession } from "../../../../src/index.ts";
import { createRandom } from "../../../random.ts";
import { countOf } from "../../full.ts";
import type { ChildTask } from "./child.ts";
import { type Place, places } from "./place.ts";

const rows = countOf(100_000, 10_000);
const files = countOf(100, 20);
const kills = countOf(8, 1);
const folder = await mkdtemp(join(tmpdir(), "millrace-killed-"));

beforeAll(() => fill(join(folder, "source")));
afterAll(() => rm(folder, { recursive: true }));

for (const [seed, [name, find]] of Object.entries(places).entries()) {
  const found = await find();
  const missing = "missing" in found;
  if (!missing) await found[Symbol.asyncDispose]();

  describe.skipIf(missing)(`a stream from Delta to ${name}`, () => {
    test("is there exactly once, however often it is killed", { timeout: 300_000 }, async () => {
      await using place = (await find()) as Place;
      const task = {
        ...{ url: place.url, dbtable: place.quote("The sink"), source: join(folder, "source") },
        checkpoint: join(folder, `checkpoint-${name}`),
      };
      const random = createRandom(seed + 1);
      for (let kill = 0; kill < kills; kill++) {
        const child = startChild({ ...task, ends: false });
        await child.batches(1 + random.below(Math.ceil(files / kills / 2)));
        await setTimeout(random.below(60));
        await child.kill();
      }
      await startChild({ ...task, ends: true }).end();
      const [all] = await place.rows(
        `SELECT COUNT(*), COUNT(DISTINCT id), MIN(id), MAX(id) FROM ${task.dbtable}`,
      );
      expect(all?.map(Number)).toEqual([rows, rows, 0, rows - 1]);
    });
  });
}

/** A table of files in several commits. */
async function fill(path: string): Promise<void> {
  const session = await SparkSession.builder().create();
  const each = rows / files;
  for (let at = 0; at < rows; at += each) {
    const part = session.range(at, at + each).selectExpr("id", "'row ' || id AS name");
    await part.write.format("delta").mode("append").save(path);
  }
  await session.stop();
}

function startChild(task: ChildTask) {
  const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  const imports = ["--import", "tsx", "--import", here("../../register.mjs")];
  const child = spawn(process.execPath, [...imports, here("child.ts"), JSON.stringify(task)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [said, complained] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    complained += chunk.toString();
  });
  const ended = once(child, "exit");
  return {
    /** Waits until so many batches are done. */
    batches: async (count: number): Promise<void> => {
      while (said.split("\n").length <= count) {
        if (child.exitCode !== null) throw new Error(`the stream ended: ${complained}`);
        await setTimeout(5);
      }
    },
    kill: async (): Promise<void> => {
      child.kill("SIGKILL");
      await ended;
    },
    end: async (): Promise<void> => {
      const [code] = await ended;
      if (code !== 0) throw new Error(`the stream failed: ${complained}`);
    },
  };
}
