import { open } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import type { Options } from "../../../../src/plan/relation.ts";
import { importPeer } from "../../../../src/storage/peer.ts";
import { openSession, type TestSession } from "../../../connector/session.ts";
import { administer, createTopic, kafkaBroker, type Started } from "../../server/kafka/topic.ts";
import { all, numbers, openSource, values, write } from "./subject.ts";

const broker = await kafkaBroker(inject("kafka"));
const { plaintext, data } = broker as Started;
const quick = { "fetchoffset.retryintervalms": "100", startingoffsets: "earliest" };
const openIt = (session: TestSession, options: Options) =>
  openSource(session, plaintext, { ...quick, ...options });
const lenient = { failondataloss: "false" };

describe.skipIf("missing" in broker)("records that are gone", () => {
  test("fail the range they were in, or are left out of it", async () => {
    const topic = await createTopic(plaintext, 1);
    await write({ servers: plaintext, topic }, numbers(10));
    await using session = await openSession();
    await using strict = await openIt(session, { subscribe: topic });
    const end = await strict.latestOffset(undefined, all);
    const gone = { name: topic, partitions: [{ partition: 0, offset: 6n }] };
    await administer(plaintext, (admin) => admin.deleteRecords({ topics: [gone] }));
    await expect(values(session, strict, [undefined, end])).rejects.toMatchObject({
      code: "KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE",
      parameters: { startOffset: "0", endOffset: "10", topicPartition: `${topic}-0` },
    });
    await using source = await openIt(session, { subscribe: topic, ...lenient });
    expect(await values(session, source, [undefined, end])).toEqual(["6", "7", "8", "9"]);
    const before = `{"${topic}":{"0":4}}`;
    expect(await values(session, source, [undefined, before])).toEqual([]);
  });

  test("because their topic was deleted and made again", async () => {
    const topic = await createTopic(plaintext, 1);
    await write({ servers: plaintext, topic }, numbers(5));
    await using session = await openSession();
    await using strict = await openIt(session, { subscribe: topic });
    await using source = await openIt(session, { subscribe: topic, ...lenient });
    const first = await strict.latestOffset(undefined, all);
    expect(await source.latestOffset(undefined, all)).toBe(first);
    await administer(plaintext, (admin) => admin.deleteTopics({ topics: [topic] }));
    // The broker may know it for a moment.
    const lost = async (): Promise<never> => {
      for (const until = Date.now() + 60_000; Date.now() < until; ) {
        await strict.latestOffset(first, all);
      }
      throw new Error("it is there still");
    };
    await expect(lost()).rejects.toMatchObject({ code: "KAFKA_DATA_LOSS.PARTITIONS_DELETED" });
    await createTopic(plaintext, 1, { name: topic });
    await write({ servers: plaintext, topic }, numbers(8, 100));
    await expect(strict.latestOffset(first, all)).rejects.toMatchObject({
      code: "KAFKA_DATA_LOSS.TOPIC_RECREATED",
    });
    // One batch lets go of the old offsets, the next begins with the first record of the new topic.
    const second = await source.latestOffset(first, all);
    expect(second).toBe("{}");
    expect((await source.input(first, second!)).rows).toBe(0);
    const third = await source.latestOffset(second, all);
    expect(await values(session, source, [second, third])).toEqual(numbers(8, 100));
  });

  test("and offsets that fell behind are told of by a query that did not see it happen", async () => {
    const topic = await createTopic(plaintext, 1);
    await write({ servers: plaintext, topic }, numbers(3));
    await using session = await openSession();
    const before = `{"${topic}":{"0":9}}`;
    await using strict = await openIt(session, { subscribe: topic });
    const now = await strict.latestOffset(before, all);
    expect(now).toBe(`{"${topic}":{"0":3}}`);
    await expect(strict.input(before, now!)).rejects.toMatchObject({
      code: "KAFKA_DATA_LOSS.PARTITION_OFFSET_CHANGED",
    });
    await using source = await openIt(session, { subscribe: topic, ...lenient });
    expect((await source.input(before, now!)).rows).toBe(0);
  });

  test("a topic that never was is named", async () => {
    await using session = await openSession();
    await using source = await openIt(session, { subscribe: "never-was" });
    await expect(source.latestOffset(undefined, all)).rejects.toMatchObject({
      code: "KAFKA_UNKNOWN_TOPIC",
      parameters: { topic: "never-was", option: "subscribe" },
    });
  });
});

