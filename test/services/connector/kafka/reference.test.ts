import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { openKafka } from "../../../../src/connector/kafka/client.ts";
import { kafkaConfig } from "../../../../src/connector/kafka/config.ts";
import { SparkSession } from "../../../../src/index.ts";
import { sorted } from "../../../interop/canonical.ts";
import { sharedPath, sharedReason } from "../../../shared.ts";
import { numbered, offsetLines, Reference } from "../../../stream/reference.ts";
import { createTopic, kafkaBroker, type Started } from "../../server/kafka/topic.ts";

const stream = sharedPath("ref/streams/kafka_to_delta");
if (!stream) console.log(`skipped: ${sharedReason("ref/streams/kafka_to_delta")}`);
const broker = await kafkaBroker(inject("kafka"));

interface Message {
  readonly partition: number;
  readonly key: string;
  readonly value: string;
  readonly timestamp: string;
}

/** Writes the messages as they were: of each partition in order of their offsets. */
async function refill(servers: string, topic: string, lines: readonly string[]): Promise<void> {
  await createTopic(servers, 3, { name: topic });
  await using client = await openKafka(kafkaConfig({ "kafka.bootstrap.servers": servers }));
  await using producer = await client.producer({});
  await producer.send(
    lines.map((line) => {
      const { partition, key, value, timestamp } = JSON.parse(line) as Message;
      return {
        ...{ topic, partition, key: Buffer.from(key), value: Buffer.from(value) },
        timestamp: BigInt(Date.parse(timestamp)),
      };
    }),
  );
}

test.skipIf("missing" in broker || !stream)(
  "a query from Kafka to Delta that Spark stopped goes on here, with Spark's bytes",
  async () => {
    const { plaintext } = broker as Started;
    const lines = (await readFile(join(stream!, "messages.jsonl"), "utf8")).trim().split("\n");
    await refill(plaintext, "refstream", lines);
    const folder = await mkdtemp(join(tmpdir(), "millrace-reference-"));
    const spark = await SparkSession.builder()
      .config("spark.sql.warehouse.dir", join(folder, "warehouse"))
      .create();
    try {
      const copy = await Reference.copy(spark, stream!, join(folder, "copy"));
      const { progressBefore, progressAfter, rowsAtStop, expectedFinalRows } = copy.expected;
      expect(await copy.rows()).toEqual(sorted(rowsAtStop));
      const frame = spark.readStream
        .format("kafka")
        .option("kafka.bootstrap.servers", plaintext)
        .option("subscribe", "refstream")
        .option("startingOffsets", "earliest")
        .option("maxOffsetsPerTrigger", 30)
        .load()
        .selectExpr(
          ...["topic", "partition", "offset"],
          ...["CAST(key AS STRING) AS key", "CAST(value AS STRING) AS value"],
        );
      const run = await copy.continue(frame);
      expect(await copy.rows()).toEqual(sorted(expectedFinalRows));
      expect(run.map(({ numInputRows }) => numInputRows)).toEqual([30, 30]);
      for (const batch of [...progressBefore, ...progressAfter]) {
        const path = join(copy.checkpoint, "offsets", String(batch.batchId));
        const ends = batch.sources.map((source) => JSON.parse(source.endOffset) as unknown);
        expect(await offsetLines(path), `offsets of batch ${batch.batchId}`).toEqual(ends);
      }
      const last = progressAfter.at(-1)!.batchId;
      const text = await readFile(join(copy.checkpoint, "offsets", String(last)), "utf8");
      expect(text.split("\n").at(-1)).toBe('{"refstream":{"0":40,"1":40,"2":40}}');
      expect((await numbered(join(copy.checkpoint, "commits"))).at(-1)).toBe(last);
      expect(await copy.committed()).toBe(last);
    } finally {
      await spark.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
);
