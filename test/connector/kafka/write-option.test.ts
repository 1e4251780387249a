import { expect, test } from "vitest";
import { sinkOptions } from "../../../src/connector/kafka/write-option.ts";

const servers = { "kafka.bootstrap.servers": "a:1" };

test("without options: all replicas, each record once while the writer lives", () => {
  const { topic, producer, transaction } = sinkOptions(servers);
  expect({ topic, transaction }).toEqual({ topic: undefined, transaction: undefined });
  expect(producer).toEqual({
    ...{ compression: "none", acks: -1, idempotent: true, ignoreKeys: false },
    ...{ batchBytes: 524_288, requestBytes: 1_048_576, deliveryMs: 120_000, blockMs: 60_000 },
  });
});

test("properties of Kafka's producer are heard", () => {
  const { topic, producer } = sinkOptions({
    ...{ ...servers, topic: " out ", "kafka.acks": "1", "kafka.compression.type": "LZ4" },
    ...{ "kafka.batch.size": "1000", "kafka.max.request.size": "2000" },
    ...{ "kafka.delivery.timeout.ms": "3000", "kafka.max.block.ms": "4000" },
    ...{ "kafka.partitioner.ignore.keys": "true", "kafka.linger.ms": "5" },
  });
  expect(topic).toBe("out");
  expect(producer).toEqual({
    ...{ compression: "lz4", acks: 1, idempotent: false, ignoreKeys: true },
    ...{ batchBytes: 1000, requestBytes: 2000, deliveryMs: 3000, blockMs: 4000 },
  });
});

test("exactlyOnce writes transactions, whose ids begin as asked", () => {
  const once = { ...servers, exactlyonce: "true" };
  expect(sinkOptions(once).transaction).toEqual({ prefix: "millrace", timeoutMs: 60_000 });
  const asked = { "kafka.transactional.id": "orders", "kafka.transaction.timeout.ms": "5" };
  expect(sinkOptions({ ...once, ...asked }).transaction).toEqual({
    prefix: "orders",
    timeoutMs: 5,
  });
});

test.each([
  [{ "kafka.key.serializer": "x" }, "key.serializer"],
  [{ "kafka.value.serializer": "x" }, "value.serializer"],
  [{ "kafka.partitioner.class": "x" }, "It names a class of Java"],
  [{ "kafka.interceptor.classes": "x" }, "It names a class of Java"],
  [{ "kafka.acks": "2" }, "kafka.acks must be"],
  [{ "kafka.acks": "1", "kafka.enable.idempotence": "true" }, "kafka.acks must be all"],
  [{ "kafka.acks": "1", exactlyonce: "true" }, "kafka.acks must be all"],
  [{ "kafka.enable.idempotence": "false", exactlyonce: "true" }, "exactlyOnce needs"],
  [{ "kafka.enable.idempotence": "perhaps" }, "must be true or false"],
  [{ "kafka.compression.type": "xz" }, "must be one of none, gzip"],
  [{ "kafka.batch.size": "1k" }, "must be a whole number"],
  [{ "kafka.transactional.id": "x" }, "needs the option exactlyOnce"],
  [{ exactlyonce: "maybe" }, "exactlyOnce"],
])("refused: %o", (options, message) => {
  expect(() => sinkOptions({ ...servers, ...(options as Record<string, string>) })).toThrow(
    message,
  );
});

test("servers must be told", () => {
  expect(() => sinkOptions({})).toThrow("kafka.bootstrap.servers");
});
