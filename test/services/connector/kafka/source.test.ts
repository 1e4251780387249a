import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { sourceSuite } from "../../../../src/conformance/source.ts";
import { openKafka } from "../../../../src/connector/kafka/client.ts";
import { kafkaConfig } from "../../../../src/connector/kafka/config.ts";
import { connector } from "../../../../src/connector/kafka/connector.ts";
import type { Options } from "../../../../src/plan/relation.ts";
import type { Source } from "../../../../src/stream/source.ts";
import { openSession, type TestSession } from "../../../connector/session.ts";
import { administer, createTopic, kafkaBroker, type Started } from "../../server/kafka/topic.ts";

const broker = await kafkaBroker(inject("kafka"));
const { plaintext } = broker as Started;
const byOptions = { kind: "options" } as const;
const all = { kind: "all" } as const;

async function open(session: TestSession, options: Options): Promise<Source> {
  const dataset = await connector.streamReader!({
    ...{ format: "kafka", paths: [], context: session.context },
    options: { "kafka.bootstrap.servers": plaintext, ...options },
  });
  const checkpoint = await session.locate("checkpoint", "sources", "0");
  return dataset.open({ checkpoint, queryId: "q" });
}

/** Writes texts; the n-th goes to partition n modulo `partitions`. */
async function write(topic: string, texts: readonly string[], partitions = 1): Promise<void> {
  await using client = await openKafka(kafkaConfig({ "kafka.bootstrap.servers": plaintext }));
  await using producer = await client.producer({});
  await producer.send(
    texts.map((text, at) => ({ topic, partition: at % partitions, value: Buffer.from(text) })),
  );
}

async function values(
  session: TestSession,
  source: Source,
  range: readonly (string | undefined)[],
) {
  const { input } = await source.input(range[0], range[1]!);
  const rows = await session.rows(input);
  return rows.map((row) => Buffer.from(row["value"] as Uint8Array).toString());
}

const numbers = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, at) => String(from + at));

describe.skipIf("missing" in broker)("laws", () => {
  sourceSuite({ test, assert }, async () => {
    const session = await openSession();
    const topic = await createTopic(plaintext, 2);
    let added = 0;
    return {
      engine: session.engine,
      open: () =>
        open(session, {
          subscribe: topic,
          startingoffsets: "earliest",
          maxoffsetspertrigger: "3",
        }),
      add() {
        added += 4;
        return write(topic, numbers(4, added), 2);
      },
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  });
});

describe.skipIf("missing" in broker)("a stream", () => {
  test("begins where it is told, and writes that down as Spark does", async () => {
    await using session = await openSession();
    const topic = await createTopic(plaintext, 3);
    await write(topic, numbers(6), 3);
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

  test("takes of each partition in proportion, and reads new partitions from the first record", async () => {
    await using session = await openSession();
    const topic = await createTopic(plaintext, 1);
    await write(topic, numbers(8));
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
    await write(topic, ["x0", "a", "x1", "b", "x2", "c", "x3", "d"], 2);
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
});