describe.skipIf("missing" in broker)("records that do not count", () => {
  test("of transactions: those aborted are left out only where that is asked for", async () => {
    const topic = await createTopic(plaintext, 1);
    await transact(topic);
    await using session = await openSession();
    await using every = await openIt(session, { subscribe: topic });
    const end = await every.latestOffset(undefined, all);
    expect(await values(session, every, [undefined, end])).toEqual(["a0", "a1", "c0", "c1"]);
    const level = { "kafka.isolation.level": "read_committed" };
    await using committed = await openIt(session, { subscribe: topic, ...level });
    expect(await values(session, committed, [undefined, end])).toEqual(["c0", "c1"]);
  });

  test("that compaction took: gaps are no loss", async () => {
    const configs = {
      ...{ "cleanup.policy": "compact", "segment.bytes": "1048576", "segment.ms": "300" },
      ...{ "min.cleanable.dirty.ratio": "0.001", "delete.retention.ms": "0" },
    };
    const topic = await createTopic(plaintext, 1, { configs });
    for (let round = 0; round < 3; round++) {
      await write({ servers: plaintext, topic }, numbers(4, round * 10));
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
    await using session = await openSession();
    await using source = await openIt(session, { subscribe: topic });
    const end = await source.latestOffset(undefined, all);
    let found: string[] = [];
    for (const until = Date.now() + 60_000; Date.now() < until; ) {
      found = await values(session, source, [undefined, end]);
      if (found.length < 12) break;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(found.length).toBeLessThan(12);
    expect(found.slice(-4)).toEqual(numbers(4, 20));
  });
});

describe.skipIf("missing" in broker)("a poisoned batch", () => {
  test("whose bytes differ from their checksum fails the query, unless nobody looks", async () => {
    const topic = await createTopic(plaintext, 1);
    await write({ servers: plaintext, topic }, ["good"]);
    await write({ servers: plaintext, topic }, ["bad"]);
    await using file = await open(join(data, `${topic}-0`, "00000000000000000000.log"), "r+");
    const { size } = await file.stat();
    await file.write(Buffer.from("f"), 0, 1, size - 2); // the last letter of the last value
    await using session = await openSession();
    await using source = await openIt(session, { subscribe: topic });
    const end = await source.latestOffset(undefined, all);
    await expect(values(session, source, [undefined, end])).rejects.toMatchObject({
      code: "KAFKA_CORRUPT_RECORD_BATCH",
      parameters: { offset: "1", topicPartition: `${topic}-0` },
    });
    const heedless = { subscribe: topic, "kafka.check.crcs": "false" };
    await using other = await openIt(session, heedless);
    expect(await values(session, other, [undefined, end])).toEqual(["good", "baf"]);
  });
});

/** Two transactions by kafkajs, whose transactions work: one that is aborted, one committed. */
async function transact(topic: string): Promise<void> {
  interface Transaction {
    send(record: object): Promise<unknown>;
    abort(): Promise<void>;
    commit(): Promise<void>;
  }
  interface Producer {
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    transaction(): Promise<Transaction>;
  }
  interface Module {
    readonly Kafka: new (options: object) => { producer(options: object): Producer };
    readonly logLevel: { readonly NOTHING: number };
  }
  const { Kafka, logLevel } = await importPeer<Module>("kafkajs", "these tests");
  const kafka = new Kafka({ clientId: "t", brokers: [plaintext], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({
    ...{ transactionalId: `id-${topic}`, maxInFlightRequests: 1, idempotent: true },
  });
  await producer.connect();
  for (const end of ["abort", "commit"] as const) {
    const transaction = await producer.transaction();
    const messages = [0, 1].map((at) => ({ value: `${end[0]}${at}` }));
    await transaction.send({ topic, messages });
    await transaction[end]();
  }
  await producer.disconnect();
}
