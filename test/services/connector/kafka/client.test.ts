import { getEventListeners } from "node:events";
import { readFileSync } from "node:fs";
import { describe, expect, inject, test } from "vitest";
import { type KafkaClient, openKafka } from "../../../../src/connector/kafka/client.ts";
import { kafkaConfig } from "../../../../src/connector/kafka/config.ts";
import { earliest, latest } from "../../../../src/connector/kafka/partition.ts";
import { replaceEnv } from "../../../../src/env.ts";
import type { Options } from "../../../../src/plan/relation.ts";
import { storePassword } from "../../server/kafka/certificate.ts";
import { kafkaUser } from "../../server/kafka/configuration.ts";
import { administer, createTopic, kafkaBroker, type Started } from "../../server/kafka/topic.ts";

const broker = await kafkaBroker(inject("kafka"));
const skipped = "missing" in broker;
const { plaintext, saslPlaintext, saslSsl, ssl, certificates } = broker as Started;

const open = (servers: string, options: Options = {}): Promise<KafkaClient> =>
  openKafka(
    kafkaConfig({
      "kafka.bootstrap.servers": servers,
      "kafka.default.api.timeout.ms": "30000",
      ...options,
    }),
  );

describe.skipIf(skipped)("a client", () => {
  test("tells topics and offsets, and makes no topic by asking", async () => {
    const topic = await createTopic(plaintext, 2);
    await using client = await open(plaintext);
    // A broker hears of what it made a moment later.
    await expect.poll(() => client.topics([topic]), { timeout: 30_000 }).toHaveLength(1);
    const [found] = await client.topics([topic, "never-made"]);
    expect(found).toMatchObject({ name: topic, internal: false, partitions: [0, 1] });
    expect(await client.topics(["never-made"])).toEqual([]);
    await using producer = await client.producer({});
    const before = BigInt(Date.now());
    await producer.send([0, 1, 2].map((at) => ({ topic, partition: 1, value: Buffer.of(at) })));
    const ask = (partition: number, at: bigint) => ({ topic, partition, at });
    expect(await client.offsets([ask(1, latest), ask(0, latest)])).toEqual([3n, 0n]);
    expect(await client.offsets([ask(1, earliest)])).toEqual([0n]);
    expect(await client.offsets([ask(1, before)])).toEqual([0n]);
    expect(await client.offsets([ask(1, before + 3_600_000n)])).toEqual([-1n]);
  });

  test("fetches record batches as they are, without a group", async () => {
    const topic = await createTopic(plaintext, 1);
    await using client = await open(plaintext);
    await using producer = await client.producer({ compression: "gzip" });
    await producer.send([{ topic, key: Buffer.from("k"), value: Buffer.from("v") }]);
    const [{ id: topicId } = { id: "" }] = await client.topics([topic]);
    const { answers } = await client.fetch([{ topic, partition: 0, topicId, offset: 0n }]);
    const answer = answers.get(`${topic}-0`);
    expect(answer).toMatchObject({ error: 0, highWatermark: 1n, aborted: [] });
    expect(answer?.records.readInt8(16)).toBe(2);
    const beyond = await client.fetch([{ topic, partition: 0, topicId, offset: 9n }]);
    expect(beyond.answers.get(`${topic}-0`)?.error).toBe(1);
    const groups = await administer(plaintext, (admin) => admin.listGroups());
    expect([...groups.keys()].filter((name) => !/^(once|millrace)-/.test(name))).toEqual([]);
  });

  test("writes more than a request takes, and says of what no broker takes", async () => {
    const topic = await createTopic(plaintext, 1);
    await using client = await open(plaintext);
    await using producer = await client.producer({});
    const value = Buffer.alloc(400_000, "x");
    await producer.send(Array.from({ length: 7 }, () => ({ topic, value })));
    expect(await client.offsets([{ topic, partition: 0, at: latest }])).toEqual([7n]);
    const huge = producer.send([{ topic, value: Buffer.alloc(2_000_000) }]);
    await expect(huge).rejects.toMatchObject({
      code: "KAFKA_RECORD_TOO_LARGE",
      parameters: { topic, size: "2000036", limit: "1048576" },
    });
  });

  test("says of a topic that is gone that it is not there, and not that nobody answers", async () => {
    const topic = await createTopic(plaintext, 1);
    await using client = await open(plaintext, { "kafka.default.api.timeout.ms": "20000" });
    await administer(plaintext, (admin) => admin.deleteTopics({ topics: [topic] }));
    // A clock that goes ten times as fast: it is believed after 5 seconds.
    const restore = replaceEnv({
      monotonic: () => performance.now() * 10,
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms / 10)),
    });
    try {
      // The broker may know it for a moment.
      const gone = async (): Promise<never> => {
        for (const until = Date.now() + 60_000; Date.now() < until; ) {
          await client.offsets([{ topic, partition: 0, at: latest }]);
        }
        throw new Error("it is there still");
      };
      await expect(gone()).rejects.toMatchObject({
        code: "KAFKA_UNKNOWN_TOPIC",
        parameters: { topic },
      });
    } finally {
      restore();
    }
  });

  test("that is closed answers that at once, and leaves nothing on a signal that lives on", async () => {
    const { signal } = new AbortController();
    const config = kafkaConfig({ "kafka.bootstrap.servers": plaintext });
    const client = await openKafka(config, signal);
    expect(await client.topics(["none"])).toEqual([]);
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    await client[Symbol.asyncDispose]();
    expect(getEventListeners(signal, "abort")).toEqual([]);
    const canceled = { code: "OPERATION_CANCELED" };
    await expect(client.topics(["none"])).rejects.toMatchObject(canceled);
    await using late = await openKafka(config, AbortSignal.abort());
    await expect(late.topics(["none"])).rejects.toMatchObject(canceled);
  });

  test("says who did not answer", async () => {
    const open1 = open("127.0.0.1:1", { "kafka.default.api.timeout.ms": "300" });
    await using client = await open1;
    await expect(client.topics(["any"])).rejects.toMatchObject({
      code: "KAFKA_UNAVAILABLE",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });
});

