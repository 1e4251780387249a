import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SparkSession } from "../../../../src/index.ts";
import { createRandom } from "../../../random.ts";
import { countOf } from "../../full.ts";
import { startChild } from "../child.ts";
import { drivers, type Place } from "./place.ts";
import { startTask, type Task } from "./task.ts";

const rows = countOf(100_000, 10_000);
const files = countOf(100, 20);
const kills = countOf(8, 1);
const folder = await mkdtemp(join(tmpdir(), "millrace-killed-"));

const session = await SparkSession.builder().create();
beforeAll(() => fill(join(folder, "source")));
afterAll(async () => {
  await session.stop();
  await rm(folder, { recursive: true });
});

for (const [seed, [name, find]] of Object.entries(drivers).entries()) {
  const found = await find();
  const missing = "missing" in found;
  if (!missing) await found[Symbol.asyncDispose]();

  describe.skipIf(missing)(`a stream from Delta to ${name}`, () => {
    test("is there exactly once, however often it is killed", { timeout: 300_000 }, async () => {
      await using place = (await find()) as Place;
      const task: Task = {
        ...{ url: place.url, dbtable: place.quote("The sink"), source: join(folder, "source") },
        checkpoint: join(folder, `checkpoint-${name}`),
      };
      const random = createRandom(seed + 1);
      for (let kill = 0; kill < kills; kill++) {
        const child = startChild(new URL("child.ts", import.meta.url), task);
        await child.batches(1 + random.below(Math.ceil(files / kills / 2)));
        await setTimeout(random.below(60));
        await child.kill();
      }
      await (await startTask(session, task, true)).awaitTermination();
      const [all] = await place.rows(
        `SELECT COUNT(*), COUNT(DISTINCT id), MIN(id), MAX(id) FROM ${task.dbtable}`,
      );
      expect(all?.map(Number)).toEqual([rows, rows, 0, rows - 1]);
    });
  });
}

/** A table of files in several commits. */
async function fill(path: string): Promise<void> {
  const each = rows / files;
  for (let at = 0; at < rows; at += each) {
    const part = session.range(at, at + each).selectExpr("id", "'row ' || id AS name");
    await part.write.format("delta").mode("append").save(path);
  }
}
