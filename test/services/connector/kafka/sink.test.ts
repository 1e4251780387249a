import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { cast, columnsOf, newColumn, reference } from "../../../../src/analysis/expression.ts";
import { outputOf, type TypedRelation } from "../../../../src/analysis/typed.ts";
import { sinkSuite } from "../../../../src/conformance/sink.ts";
import { openKafka } from "../../../../src/connector/kafka/client.ts";
import { kafkaConfig } from "../../../../src/connector/kafka/config.ts";
import { connector } from "../../../../src/connector/kafka/connector.ts";
import { latest } from "../../../../src/connector/kafka/partition.ts";
import { SparkSession } from "../../../../src/index.ts";
import type { Options } from "../../../../src/plan/relation.ts";
import {
  array,
  binary,
  field,
  integer,
  type StructType,
  string,
  struct,
  timestamp,
} from "../../../../src/schema/type.ts";
import { type Row, Timestamp, type Value } from "../../../../src/schema/value.ts";
import type { Sink, SinkBatch } from "../../../../src/stream/sink.ts";
import { openSession, query, type TestSession } from "../../../connector/session.ts";
import { administer, createTopic, kafkaBroker, type Started } from "../../server/kafka/topic.ts";

const broker = await kafkaBroker(inject("kafka"));
const { plaintext, pause, resume } = broker as Started;

let session: TestSession;
let spark: SparkSession;
beforeAll(async () => {
  session = await openSession();
  spark = await SparkSession.builder().create();
});
afterAll(async () => {
  await session[Symbol.asyncDispose]();
  await spark.stop();
});

function sinkOf(schema: StructType, options: Options): Promise<Sink> {
  const given = Object.entries(options).map(([key, value]) => [key.toLowerCase(), value]);
  const request = { format: "kafka", outputMode: "append", partitionBy: [], schema } as const;
  const all = { "kafka.bootstrap.servers": plaintext, ...Object.fromEntries(given) } as Options;
  return connector.sink!({ ...request, options: all, context: session.context });
}

const plain = struct([field("key", string), field("value", string)]);
type Rows = readonly (readonly Value[])[];

function batchOf(rows: Rows, { batchId = 0, schema = plain, queryId = "q" } = {}): SinkBatch {
  const input = { kind: "rows", schema, rows } as const;
  const relation: TypedRelation = { kind: "input", input, output: columnsOf(schema) };
  return { batchId, queryId, outputMode: "append", relation, context: query };
}

/** A commit is durable at once, and seen when the partitions have heard of it. */
async function settle(topic: string): Promise<void> {
  const options = { "kafka.bootstrap.servers": plaintext };
  await using all = await openKafka(kafkaConfig(options));
  const committed = { ...options, "kafka.isolation.level": "read_committed" };
  await using stable = await openKafka(kafkaConfig(committed));
  const [found] = await all.topics([topic]);
  const ends = found!.partitions.map((partition) => ({ topic, partition, at: latest }));
  const settled = async (): Promise<boolean> =>
    String(await all.offsets(ends)) === String(await stable.offsets(ends));
  await expect.poll(settled, { interval: 5, timeout: 30_000 }).toBe(true);
}

/** What a topic has, by partition and offset; with transactions what is committed. */
async function recordsOf(topic: string, level = "read_committed"): Promise<readonly Row[]> {
  await settle(topic);
  const frame = spark.read
    .format("kafka")
    .options({ "kafka.bootstrap.servers": plaintext, subscribe: topic, includeHeaders: true })
    .option("kafka.isolation.level", level)
    .load()
    .selectExpr(
      ...["CAST(key AS STRING) AS key", "CAST(value AS STRING) AS value", "headers"],
      ...["partition", "offset", "unix_millis(timestamp) AS ms"],
    );
  return await frame.orderBy("partition", "offset").collect();
}

async function valuesOf(topic: string, level?: string): Promise<readonly unknown[]> {
  return (await recordsOf(topic, level)).map((row) => row["value"]);
}

/** The suite's rows as records: the id is the key, the name the value. */
function named(relation: TypedRelation): TypedRelation {
  const [id, name] = outputOf(relation);
  const columns = [
    { column: newColumn("key", string), expression: cast(reference(id!), string) },
    { column: newColumn("value", string), expression: reference(name!) },
  ];
  return { kind: "project", input: relation, columns };
}

const large = Array.from({ length: 5_000 }, (_, at) => [`${at}`, `v${at}`]);

