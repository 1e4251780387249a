import { setTimeout } from "node:timers/promises";
import { describe, expect, inject, test } from "vitest";
import { openKafka } from "../../../../src/connector/kafka/client.ts";
import { kafkaConfig } from "../../../../src/connector/kafka/config.ts";
import { countOf } from "../../full.ts";
import { createTopic, kafkaBroker, type Started } from "../../server/kafka/topic.ts";
import { runKilled } from "../journal/killed.ts";
import { numbers } from "./subject.ts";

const broker = await kafkaBroker(inject("kafka"));
const messages = countOf(100_000, 10_000);
const kills = countOf(20, 2);
/** Records written at a time: all of the kills shall come while they are. */
const burst = 100;

describe.skipIf("missing" in broker)("Kafka to Delta, killed again and again", () => {
  test("nothing is lost, and nothing comes twice", { timeout: 1_200_000 }, async () => {
    const { plaintext: servers } = broker as Started;
    const topic = await createTopic(servers, 3);
    const ids = numbers(messages);
    const counts = await runKilled({
      ...{ format: "kafka", kills, seed: 700, select: ["CAST(value AS STRING) AS id"] },
      options: {
        "kafka.bootstrap.servers": servers,
        subscribe: topic,
        startingOffsets: "earliest",
        maxOffsetsPerTrigger: "1000",
      },
      async send() {
        await using client = await openKafka(kafkaConfig({ "kafka.bootstrap.servers": servers }));
        await using producer = await client.producer({});
        for (let at = 0; at < messages; at += burst) {
          const some = ids.slice(at, at + burst);
          const partitioned = (id: string) => ({ topic, partition: Number(id) % 3 });
          await producer.send(some.map((id) => ({ ...partitioned(id), value: Buffer.from(id) })));
          await setTimeout(50);
        }
      },
      done: (found) => found.size === messages,
    });
    expect([...counts.keys()].sort()).toEqual([...ids].sort());
    expect([...counts].filter(([, count]) => count > 1)).toEqual([]);
  });
});
