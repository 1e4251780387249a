import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { sourceSuite } from "../../../../src/conformance/source.ts";
import { replaceEnv } from "../../../../src/env.ts";
import { SparkSession } from "../../../../src/index.ts";
import type { Options } from "../../../../src/plan/relation.ts";
import { openSession, type TestSession } from "../../../connector/session.ts";
import { kafkaUser } from "../../server/kafka/configuration.ts";
import { administer, createTopic, kafkaBroker, type Started } from "../../server/kafka/topic.ts";
import { all, byOptions, numbers, openSource, values, write } from "./subject.ts";

const broker = await kafkaBroker(inject("kafka"));
const { plaintext, saslSsl, certificates } = broker as Started;
const open = (session: TestSession, options: Options) => openSource(session, plaintext, options);

describe.skipIf("missing" in broker)("laws", () => {
  sourceSuite({ test, assert }, async () => {
    const session = await openSession();
    const topic = await createTopic(plaintext, 2);
    let added = 0;
    return {
      engine: session.engine,
      limit: 3,
      open: () =>
        open(session, {
          subscribe: topic,
          startingoffsets: "earliest",
          maxoffsetspertrigger: "3",
        }),
      add() {
        added += 4;
        return write({ servers: plaintext, topic, partitions: 2 }, numbers(4, added));
      },
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  });
});

describe.skipIf("missing" in broker)("a stream", () => {
  test("begins where it is told, and writes that down as Spark does", async () => {
    await using session = await openSession();
    const topic = await createTopic(plaintext, 3);
    await write({ servers: plaintext, topic, partitions: 3 }, numbers(6));
    const initial = join(session.folder, "checkpoint", "sources", "0", "0");
    const begin = JSON.stringify({ [topic]: { 0: -2, 1: 1, 2: -1 } });
    const options = { subscribe: topic, startingoffsets: begin };
    {
      await using source = await open(session, options);
      const end = await source.latestOffset(undefined, all);
      expect(end).toBe(`{"${topic}":{"0":2,"1":2,"2":2}}`);
      expect((await values(session, source, [undefined, end])).sort()).toEqual(["0", "3", "4"]);
      expect(await readFile(initial, "utf8")).toBe(`\0v1\n{"${topic}":{"0":0,"1":1,"2":2}}`);
    }
    // What is written down counts, whatever the options say now.
    await using again = await open(session, { subscribe: topic, startingoffsets: "latest" });
    const end = await again.latestOffset(undefined, all);
    expect((await values(session, again, [undefined, end])).sort()).toEqual(["0", "3", "4"]);
  });

  test("refuses an offset that is none of Kafka's", async () => {
    await using session = await openSession();
    await using source = await open(session, { subscribe: "any" });
    for (const offset of ["5", '{"t":5}']) {
      await expect(source.latestOffset(offset, all)).rejects.toMatchObject({
        code: "INVALID_SOURCE_OFFSET",
      });
    }
  });

  test("takes of each partition in proportion, and reads new partitions from the first record", async () => {
    await using session = await openSession();
    const topic = await createTopic(plaintext, 1);
    await write({ servers: plaintext, topic }, numbers(8));
    await using source = await open(session, {
      ...{ subscribe: topic, startingoffsets: "earliest", maxoffsetspertrigger: "6" },
    });
    const first = await source.latestOffset(undefined, byOptions);
    expect(first).toBe(`{"${topic}":{"0":6}}`);
    await administer(plaintext, (admin) =>
      admin.createPartitions({
        topics: [{ name: topic, count: 2, assignments: [{ brokerIds: [1] }] }],
      }),
    );
    await write({ servers: plaintext, topic, partitions: 2 }, [
      "x0",
      "a",
      "x1",
      "b",
      "x2",
      "c",
      "x3",
      "d",
    ]);
    const second = await source.latestOffset(first, byOptions);
    // Six records are behind in the one, four in the other.
    expect(second).toBe(`{"${topic}":{"0":9,"1":2}}`);
    expect((await values(session, source, [first, second])).sort()).toEqual(
      ["6", "7", "x0", "a", "b"].sort(),
    );
    expect(source.reachable?.()).toBe(`{"${topic}":{"0":12,"1":4}}`);
    expect(await source.metrics?.(second!)).toEqual({
      minOffsetsBehindLatest: "2",
      maxOffsetsBehindLatest: "3",
      avgOffsetsBehindLatest: "2.5",
    });
  });

  test.each(["gzip", "snappy", "lz4", "zstd"] as const)("unpacks %s", async (compression) => {
    await using session = await openSession();
    const topic = await createTopic(plaintext, 1);
    const texts = numbers(500).map((text) => `${text} and what comes with it again and again`);
    await write({ servers: plaintext, topic, compression }, texts);
    await using source = await open(session, { subscribe: topic, startingoffsets: "earliest" });
    const end = await source.latestOffset(undefined, all);
    expect(await values(session, source, [undefined, end])).toEqual(texts);
  });

  test("finds topics that a pattern names later", async () => {
    await using session = await openSession();
    const [one, two] = ["one", "two"].map((name) => `late-${process.pid}-${name}`) as [
      string,
      string,
    ];
    await createTopic(plaintext, 1, { name: one });
    const options = { subscribepattern: `^late-${process.pid}-`, startingoffsets: "latest" };
    await using source = await open(session, options);
    const first = await source.latestOffset(undefined, all);
    expect(first).toBe(`{"${one}":{"0":0}}`);
    await createTopic(plaintext, 1, { name: two });
    await write({ servers: plaintext, topic: two }, numbers(3));
    const second = await source.latestOffset(first, all);
    expect(await values(session, source, [first, second])).toEqual(numbers(3));
  });

  test("until all is read that is available ends where the topic ended when it began", async () => {
    const spark = await SparkSession.builder().create();
    try {
      const topic = await createTopic(plaintext, 2);
      await write({ servers: plaintext, topic, partitions: 2 }, numbers(6));
      const found: string[] = [];
      let batches = 0;
      const query = await spark.readStream
        .format("kafka")
        .options({ "kafka.bootstrap.servers": plaintext, subscribe: topic })
        .options({ startingOffsets: "earliest", maxOffsetsPerTrigger: 2 })
        // Of these too nothing is left for later.
        .option("minOffsetsPerTrigger", 2)
        .load()
        .selectExpr("CAST(value AS STRING) AS value")
        .writeStream.foreachBatch(async (frame) => {
          batches += 1;
          found.push(...(await frame.collect()).map((row) => String(row["value"])));
          await write({ servers: plaintext, topic, partitions: 2 }, numbers(4, 100));
        })
        .trigger({ availableNow: true })
        .start();
      await query.awaitTermination();
      expect(found.sort()).toEqual(numbers(6));
      expect(batches).toBe(3);
    } finally {
      await spark.stop();
    }
  });

  test("waits for enough records, but not for ever", async () => {
    await using session = await openSession();
    const topic = await createTopic(plaintext, 1);
    await write({ servers: plaintext, topic }, numbers(2));
    await using source = await open(session, {
      ...{ subscribe: topic, startingoffsets: "earliest" },
      ...{ minoffsetspertrigger: "5", maxtriggerdelay: "20m" },
    });
    // The first look lets through what there is.
    const first = await source.latestOffset(undefined, byOptions);
    expect(first).toBe(`{"${topic}":{"0":2}}`);
    await write({ servers: plaintext, topic }, numbers(3));
    expect(await source.latestOffset(first, byOptions)).toBe(first);
    await write({ servers: plaintext, topic }, numbers(2));
    const second = await source.latestOffset(first, byOptions);
    expect(second).toBe(`{"${topic}":{"0":7}}`);
    await write({ servers: plaintext, topic }, numbers(1));
    expect(await source.latestOffset(second, byOptions)).toBe(second);
    const restore = replaceEnv({ monotonic: () => performance.now() + 20 * 60_000 });
    try {
      expect(await source.latestOffset(second, byOptions)).toBe(`{"${topic}":{"0":8}}`);
    } finally {
      restore();
    }
  });

  test("reads from a broker that asks for a password over TLS, as Confluent's do", async () => {
    await using session = await openSession();
    const topic = await createTopic(plaintext, 1);
    await write({ servers: plaintext, topic }, numbers(3));
    const { name, password } = kafkaUser;
    await using source = await openSource(session, saslSsl, {
      ...{ subscribe: topic, startingoffsets: "earliest" },
      "kafka.security.protocol": "SASL_SSL",
      "kafka.sasl.mechanism": "PLAIN",
      "kafka.sasl.jaas.config":
        "org.apache.kafka.common.security.plain.PlainLoginModule required " +
        `username="${name}" password="${password}";`,
      "kafka.ssl.truststore.location": certificates.authority,
    });
    const end = await source.latestOffset(undefined, all);
    expect(await values(session, source, [undefined, end])).toEqual(numbers(3));
  });
});
