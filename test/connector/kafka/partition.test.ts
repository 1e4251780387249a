import { expect, test } from "vitest";
import {
  inOrder,
  listed,
  offsetsJson,
  offsetsOf,
  parseOffsets,
  parsePartitions,
} from "../../../src/connector/kafka/partition.ts";

test("offsets are written as Spark writes them", () => {
  const offsets = offsetsOf([
    { topic: "refstream", partition: 2, offset: 20n },
    { topic: "refstream", partition: 0, offset: 10n },
    { topic: "a", partition: 0, offset: 9_007_199_254_740_993n },
    { topic: "refstream", partition: 16, offset: 1n },
    { topic: "refstream", partition: 1, offset: 0n },
  ]);
  const text = '{"a":{"0":9007199254740993},"refstream":{"0":10,"16":1,"1":0,"2":20}}';
  expect(offsetsJson(offsets)).toBe(text);
  expect(offsetsJson(parseOffsets(text))).toBe(text);
  expect(listed(offsets.values())).toBe(
    "Set(a-0, refstream-0, refstream-1, refstream-2, refstream-16)",
  );
});

test("offsets of a user may be spread out, earliest and latest", () => {
  const offsets = parseOffsets('{"t": {"0": 23, "1": -2},\n "u":{"0" : -1 }}');
  expect([...offsets.values()]).toEqual([
    { topic: "t", partition: 0, offset: 23n },
    { topic: "t", partition: 1, offset: -2n },
    { topic: "u", partition: 0, offset: -1n },
  ]);
});

test.each([
  '{"t":23}',
  '{"t":{"x":1}}',
  '{"t":{"0":"1.5"}}',
  '{"t":{"0":null}}',
  "[]",
  "latest",
  "",
])("%s is no map of offsets", (text) => {
  expect(() => parseOffsets(text)).toThrow(
    /KAFKA_ILLEGAL_OPTION.*Expected e\.g\. \{"topicA":\{"0":23,"1":-1\},"topicB":\{"0":-2\}\}/,
  );
});

test("partitions that are assigned", () => {
  expect(
    parsePartitions('{"b":[1,0],"a":[7]}').map(({ topic, partition }) => topic + partition),
  ).toEqual(["a7", "b0", "b1"]);
  for (const text of ['{"a":1}', '{"a":["x"]}', "{"]) {
    expect(() => parsePartitions(text)).toThrow(/Expected e\.g\. \{"topicA":\[0,1\]/);
  }
  expect(
    inOrder([
      { topic: "a", partition: 10 },
      { topic: "a", partition: 9 },
    ])[0]?.partition,
  ).toBe(9);
});
