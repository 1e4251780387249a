import { expect, test } from "vitest";
import { behind, lagMetrics, rateLimited } from "../../../src/connector/kafka/limit.ts";
import {
  offsetsJson,
  offsetsOf,
  type PartitionOffsets,
} from "../../../src/connector/kafka/partition.ts";

const at = (...offsets: readonly number[]): PartitionOffsets =>
  offsetsOf(
    offsets.map((offset, partition) => ({ topic: "t", partition, offset: BigInt(offset) })),
  );
const none: PartitionOffsets = new Map();
const limited = (limit: number, from: PartitionOffsets, until: PartitionOffsets, added = none) =>
  offsetsJson(rateLimited(limit, { from, added, until }));

test("the limit is shared in proportion, rounded down, and none starves", () => {
  expect(limited(30, at(0, 0, 0), at(40, 40, 40))).toBe('{"t":{"0":10,"1":10,"2":10}}');
  // 10 * 1/101 is less than one: it is one; 10 * 100/101 is 9.
  expect(limited(10, at(0, 0), at(1, 100))).toBe('{"t":{"0":1,"1":9}}');
  expect(limited(7, at(5, 5), at(8, 12))).toBe('{"t":{"0":7,"1":9}}');
});

test("nothing goes past its end, and what has nothing stays", () => {
  expect(limited(1_000, at(0, 3), at(5, 3))).toBe('{"t":{"0":5,"1":3}}');
  expect(limited(5, at(3, 3), at(3, 3))).toBe('{"t":{"0":3,"1":3}}');
  // A partition whose log went back keeps its end: the batch says what is lost.
  expect(limited(5, at(9, 0), at(3, 10))).toBe('{"t":{"0":3,"1":5}}');
});

test("new partitions count from their earliest offset", () => {
  const added = new Map([["t-1", { topic: "t", partition: 1, offset: 20n }]]);
  expect(limited(6, at(8), at(12, 28), added)).toBe('{"t":{"0":10,"1":24}}');
  expect(behind(at(8), at(12, 28))).toBe(32);
});

test("how far behind is told as Spark tells it", () => {
  expect(lagMetrics(at(8, 26), at(12, 28))).toEqual({
    ...{ minOffsetsBehindLatest: "2", maxOffsetsBehindLatest: "4", avgOffsetsBehindLatest: "3.0" },
  });
  expect(lagMetrics(at(1), at(2, 2))["avgOffsetsBehindLatest"]).toBe("1.5");
  expect(lagMetrics(none, none)).toEqual({});
});
