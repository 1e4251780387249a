import { gunzipSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { encodeBatch, type KafkaMessage, sizeOf } from "../../../src/connector/kafka/record.ts";

const topic = "t";
const messages: readonly KafkaMessage[] = [
  {
    topic,
    key: Buffer.from("k"),
    value: Buffer.from("v"),
    timestamp: 1_700_000_000_000n,
  },
  {
    topic,
    value: Buffer.from("second"),
    headers: [
      ["h", Buffer.of(1, 2)],
      ["n", null],
    ],
    timestamp: 1_700_000_000_500n,
  },
  { topic, key: Buffer.from("gone"), timestamp: 1_699_999_999_000n },
];
const origin = { producerId: 77n, epoch: 3, sequence: 9, transactional: true };

/** The same records as Kafka 4.3 writes them. */
const kafkas =
  "00000000000000000000005cffffffff02c36ddf400010000000020000018bcfe568000000018bcfe569f4" +
  "000000000000004d0003000000090000000310000000026b0276002a00e80702010c7365636f6e640402680401" +
  "02026e011600cf0f0408676f6e650100";

test("a batch is Kafka's to the byte: nulls, headers, times that go back, and who wrote it", () => {
  expect(encodeBatch(messages, 0, { origin, codec: undefined }).toString("hex")).toBe(kafkas);
});

test("a batch of nobody, whose records have the time of sending", () => {
  const nobody = { producerId: -1n, epoch: -1, sequence: -1, transactional: false };
  const one = [{ topic, key: Buffer.from("k"), value: Buffer.from("v") }];
  expect(encodeBatch(one, 5, { origin: nobody, codec: undefined }).toString("hex")).toBe(
    "00000000000000000000003affffffff0223f463e100000000000000000000000000050000000000000005" +
      "ffffffffffffffffffffffffffff0000000110000000026b027600",
  );
});

test("records are compressed behind the header, which says how", () => {
  const codec = { mask: 1, compress: gzipSync };
  const batch = encodeBatch(messages, 0, { origin, codec });
  expect(batch.readInt16BE(21)).toBe(0b1_0001);
  expect(gunzipSync(batch.subarray(61)).toString("hex")).toBe(kafkas.slice(2 * 61));
});

test("no record is larger than it is said to be", () => {
  const large = { topic, key: Buffer.alloc(70_000), value: Buffer.alloc(9_000_000) };
  const far = { topic, value: Buffer.from("x"), timestamp: 2n ** 62n };
  const all = [...messages, large, far];
  const batch = encodeBatch(all, 0, { origin, codec: undefined });
  const most = all.reduce((sum, one) => sum + sizeOf(one), 61);
  expect(batch.length).toBeLessThanOrEqual(most);
  expect(batch.readInt32BE(8)).toBe(batch.length - 12);
  // 2^62 less the first time, in steps of 7 bits.
  const delta = BigInt.asUintN(64, (2n ** 62n - 1_700_000_000_000n) << 1n);
  const steps = Array.from({ length: 10 }, (_, at) => Number((delta >> BigInt(7 * at)) & 127n));
  const bytes = steps.filter((_, at) => delta >> BigInt(7 * at) > 0n);
  const written = Buffer.from(bytes.map((one, at) => one | (at + 1 < bytes.length ? 128 : 0)));
  expect(batch.subarray(-60).includes(written)).toBe(true);
});