describe.skipIf("missing" in broker)("the sink of Kafka", () => {
  describe.each(["false", "true"])("exactlyOnce %s", (exactlyOnce) => {
    sinkSuite({ test, assert }, async () => {
      const topic = await createTopic(plaintext, 3);
      return {
        engine: session.engine,
        async open() {
          const id = { "kafka.transactional.id": `once-${topic}` };
          const once = exactlyOnce === "true" ? id : {};
          const sink = await sinkOf(plain, { topic, exactlyOnce, ...once });
          // A topic keeps what a batch in complete mode would replace.
          const outputModes = ["append", "update"] as const;
          const addBatch: Sink["addBatch"] = (batch) =>
            sink.addBatch({ ...batch, relation: named(batch.relation) });
          return { ...sink, outputModes, addBatch };
        },
        async rows() {
          const rows = await recordsOf(topic);
          return rows.map((row) => [BigInt(String(row["key"])), String(row["value"])] as const);
        },
        async [Symbol.asyncDispose]() {},
      };
    });
  });

  test("columns say topic, partition, headers and time; nulls stay null", async () => {
    const [a, b] = [await createTopic(plaintext, 7), await createTopic(plaintext, 2)];
    const headers = array(struct([field("key", string), field("value", binary)]));
    const schema = struct([
      ...[field("topic", string), field("key", binary), field("value", string)],
      ...[field("headers", headers), field("partition", integer), field("timestamp", timestamp)],
    ]);
    const time = new Timestamp(1_700_000_000_123_456n);
    const pairs = [
      { key: "h", value: Uint8Array.of(49) },
      { key: "h", value: null },
    ];
    await using sink = await sinkOf(schema, {});
    const rows = [
      [a, Buffer.from("foobar"), "by key", null, null, time],
      [a, Buffer.from("abc"), null, pairs, null, null],
      [b, Buffer.from("abc"), "by number", null, 1, null],
      [b, null, "anywhere", [], null, null],
    ];
    expect(await sink.addBatch(batchOf(rows, { schema }))).toEqual({ rows: 4 });
    expect(await recordsOf(a)).toMatchObject([
      { key: "foobar", value: "by key", headers: null, partition: 0, ms: 1_700_000_000_123n },
      { key: "abc", value: null, headers: pairs, partition: 4 },
    ]);
    const others = await recordsOf(b);
    expect(others).toContainEqual(expect.objectContaining({ value: "by number", partition: 1 }));
    expect(others.map((row) => row["value"]).sort()).toEqual(["anywhere", "by number"]);
  });

  test.each(["gzip", "snappy", "lz4", "zstd"])(
    "records compressed by %s are read back",
    async (codec) => {
      const topic = await createTopic(plaintext, 2);
      await using sink = await sinkOf(plain, { topic, "kafka.compression.type": codec });
      expect(await sink.addBatch(batchOf(large))).toEqual({ rows: large.length });
      const values = await valuesOf(topic);
      expect(new Set(values)).toEqual(new Set(large.map(([, value]) => value)));
      expect(values.length).toBe(large.length);
    },
  );

  test("batches that the topic finds too large are halved; a record that is, is named", async () => {
    const configs = { "max.message.bytes": "1000" };
    const topic = await createTopic(plaintext, 1, { configs });
    await using sink = await sinkOf(plain, { topic });
    await sink.addBatch(batchOf(large.slice(0, 500)));
    expect(await valuesOf(topic)).toEqual(large.slice(0, 500).map(([, value]) => value));
    const code = "KAFKA_RECORD_TOO_LARGE";
    const over = (size: number) => sink.addBatch(batchOf([["k", "x".repeat(size)]]));
    await expect(over(2_000)).rejects.toMatchObject({ code });
    await expect(over(2_000_000)).rejects.toThrow("larger than 1048576 allows");
  });

  test("a topic and a partition that there are not are named", async () => {
    const quick = { "kafka.max.block.ms": "200" };
    await using sink = await sinkOf(plain, { topic: "never-made", ...quick });
    await expect(sink.addBatch(batchOf([["a", "b"]]))).rejects.toMatchObject({
      code: "KAFKA_UNKNOWN_TOPIC",
    });
    const topic = await createTopic(plaintext, 2);
    const schema = struct([...plain.fields, field("partition", integer)]);
    await using other = await sinkOf(schema, { topic, ...quick });
    await expect(other.addBatch(batchOf([["a", "b", 2]], { schema }))).rejects.toMatchObject({
      code: "KAFKA_UNKNOWN_PARTITION",
    });
  });

  test("a batch that fails in its middle leaves nothing, and one group has the marks", async () => {
    const topic = await createTopic(plaintext, 2);
    const schema = struct([...plain.fields, field("topic", string)]);
    const rows = large.map((row) => [...row, topic]);
    const options = { exactlyOnce: "true", "kafka.transactional.id": `once-${topic}` };
    await using sink = await sinkOf(schema, options);
    const failing = batchOf([...rows, ...rows, ...rows, ["k", "v", null]], { schema });
    await expect(sink.addBatch(failing)).rejects.toMatchObject({ code: "KAFKA_INVALID_RECORD" });
    expect((await valuesOf(topic, "read_uncommitted")).length).toBeGreaterThan(0);
    expect(await valuesOf(topic)).toEqual([]);
    await sink.addBatch(batchOf(rows, { schema }));
    expect((await valuesOf(topic)).length).toBe(rows.length);
    const groups = await administer(plaintext, (admin) => admin.listGroups());
    expect([...groups.keys()].filter((name) => name.includes(topic))).toEqual([`once-${topic}-q`]);
  });

  test("a batch that is aborted says so, and leaves no transaction to wait behind", async () => {
    const topic = await createTopic(plaintext, 1);
    const schema = struct([...plain.fields, field("topic", string)]);
    const options = { exactlyOnce: "true", "kafka.transactional.id": `once-${topic}` };
    await using sink = await sinkOf(schema, options);
    const abort = new AbortController();
    // The first rows are sent; the last waits for its topic, for a minute.
    const rows = [...large.map((row) => [...row, topic]), ["k", "v", "never-made"]];
    const context = { ...query, signal: abort.signal };
    const adding = sink.addBatch({ ...batchOf(rows, { schema }), context });
    adding.catch(() => undefined);
    await using client = await openKafka(kafkaConfig({ "kafka.bootstrap.servers": plaintext }));
    const end = () => client.offsets([{ topic, partition: 0, at: latest }]);
    await expect.poll(end, { timeout: 30_000 }).not.toEqual([0n]);
    abort.abort();
    await expect(adding).rejects.toMatchObject({ code: "OPERATION_CANCELED" });
    // Sooner than brokers end what nobody ended.
    expect(await valuesOf(topic)).toEqual([]);
  });

  test("a batch that is aborted while the broker hangs says so too", async () => {
    const topic = await createTopic(plaintext, 1);
    await using sink = await sinkOf(plain, { topic });
    const abort = new AbortController();
    const context = { ...query, signal: abort.signal };
    await sink.addBatch({ ...batchOf([["a", "0"]]), context });
    await pause();
    try {
      const adding = sink.addBatch({ ...batchOf([["a", "1"]], { batchId: 1 }), context });
      adding.catch(() => undefined);
      await setTimeout(100);
      abort.abort();
      await expect(adding).rejects.toMatchObject({ code: "OPERATION_CANCELED" });
    } finally {
      await resume();
    }
  });

  test.each(["false", "true"])(
    "goes on with a topic that is made again, exactlyOnce %s",
    async (exactlyOnce) => {
      const topic = await createTopic(plaintext, 1);
      await using sink = await sinkOf(plain, { topic, exactlyOnce });
      const queryId = `again-${topic}`;
      await sink.addBatch(batchOf(large, { queryId }));
      await administer(plaintext, (admin) => admin.deleteTopics({ topics: [topic] }));
      await createTopic(plaintext, 1, { name: topic });
      await sink.addBatch(batchOf([["a", "1"]], { batchId: 1, queryId }));
      await sink.addBatch(batchOf([["a", "2"]], { batchId: 2, queryId }));
      expect(await valuesOf(topic)).toEqual(["1", "2"]);
    },
  );

  test("a run that was taken over cannot go on", async () => {
    const topic = await createTopic(plaintext, 1);
    const options = { topic, exactlyOnce: "true", "kafka.transactional.id": `once-${topic}` };
    await using old = await sinkOf(plain, options);
    await using young = await sinkOf(plain, options);
    await old.addBatch(batchOf([["a", "0"]]));
    await young.addBatch(batchOf([["a", "1"]], { batchId: 1 }));
    await expect(old.addBatch(batchOf([["a", "2"]], { batchId: 2 }))).rejects.toMatchObject({
      code: "KAFKA_PRODUCER_FENCED",
    });
    await young.addBatch(batchOf([["a", "2"]], { batchId: 2 }));
    expect(await valuesOf(topic)).toEqual(["0", "1", "2"]);
  });

  test("a frame is written in batch, in one transaction if asked", async () => {
    const topic = await createTopic(plaintext, 2);
    const frame = spark.range(0, 3_000).selectExpr("CAST(id AS STRING) AS value");
    const write = (source: typeof frame, options = {}) =>
      source.write
        .format("kafka")
        .options({ "kafka.bootstrap.servers": plaintext, topic, ...options });
    await write(frame).save();
    await write(frame).mode("append").save();
    expect((await valuesOf(topic)).length).toBe(6_000);
    const bad = frame.selectExpr("value", "IF(value = '2999', -1, 0) AS partition");
    await expect(write(bad, { exactlyOnce: true }).save()).rejects.toMatchObject({
      code: "KAFKA_INVALID_RECORD",
    });
    expect((await valuesOf(topic)).length).toBe(6_000);
    await write(frame, { exactlyOnce: true }).save();
    expect((await valuesOf(topic)).length).toBe(9_000);
    for (const mode of ["overwrite", "ignore"] as const) {
      await expect(write(frame).mode(mode).save()).rejects.toMatchObject({
        code: "KAFKA_SAVE_MODE_NOT_ALLOWED",
      });
    }
  });
});
