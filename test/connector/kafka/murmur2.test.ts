import { expect, test } from "vitest";
import { murmur2, partitionOfKey } from "../../../src/connector/kafka/murmur2.ts";

/** Keys with the hash and the partition of 7 that the producer of Kafka 4.3 gives them. */
test.each([
  ["", 275646681, 2],
  ["a", -1563381124, 5],
  ["ab", 316155434, 0],
  ["abc", 479470107, 4],
  ["abcd", -1323649548, 5],
  ["abcde", 461995741, 4],
  ["foobar", -790332482, 0],
  ["a-little-bit-long-string", -985981536, 1],
  ["Ünïcödé", 1099742038, 3],
  ["21", -973932308, 3],
  ["millrace", 2104008374, 6],
  ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971, 3],
])("the key %s has Kafka's hash and partition", (key, hash, partition) => {
  expect(murmur2(Buffer.from(key))).toBe(hash);
  expect(partitionOfKey(Buffer.from(key), 7)).toBe(partition);
});

test("bytes are hashed without sign", () => {
  expect(murmur2(Buffer.from("ff8000fe81", "hex"))).toBe(1700763136);
});
