import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { SparkSession } from "../../../../src/index.ts";
import { createRandom } from "../../../random.ts";
import { countOf } from "../../full.ts";
import { startMosquitto } from "../../server/mosquitto.ts";
import { startChild } from "../journal/killed.ts";
import type { SinkTask } from "../sink-child.ts";
import { connectTo } from "./broker.ts";

const broker = await startMosquitto();
const rows = countOf(100_000, 10_000);
const files = 20;
const kills = countOf(20, 3);

test.skipIf("missing" in broker)(
  "Delta to mqtt, killed again and again: each row is published, perhaps more than once",
  { timeout: 1_200_000 },
  async () => {
    if ("missing" in broker) return;
    await using mosquitto = broker;
    const folder = await mkdtemp(join(tmpdir(), "millrace-mqtt-sink-"));
    const table = join(folder, "table");
    const session = await SparkSession.builder().getOrCreate();
    const each = rows / files;
    for (let file = 0; file < files; file++) {
      const ids = session.range(file * each, (file + 1) * each);
      await ids.write.format("delta").mode("append").save(table);
    }
    await session.stop();
    const listener = await connectTo(mosquitto.url);
    const heard = new Map<string, number>();
    listener.on("message", (_topic, payload) => {
      heard.set(String(payload), (heard.get(String(payload)) ?? 0) + 1);
    });
    await listener.subscribeAsync("out/#", { qos: 1 });
    const options = { brokerUrl: mosquitto.url, topic: "out/rows", QoS: "1" };
    const to = { format: "mqtt", options, columns: ["CAST(id AS STRING) AS value"] };
    const task: SinkTask = { table, checkpoint: join(folder, "checkpoint"), ...to };
    const program = new URL("../sink-child.ts", import.meta.url);
    const random = createRandom(641);
    let child = startChild(program, task);
    for (let kill = 0; kill < kills; kill++) {
      await child.batches(1 + random.below(2));
      await setTimeout(random.below(100));
      await child.kill();
      child = startChild(program, task);
    }
    await expect.poll(() => heard.size, { timeout: 90_000, interval: 100 }).toBe(rows);
    await child.kill();
    await listener.endAsync();
    await rm(folder, { recursive: true });
    const twice = [...heard.values()].filter((count) => count > 1).length;
    console.log(`${twice} of ${rows} rows were published more than once`);
  },
);
