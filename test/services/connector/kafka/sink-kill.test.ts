import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { SparkSession } from "../../../../src/index.ts";
import { createRandom } from "../../../random.ts";
import { countOf } from "../../full.ts";
import { createTopic, kafkaBroker, type Started } from "../../server/kafka/topic.ts";
import { startChild } from "../child.ts";
import type { ChildTask } from "./sink-child.ts";

const broker = await kafkaBroker(inject("kafka"));
const { plaintext } = broker as Started;
const rows = countOf(100_000, 10_000);
const files = countOf(100, 10);
const kills = countOf(20, 2);

describe.skipIf("missing" in broker)("a stream from Delta to Kafka", () => {
  let folder: string;
  let session: SparkSession;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-killed-"));
    session = await SparkSession.builder().create();
    const each = rows / files;
    for (let at = 0; at < rows; at += each) {
      const part = session.range(at, at + each).selectExpr("id", "'row ' || id AS name");
      await part.write.format("delta").mode("append").save(join(folder, "source"));
    }
  });
  afterAll(async () => {
    await session.stop();
    await rm(folder, { recursive: true });
  });

  /** Both streams, in one process. */
  function start(topics: readonly string[], ends: boolean) {
    const [plain, once] = topics.map((topic) => ({ "kafka.bootstrap.servers": plaintext, topic }));
    const task: ChildTask = {
      ...{ source: join(folder, "source"), checkpoint: join(folder, "checkpoint"), ends },
      sinks: [plain!, { ...once!, exactlyOnce: "true" }],
    };
    return startChild(new URL("sink-child.ts", import.meta.url), task);
  }

  /** Of the topic's committed records: how many, how many different, from where to where. */
  async function counts(topic: string): Promise<readonly number[]> {
    const frame = session.read
      .format("kafka")
      .options({ "kafka.bootstrap.servers": plaintext, subscribe: topic })
      .option("kafka.isolation.level", "read_committed")
      .load()
      .selectExpr("CAST(CAST(key AS STRING) AS BIGINT) AS id", "CAST(value AS STRING) AS name");
    const wrong = await frame.where("name <> 'row ' || id").count();
    expect(Number(wrong)).toBe(0);
    const [all] = await frame
      .selectExpr("COUNT(*) AS n", "COUNT(DISTINCT id) AS d", "MIN(id) AS a", "MAX(id) AS b")
      .collect();
    return ["n", "d", "a", "b"].map((name) => Number(all?.[name]));
  }

  test("is there at least once, and with transactions exactly once, however often it is killed", {
    timeout: 900_000,
  }, async () => {
    const topics = [await createTopic(plaintext, 3), await createTopic(plaintext, 3)] as const;
    const random = createRandom(2);
    for (let kill = 0; kill < kills; kill++) {
      const child = start(topics, false);
      await child.batches(2 + random.below(Math.max(1, Math.floor(files / kills))));
      await setTimeout(random.below(60));
      await child.kill();
    }
    await start(topics, true).end();
    const [plain, once] = topics;
    const all = [rows, 0, rows - 1];
    await expect.poll(() => counts(once), { timeout: 60_000 }).toEqual([rows, ...all]);
    const [count, ...others] = await counts(plain);
    expect(count).toBeGreaterThanOrEqual(rows);
    expect(others).toEqual(all);
    console.log(`${count! - rows} of ${rows} rows came twice without transactions`);
  });
});
