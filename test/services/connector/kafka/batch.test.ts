import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { openKafka } from "../../../../src/connector/kafka/client.ts";
import { kafkaConfig } from "../../../../src/connector/kafka/config.ts";
import { SparkSession } from "../../../../src/index.ts";
import { administer, createTopic, kafkaBroker, type Started } from "../../server/kafka/topic.ts";
import { numbers, write } from "./subject.ts";

const broker = await kafkaBroker(inject("kafka"));
const { plaintext: servers } = broker as Started;

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

const read = (options: Readonly<Record<string, string>>) =>
  spark.read
    .format("kafka")
    .options({ "kafka.bootstrap.servers": servers, ...options })
    .load();

async function offsetsOf(options: Readonly<Record<string, string>>): Promise<string[]> {
  const rows = await read(options).select("partition", "offset").collect();
  return rows.map((row) => `${row["partition"]}:${row["offset"]}`);
}

describe.skipIf("missing" in broker)("a batch", () => {
  test("has Kafka's columns, headers where they are asked for", async () => {
    const topic = await createTopic(servers, 1);
    await using client = await openKafka(kafkaConfig({ "kafka.bootstrap.servers": servers }));
    await using producer = await client.producer({});
    const header = ["h", Buffer.from("x")] as const;
    await producer.send([
      { topic, key: Buffer.from("k"), value: Buffer.from("v"), headers: [header], timestamp: 5n },
      { topic, timestamp: 1_700_000_000_123n },
    ]);
    const frame = read({ subscribe: topic, includeHeaders: "true" });
    const columns = (await frame.schema()).fields.map(({ name, type }) => `${name} ${type.type}`);
    expect(columns).toEqual([
      ...["key binary", "value binary", "topic string", "partition integer", "offset long"],
      ...["timestamp timestamp", "timestampType integer", "headers array"],
    ]);
    const rows = await frame
      .selectExpr(
        ...["CAST(key AS STRING) k", "CAST(value AS STRING) v", "topic", "partition", "offset"],
        ...["unix_millis(timestamp) t", "timestampType", "headers[0].key h"],
      )
      .collect();
    const place = { topic, partition: 0, timestampType: 0 };
    expect(rows).toEqual([
      { k: "k", v: "v", ...place, offset: 0n, t: 5n, h: "h" },
      { k: null, v: null, ...place, offset: 1n, t: 1_700_000_000_123n, h: null },
    ]);
    const bare = (await read({ subscribe: topic }).schema()).fields.map(({ name }) => name);
    expect(bare).not.toContain("headers");
  });

  test("is a table of the catalog by its options, in batch and as a stream, and is only read", async () => {
    const topic = await createTopic(servers, 1);
    await write({ servers, topic, partitions: 1 }, numbers(3));
    const sql = async (text: string) => (await spark.sql(text)).collect();
    await sql(
      `CREATE TABLE topics USING kafka OPTIONS (kafka.bootstrap.servers '${servers}', subscribe '${topic}')`,
    );
    expect(await sql("SELECT max(offset) AS last FROM topics")).toEqual([{ last: 2n }]);
    await expect(sql("INSERT INTO topics SELECT * FROM topics")).rejects.toMatchObject({
      code: "UNSUPPORTED_FEATURE.TABLE_OPERATION",
    });
    const query = await spark.readStream
      .option("startingOffsets", "earliest")
      .table("topics")
      .writeStream.format("memory")
      .queryName("of_topics")
      .trigger({ availableNow: true })
      .start();
    await query.awaitTermination();
    expect(await spark.table("of_topics").count()).toBe(3);
  });

  test("reads from where to where it is told", async () => {
    const topic = await createTopic(servers, 2);
    await write({ servers, topic, partitions: 2 }, numbers(6));
    expect((await offsetsOf({ subscribe: topic })).sort()).toEqual(
      ["0:0", "0:1", "0:2", "1:0", "1:1", "1:2"].sort(),
    );
    const one = { assign: JSON.stringify({ [topic]: [1] }) };
    expect(await offsetsOf(one)).toEqual(["1:0", "1:1", "1:2"]);
    const range = {
      startingOffsets: JSON.stringify({ [topic]: { 0: 1, 1: -2 } }),
      endingOffsets: JSON.stringify({ [topic]: { 0: -1, 1: 1 } }),
    };
    expect((await offsetsOf({ subscribe: topic, ...range })).sort()).toEqual(["0:1", "0:2", "1:0"]);
    const wrong = { ...range, startingOffsets: JSON.stringify({ [topic]: { 0: 1 } }) };
    await expect(offsetsOf({ subscribe: topic, ...wrong })).rejects.toMatchObject({
      code: "MISMATCHED_TOPIC_PARTITIONS_BETWEEN_START_OFFSET_AND_END_OFFSET",
    });
    const beyond = { startingOffsets: JSON.stringify({ [topic]: { 0: 9, 1: 9 } }) };
    await expect(offsetsOf({ subscribe: topic, ...beyond })).rejects.toMatchObject({
      code: "RESOLVED_START_OFFSET_GREATER_THAN_END_OFFSET",
    });
    const half = { startingOffsets: JSON.stringify({ [topic]: { 0: 0 } }) };
    await expect(offsetsOf({ subscribe: topic, ...half })).rejects.toMatchObject({
      code: "KAFKA_START_OFFSET_DOES_NOT_MATCH_ASSIGNED",
    });
  });

  test("finds offsets by time, and says where there is none", async () => {
    const topic = await createTopic(servers, 1);
    await using client = await openKafka(kafkaConfig({ "kafka.bootstrap.servers": servers }));
    await using producer = await client.producer({});
    const at = (timestamp: bigint) => ({ topic, value: Buffer.from("v"), timestamp });
    const now = BigInt(Date.now());
    await producer.send([1n, 2n, 3n].map((step) => at(now + step * 1_000n)));
    const from = String(now + 2_000n);
    const late = String(now + 9_000n);
    expect(await offsetsOf({ subscribe: topic, startingTimestamp: from })).toEqual(["0:1", "0:2"]);
    expect(await offsetsOf({ subscribe: topic, endingTimestamp: from })).toEqual(["0:0"]);
    expect(await offsetsOf({ subscribe: topic, endingTimestamp: late })).toHaveLength(3);
    const each = (time: string) => JSON.stringify({ [topic]: { 0: Number(time) } });
    const times = { startingOffsetsByTimestamp: each(from) };
    expect(await offsetsOf({ subscribe: topic, ...times })).toEqual(["0:1", "0:2"]);
    const none = { subscribe: topic, startingTimestamp: late };
    await expect(offsetsOf(none)).rejects.toThrow(/No offset matched from request of topic-part/);
    const latest = { startingOffsetsByTimestampStrategy: "latest" };
    expect(await offsetsOf({ ...none, ...latest })).toEqual([]);
    const other = { startingOffsetsByTimestamp: '{"other":{"0":1}}' };
    await expect(offsetsOf({ subscribe: topic, ...other })).rejects.toMatchObject({
      code: "KAFKA_TIMESTAMP_OFFSET_DOES_NOT_MATCH_ASSIGNED",
    });
  });

  test("of a pattern, of nothing, of a topic that is not there; explained without a fetch", async () => {
    const stem = `pattern-${process.pid}`;
    for (const name of ["b", "a"]) {
      await createTopic(servers, 1, { name: `${stem}-${name}` });
      await write({ servers, topic: `${stem}-${name}` }, [name]);
    }
    const frame = read({ subscribePattern: `^${stem}-[ab]$` });
    const rows = await frame.selectExpr("topic", "CAST(value AS STRING) v").collect();
    expect(rows).toEqual(["a", "b"].map((v) => ({ topic: `${stem}-${v}`, v })));
    expect(await frame.count()).toBe(2);
    expect(await read({ subscribePattern: `^${stem}-none$` }).count()).toBe(0);
    const absent = read({ subscribe: "never-was", "fetchOffset.retryIntervalMs": "10" });
    await expect(absent.count()).rejects.toMatchObject({ code: "KAFKA_UNKNOWN_TOPIC" });
    const away = read({ subscribe: "any", "kafka.bootstrap.servers": "127.0.0.1:1" });
    expect(await away.explain()).toBeUndefined();
    const groups = await administer(servers, (admin) => admin.listGroups());
    expect([...groups.keys()].filter((name) => !/^(once|millrace)-/.test(name))).toEqual([]);
  });

  test("larger than the memory it may take lies in a file, and the file goes", async () => {
    const topic = await createTopic(servers, 3);
    const big = "x".repeat(900_000);
    await using client = await openKafka(kafkaConfig({ "kafka.bootstrap.servers": servers }));
    await using producer = await client.producer({});
    const messages = numbers(78).map((text, at) => {
      return { topic, partition: at % 3, value: Buffer.from(big + text.padStart(2)) };
    });
    for (let at = 0; at < messages.length; at += 6) await producer.send(messages.slice(at, at + 6));
    const [row] = await read({ subscribe: topic })
      .selectExpr("count(*) AS n", "sum(length(value)) AS bytes", "max(offset) AS last")
      .collect();
    expect(row).toEqual({ n: 78n, bytes: 78n * 900_002n, last: 25n });
  });
});