const module = (mechanism: string, password: string): Options => {
  const kind = mechanism === "PLAIN" ? "plain.Plain" : "scram.Scram";
  return {
    "kafka.sasl.mechanism": mechanism,
    "kafka.sasl.jaas.config":
      `org.apache.kafka.common.security.${kind}LoginModule required ` +
      `username="${kafkaUser.name}" password="${password}";`,
  };
};

describe.skipIf(skipped)("credentials", () => {
  const sasl = { "kafka.security.protocol": "SASL_PLAINTEXT" };

  test.each(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])("%s", async (mechanism) => {
    await using client = await open(saslPlaintext, {
      ...sasl,
      ...module(mechanism, kafkaUser.password),
    });
    expect(await client.topics(["none"])).toEqual([]);
    await using stranger = await open(saslPlaintext, { ...sasl, ...module(mechanism, "wrong") });
    const refused = stranger.topics(["none"]);
    await expect(refused).rejects.toMatchObject({ code: "KAFKA_AUTHENTICATION_FAILED" });
    await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining("wrong") });
  });
});

describe.skipIf(skipped)("certificates", () => {
  const secure = {
    "kafka.security.protocol": "SASL_SSL",
    ...module("PLAIN", kafkaUser.password),
  };
  const password = { "kafka.ssl.truststore.password": storePassword };

  test.each([
    ["PEM", "authority", {}],
    ["JKS", "authorityJks", password],
    ["PKCS #12", "authorityP12", password],
  ] as const)("who signed the broker's is read from %s", async (_, name, more) => {
    const at = { "kafka.ssl.truststore.location": certificates[name] };
    await using client = await open(saslSsl, { ...secure, ...at, ...more });
    expect(await client.topics(["none"])).toEqual([]);
  });

  test("one that nobody trusted signed is an error at once, and so is a store that does not open", async () => {
    await using client = await open(saslSsl, {
      ...secure,
      "kafka.ssl.truststore.location": certificates.stranger,
    });
    await expect(client.topics(["none"])).rejects.toMatchObject({
      code: "KAFKA_TLS_FAILED",
      kind: "invalid",
    });
    for (const name of ["authorityJks", "authorityP12"] as const) {
      const locked = open(saslSsl, {
        ...secure,
        "kafka.ssl.truststore.location": certificates[name],
        "kafka.ssl.truststore.password": "wrong",
      });
      await expect(locked).rejects.toMatchObject({ code: "KAFKA_STORE_UNREADABLE" });
    }
  });

  test.each([
    ["PKCS #12", () => keystore(certificates.clientP12)],
    ["JKS", () => keystore(certificates.clientJks)],
    [
      "PEM texts",
      () => ({
        "kafka.ssl.keystore.key": readFileSync(certificates.clientKey, "utf8"),
        "kafka.ssl.keystore.certificate.chain": readFileSync(certificates.client, "utf8"),
      }),
    ],
  ] as const)("the client shows its own from %s", async (_, own) => {
    const trust = { "kafka.ssl.truststore.location": certificates.authority };
    const tls = { "kafka.security.protocol": "SSL", ...trust };
    await using client = await open(ssl, { ...tls, ...own() });
    expect(await client.topics(["none"])).toEqual([]);
    await using nobody = await open(ssl, tls);
    await expect(nobody.topics(["none"])).rejects.toMatchObject({
      code: "KAFKA_TLS_FAILED",
      message: expect.stringMatching(/: \w+ alert (bad certificate|certificate required)\. Check/),
    });
  });

  const keystore = (path: string): Options => ({
    "kafka.ssl.keystore.location": path,
    "kafka.ssl.keystore.password": storePassword,
  });
});
