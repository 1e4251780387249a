import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { functions as F, SparkSession, type StreamingQuery } from "../../../../src/index.ts";
import { countOf } from "../../full.ts";
import { administer, createTopic, kafkaBroker, type Started } from "../../server/kafka/topic.ts";
import { numbers, write } from "./subject.ts";

const broker = await kafkaBroker(inject("kafka"));
const { plaintext, saslSsl, certificates, down, up, pause, resume } = broker as Started;

let local: string;
let spark: SparkSession;
beforeAll(async () => {
  local = await mkdtemp(join(tmpdir(), "millrace-kafka-"));
  const warehouse = join(local, "warehouse");
  spark = await SparkSession.builder().config("spark.sql.warehouse.dir", warehouse).create();
});
afterAll(async () => {
  await spark.stop();
  await rm(local, { recursive: true, force: true });
});

const quick = { "fetchOffset.retryIntervalMs": "100", startingOffsets: "earliest" };

function frame(topic: string, options: Readonly<Record<string, string>> = {}) {
  return spark.readStream
    .format("kafka")
    .options({ "kafka.bootstrap.servers": plaintext, subscribe: topic, ...quick, ...options })
    .load();
}

async function start(topic: string, options = {}): Promise<StreamingQuery> {
  return await frame(topic, options)
    .selectExpr("CAST(value AS STRING) AS value")
    .writeStream.option("checkpointLocation", join(local, topic, "checkpoint"))
    .trigger({ processingTime: "50 milliseconds" })
    .start(join(local, topic, "table"));
}

async function rowsOf(topic: string): Promise<string[]> {
  const rows = await spark.read
    .format("delta")
    .load(join(local, topic, "table"))
    .collect();
  return rows.map((row) => String(row["value"])).sort((a, b) => Number(a) - Number(b));
}

/** Waits until the table has so many rows; fails with what ended the query. */
async function arrive(query: StreamingQuery, topic: string, count: number): Promise<void> {
  for (const until = Date.now() + 100_000; Date.now() < until; await setTimeout(50)) {
    if (!query.isActive) throw query.exception ?? new Error("the query ended");
    if ((await rowsOf(topic).catch(() => [])).length >= count) return;
  }
  throw new Error(`${count} rows did not come`);
}

const codeOf = (thrown: unknown): unknown =>
  (thrown as { cause?: { code?: unknown } }).cause?.code ?? (thrown as { code?: unknown }).code;

/** Stops a query while the broker does not answer. */
async function stopAtOnce(query: StreamingQuery): Promise<void> {
  const before = Date.now();
  await query.stop();
  expect(Date.now() - before).toBeLessThan(20_000); // its requests may take 30 seconds
}

describe.skipIf("missing" in broker)("a broker that is away", () => {
  /** Commits of the table that is written to a topic, and rows of each. */
  const [commits, each] = [20, 50];
  const append = async (table: string, from: number, until: number): Promise<void> => {
    for (let at = from; at < until; at++) {
      const part = spark.range(at * each, (at + 1) * each);
      await part.write.format("delta").mode("append").save(table);
    }
  };

  test("streams go on by themselves, have every record once, and can be stopped meanwhile", {
    timeout: 300_000,
  }, async () => {
    const [topic, other, target] = [
      await createTopic(plaintext, 2),
      await createTopic(plaintext, 1),
      await createTopic(plaintext, 2),
    ];
    await write({ servers: plaintext, topic, partitions: 2 }, numbers(20));
    await write({ servers: plaintext, topic: other }, numbers(3));
    const source = join(local, target, "source");
    await append(source, 0, commits / 2);
    const [reading, stopped] = [await start(topic), await start(other)];
    const writing = await spark.readStream
      .format("delta")
      .option("maxFilesPerTrigger", 1)
      .load(source)
      .selectExpr("CAST(id AS STRING) AS value")
      .writeStream.format("kafka")
      .option("kafka.bootstrap.servers", plaintext)
      .option("topic", target)
      .option("exactlyOnce", true)
      .option("checkpointLocation", join(local, target, "checkpoint"))
      .trigger({ processingTime: "1 millisecond" })
      .start();
    await arrive(reading, topic, 20);
    await arrive(stopped, other, 3);
    await expect.poll(() => writing.lastProgress?.batchId, { timeout: 60_000 }).toBeGreaterThan(0);
    await down();
    await append(source, commits / 2, commits);
    await stopAtOnce(stopped);
    await setTimeout(countOf(30_000, 1_000));
    expect([reading.isActive, writing.isActive]).toEqual([true, true]);
    await up();
    await write({ servers: plaintext, topic, partitions: 2 }, numbers(20, 20));
    await arrive(reading, topic, 40);
    await writing.processAllAvailable();
    await Promise.all([reading.stop(), writing.stop()]);
    expect(await rowsOf(topic)).toEqual(numbers(40));
    const committed = spark.read
      .format("kafka")
      .options({ "kafka.bootstrap.servers": plaintext, subscribe: target })
      .option("kafka.isolation.level", "read_committed")
      .load()
      .selectExpr("CAST(CAST(value AS STRING) AS INT) AS id");
    const ids = async () => (await committed.orderBy("id").collect()).map((row) => row["id"]);
    const wanted = Array.from({ length: commits * each }, (_, at) => at);
    await expect.poll(ids, { timeout: 60_000 }).toEqual(wanted);
  });

  test("or hangs, and whose answers come late, is the same", async () => {
    const [topic, other] = [await createTopic(plaintext, 1), await createTopic(plaintext, 1)];
    await write({ servers: plaintext, topic }, numbers(10));
    await write({ servers: plaintext, topic: other }, numbers(3));
    const query = await start(topic, { "kafka.request.timeout.ms": "500" });
    const stopped = await start(other);
    await arrive(query, topic, 10);
    await arrive(stopped, other, 3);
    await pause();
    await stopAtOnce(stopped);
    await setTimeout(countOf(30_000, 1_500)); // several requests run out of time
    await resume();
    await write({ servers: plaintext, topic }, numbers(10, 10));
    await arrive(query, topic, 20);
    await query.stop();
    expect(await rowsOf(topic)).toEqual(numbers(20));
  });
});

