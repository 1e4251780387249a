import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { SparkSession } from "../../../../src/index.ts";
import { createRandom } from "../../../random.ts";
import { countOf } from "../../full.ts";
import { startEventHubs } from "../../server/eventhubs/server.ts";
import { runKilled, startChild } from "../journal/killed.ts";
import type { SinkTask } from "../sink-child.ts";
import { fromStart, numbers } from "./subject.ts";

const server = await startEventHubs();
const rows = countOf(100_000, 10_000);
const files = 20;
const kills = countOf(20, 2);
/** Events written at a time: all of the kills shall come while they are. */
const burst = 100;
const limits = { timeout: 1_200_000 };

afterAll(() => server[Symbol.asyncDispose]());

test.concurrent(
  "eventhubs to Delta, killed again and again: nothing is lost, nothing twice",
  limits,
  async () => {
    const hub = server.create("killed", 3);
    const ids = numbers(rows);
    const counts = await runKilled({
      ...{ format: "eventhubs", kills, seed: 710, select: ["CAST(body AS STRING) AS id"] },
      options: {
        "eventhubs.connectionString": server.connectionString("killed"),
        "eventhubs.startingPosition": fromStart,
        maxEventsPerTrigger: "1000",
      },
      async send() {
        for (let at = 0; at < rows; at += burst) {
          hub.write(ids.slice(at, at + burst));
          await setTimeout(40);
        }
      },
      done: (found) => found.size === rows,
    });
    expect([...counts.keys()].sort()).toEqual([...ids].sort());
    expect([...counts].filter(([, count]) => count > 1)).toEqual([]);
  },
);

test.concurrent("Delta to eventhubs, killed again and again: nothing is lost", limits, async () => {
  const folder = await mkdtemp(join(tmpdir(), "millrace-eventhubs-"));
  const table = join(folder, "table");
  const session = await SparkSession.builder().create();
  const each = rows / files;
  for (let file = 0; file < files; file++) {
    const ids = session.range(file * each, (file + 1) * each);
    await ids.write.format("delta").mode("append").save(table);
  }
  await session.stop();
  const hub = server.create("filled", 3);
  const options = { "eventhubs.connectionString": server.connectionString("filled") };
  const columns = ["CAST(id AS STRING) AS body", "CAST(id % 3 AS STRING) AS partition"];
  const to = { format: "eventhubs", options, columns };
  const task: SinkTask = { table, checkpoint: join(folder, "checkpoint"), ...to };
  const program = new URL("../sink-child.ts", import.meta.url);
  const random = createRandom(711);
  let child = startChild(program, task);
  for (let kill = 0; kill < kills / 2; kill++) {
    await child.batches(1 + random.below(2));
    await setTimeout(random.below(100));
    await child.kill();
    child = startChild(program, task);
  }
  const kept = () => hub.partitions.flatMap(({ events }) => events.map(({ body }) => `${body}`));
  const polled = { timeout: 90_000, interval: 200 };
  await expect.poll(() => new Set(kept()).size, polled).toBe(rows);
  await child.kill();
  await rm(folder, { recursive: true });
  for (const [at, { events }] of hub.partitions.entries()) {
    expect(events.every(({ body }) => Number(`${body}`) % 3 === at)).toBe(true);
  }
  const all = kept();
  console.log(`${all.length - rows} of ${rows} rows were sent once more`);
});
