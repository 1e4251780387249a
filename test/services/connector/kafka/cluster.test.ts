import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { openKafka } from "../../../../src/connector/kafka/client.ts";
import { kafkaConfig } from "../../../../src/connector/kafka/config.ts";
import { type DataFrame, SparkSession } from "../../../../src/index.ts";
import { countOf } from "../../full.ts";
import { kafkaUser } from "../../server/kafka/configuration.ts";
import {
  createTopic,
  kafkaCluster,
  leadersOf,
  type StartedCluster,
} from "../../server/kafka/topic.ts";
import { numbers } from "./subject.ts";

const cluster = await kafkaCluster(inject("kafkaCluster"));
const { plaintext, saslSsl, certificates, kill } = cluster as StartedCluster;
const secure = {
  "kafka.bootstrap.servers": saslSsl,
  "kafka.security.protocol": "SASL_SSL",
  "kafka.sasl.mechanism": "SCRAM-SHA-512",
  "kafka.sasl.jaas.config":
    "org.apache.kafka.common.security.scram.ScramLoginModule required " +
    `username="${kafkaUser.name}" password="${kafkaUser.password}";`,
  "kafka.ssl.truststore.location": certificates?.authority ?? "",
};
const records = countOf(20_000, 3_000);
/** Records that are sent at a time. */
const burst = 30;

describe.skipIf("missing" in cluster)("three brokers that ask for a password over TLS", () => {
  let local: string;
  let spark: SparkSession;
  beforeAll(async () => {
    local = await mkdtemp(join(tmpdir(), "millrace-kafka-"));
    spark = await SparkSession.builder().create();
  });
  afterAll(async () => {
    await spark.stop();
    await rm(local, { recursive: true, force: true });
    // No other test asks for them.
    await Promise.all([1, 2, 3].map(kill));
  });

  const topicOf = (servers: string) => createTopic(servers, 3, { replicas: 3 });
  const idsOf = async (frame: DataFrame): Promise<unknown[]> => {
    const ids = frame.selectExpr("CAST(CAST(value AS STRING) AS INT) AS id").orderBy("id");
    return (await ids.collect()).map((row) => String(row["id"]));
  };

  test("one is killed that leads partitions and transactions: streams go on, all is there once", {
    timeout: 300_000,
  }, async () => {
    const [topic, target] = [await topicOf(plaintext), await topicOf(plaintext)];
    const lines = spark.readStream
      .format("kafka")
      .options({ ...secure, subscribe: topic, startingOffsets: "earliest" })
      .load();
    const copying = await lines
      .select("value")
      .writeStream.format("kafka")
      .options({ ...secure, topic: target, exactlyOnce: "true" })
      .option("checkpointLocation", join(local, "copy"))
      .start();
    const reading = await lines.writeStream
      .option("checkpointLocation", join(local, "read"))
      .start(join(local, "table"));
    await using client = await openKafka(kafkaConfig(secure));
    await using producer = await client.producer({});
    let sent = 0;
    const send = async (until: number): Promise<void> => {
      for (; sent < until; sent += burst) {
        const ids = numbers(burst, sent);
        await producer.send(
          ids.map((id, at) => ({ topic, partition: at % 3, value: Buffer.from(id) })),
        );
        await setTimeout(5);
      }
    };
    await send(records / 3);
    await expect
      .poll(() => copying.lastProgress?.batchId, { timeout: 60_000 })
      .toBeGreaterThanOrEqual(1);
    const [victim] = await leadersOf(plaintext, "__transaction_state");
    expect(await leadersOf(plaintext, topic)).toContain(victim);
    expect(await leadersOf(plaintext, target)).toContain(victim);
    const sending = send(records);
    await kill(victim!);
    await sending;
    await expect
      .poll(() => leadersOf(plaintext, target), { timeout: 30_000 })
      .not.toContain(victim);
    await Promise.all([copying.processAllAvailable(), reading.processAllAvailable()]);
    await Promise.all([copying.stop(), reading.stop()]);
    const wanted = numbers(records);
    expect(await idsOf(spark.read.format("delta").load(join(local, "table")))).toEqual(wanted);
    const committed = spark.read
      .format("kafka")
      .options({ ...secure, subscribe: target, "kafka.isolation.level": "read_committed" })
      .load();
    await expect.poll(() => idsOf(committed), { timeout: 60_000 }).toEqual(wanted);
  });
});
