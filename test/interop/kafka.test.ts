import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DataFrame } from "../../src/index.ts";
import { numbers, write } from "../services/connector/kafka/subject.ts";
import { type KafkaBroker, kafkaOnDemand } from "../services/server/kafka/broker.ts";
import { administer, createTopic } from "../services/server/kafka/topic.ts";
import { rowTexts, sorted } from "./canonical.ts";
import { openPlace, type Place } from "./session.ts";
import { noSpark, theSpark } from "./system.ts";

const kafka = kafkaOnDemand();
let broker: KafkaBroker;
let place: Place;
beforeAll(async () => {
  if (noSpark) return;
  broker = await kafka.start();
  place = await openPlace();
});
afterAll(async () => {
  await place?.[Symbol.asyncDispose]();
  await kafka.stop();
});

interface Turns {
  readonly checkpoint: string;
  here(): Promise<void>;
  inSpark(): Promise<void>;
  /** Both systems read in the sink, of each partition, as many records as there are. */
  check(counts: readonly number[]): Promise<void>;
}

/** A query that runs here and in Spark by turns, each time to the end of what there is. */
function turns(name: string, options: Readonly<Record<string, string>>): Turns {
  const [sink, checkpoint] = [place.path(name, "sink"), place.path(name, "checkpoint")];
  const all = { "kafka.bootstrap.servers": broker.plaintext, ...options };
  const ours = (): DataFrame => place.spark.readStream.format("kafka").options(all).load();
  return {
    checkpoint,
    async here() {
      const writer = ours().writeStream.option("checkpointLocation", checkpoint);
      await (await writer.trigger({ availableNow: true }).start(sink)).awaitTermination();
    },
    async inSpark() {
      await theSpark.stream({ source: { format: "kafka", options: all }, sink, checkpoint });
    },
    async check(counts) {
      const rows = await place.read(sink);
      const wanted = counts.flatMap((count, partition) =>
        numbers(count).map((offset) => `${partition}:${offset}`),
      );
      const found = rows.map((row) => `${row["partition"]}:${row["offset"]}`);
      expect(found.sort()).toEqual(wanted.sort());
      expect(sorted((await theSpark.read(sink)).rows)).toEqual(rowTexts(rows));
    },
  };
}

describe.skipIf(noSpark)("a query from Kafka that runs here and in Spark by turns", () => {
  test("has every record once, and each goes on from the other's offsets", async () => {
    const { plaintext: servers } = broker;
    const topic = await createTopic(servers, 3);
    const partitions = { servers, topic, partitions: 3 };
    const options = { subscribe: topic, startingOffsets: "earliest", includeHeaders: "true" };
    const query = turns("turns", { ...options, maxOffsetsPerTrigger: "7" });
    await write(partitions, numbers(12));
    await query.here();
    await write({ ...partitions, compression: "lz4" }, numbers(12));
    await query.inSpark();
    await query.check([8, 8, 8]);
    await write({ ...partitions, compression: "snappy" }, numbers(6));
    await query.here();
    await query.inSpark();
    await query.check([10, 10, 10]);
    const initial = await readFile(join(query.checkpoint, "sources", "0", "0"), "utf8");
    expect(initial).toBe(`\0v1\n{"${topic}":{"0":0,"1":0,"2":0}}`);
  });

  test("of which Spark began one, and many topics are written in its order", async () => {
    const { plaintext: servers } = broker;
    const names = ["zebra", "alpha", "topic.b", "topic_c", "n1", "n10", "n2"];
    for (const name of names) {
      await createTopic(servers, 18, { name: `many-${name}` });
      await write({ servers, topic: `many-${name}`, partitions: 18 }, numbers(18));
    }
    const options = { subscribePattern: "^many-", startingOffsets: "earliest" };
    const query = turns("many", options);
    await query.inSpark();
    const spark = await readFile(join(query.checkpoint, "offsets", "0"), "utf8");
    for (const name of names) {
      await write({ servers, topic: `many-${name}`, partitions: 18 }, numbers(18));
    }
    await query.here();
    const ours = await readFile(join(query.checkpoint, "offsets", "1"), "utf8");
    const line = (text: string): string => text.split("\n").at(-1)!;
    expect(line(ours)).toBe(line(spark).replace(/:1(?=[,}])/g, ":2"));
    const groups = await administer(servers, (admin) => admin.listGroups());
    expect([...groups.keys()].filter((name) => name.includes("millrace"))).toEqual([]);
  });
});