describe.skipIf("missing" in broker)("a stream from Kafka to Delta", () => {
  test("reads a partition that was added from its first record", async () => {
    const topic = await createTopic(plaintext, 1);
    await write({ servers: plaintext, topic }, numbers(5));
    const query = await start(topic);
    await arrive(query, topic, 5);
    const assignments = [{ brokerIds: [1] }];
    await administer(plaintext, (admin) =>
      admin.createPartitions({ topics: [{ name: topic, count: 2, assignments }] }),
    );
    await write({ servers: plaintext, topic, partitions: 2 }, numbers(10, 5));
    await arrive(query, topic, 15);
    await query.stop();
    expect(await rowsOf(topic)).toEqual(numbers(15));
  });

  test("whose topic was made again ends with the reason, or goes on with the new one", async () => {
    const topic = await createTopic(plaintext, 1);
    await write({ servers: plaintext, topic }, numbers(5));
    const strict = await start(topic);
    await arrive(strict, topic, 5);
    await administer(plaintext, (admin) => admin.deleteTopics({ topics: [topic] }));
    await createTopic(plaintext, 1, { name: topic });
    const failed = await strict.awaitTermination().catch((thrown: unknown) => thrown);
    expect(codeOf(failed)).toMatch(/^KAFKA_DATA_LOSS\.(TOPIC_RECREATED|PARTITIONS_DELETED)$/);
    const other = await createTopic(plaintext, 1);
    await write({ servers: plaintext, topic: other }, numbers(5));
    const query = await start(other, { failOnDataLoss: "false" });
    await arrive(query, other, 5);
    await administer(plaintext, (admin) => admin.deleteTopics({ topics: [other] }));
    await createTopic(plaintext, 1, { name: other });
    await write({ servers: plaintext, topic: other }, numbers(8, 5));
    await arrive(query, other, 13);
    await query.stop();
    expect(await rowsOf(other)).toEqual(numbers(13));
  });
});

describe.skipIf("missing" in broker)("a poisoned record", () => {
  test("is null where a function is lenient, and ends the query where it is not", async () => {
    const topic = await createTopic(plaintext, 1);
    await write({ servers: plaintext, topic }, ["1", "no number", "3"]);
    const run = async (name: string, expression: string) => {
      const query = await frame(topic)
        .select(F.expr(`${expression} AS a`))
        .writeStream.format("memory")
        .queryName(name)
        .trigger({ availableNow: true })
        .start();
      await query.awaitTermination();
      return (await spark.sql(`SELECT a FROM ${name}`)).collect();
    };
    const text = "CAST(value AS STRING)";
    const lenient = await run("lenient", `from_json('{"a":' || ${text} || '}', 'a INT').a`);
    expect(lenient.map((row) => row["a"])).toEqual([1, null, 3]);
    const failed = await run("strict", `CAST(${text} AS INT)`).catch((thrown: unknown) => thrown);
    expect(codeOf(failed)).toBe("CAST_INVALID_INPUT");
  });
});

describe.skipIf("missing" in broker)("an untrusted certificate", () => {
  test("ends the query with its name, and not after a minute", async () => {
    const before = Date.now();
    const query = await frame("any", {
      "kafka.bootstrap.servers": saslSsl,
      "kafka.security.protocol": "SSL",
      "kafka.ssl.truststore.location": certificates.stranger,
    })
      .writeStream.format("noop")
      .option("checkpointLocation", join(local, "untrusted"))
      .start();
    const failed = await query.awaitTermination().catch((thrown: unknown) => thrown);
    expect(codeOf(failed)).toBe("KAFKA_TLS_FAILED");
    expect(Date.now() - before).toBeLessThan(30_000);
  });
});
