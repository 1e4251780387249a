import { describe, expect, test } from "vitest";
import { batchOptions, streamOptions } from "../../../src/connector/kafka/option.ts";
import { replaceEnv } from "../../../src/env.ts";

const base = { "kafka.bootstrap.servers": "localhost:9092" };
const one = { ...base, subscribe: "t" };

describe("which partitions", () => {
  test("assign, subscribe, subscribePattern", () => {
    expect(streamOptions({ ...base, assign: '{"b":[1,0],"a":[2]}' }).strategy).toMatchObject({
      kind: "assign",
      partitions: [{ topic: "a", partition: 2 }, { topic: "b", partition: 0 }, { partition: 1 }],
    });
    expect(streamOptions({ ...base, subscribe: " a, b,,a" }).strategy).toEqual({
      kind: "subscribe",
      topics: ["a", "b"],
    });
    const { strategy } = streamOptions({ ...base, subscribepattern: " ^t-\\d+$ " });
    expect(strategy).toEqual({ kind: "subscribePattern", pattern: /^t-\d+$/, text: "^t-\\d+$" });
    const either = streamOptions({ ...base, subscribepattern: "(?i)^events-" }).strategy;
    expect(either.kind === "subscribePattern" && either.pattern).toEqual(/^events-/i);
  });

  test.each([
    [base, "One of the following options must be specified for Kafka source: subscribe,"],
    [{ ...one, assign: '{"t":[0]}' }, "Only one of the following options can be specified for"],
    [
      { ...base, assign: "t" },
      "No topicpartitions to assign as specified value for option 'assign'",
    ],
    [{ ...base, assign: '{"t":0}' }, 'Expected e.g. {"topicA":[0,1],"topicB":[0,1]}, got {"t":0}'],
    [{ ...base, subscribe: " , " }, "No topics to subscribe to as specified value for option"],
    [{ ...base, subscribepattern: " " }, "Pattern to subscribe is empty as specified value for"],
    [{ ...base, subscribepattern: "(" }, "is no regular expression"],
    [
      { subscribe: "t" },
      "Option 'kafka.bootstrap.servers' must be specified for configuring Kafka",
    ],
  ])("%j is refused", (options: Readonly<Record<string, string>>, message) => {
    for (const read of [streamOptions, batchOptions]) {
      expect(() => read(options)).toThrow(`[KAFKA_ILLEGAL_OPTION] `);
      expect(() => read(options)).toThrow(message);
    }
  });
});

describe("where to begin and end", () => {
  test("a stream begins at the latest offsets, a batch at the earliest", () => {
    expect(streamOptions(one).starting).toEqual({ kind: "latest" });
    expect(batchOptions(one)).toMatchObject({
      starting: { kind: "earliest" },
      ending: { kind: "latest" },
    });
    expect(streamOptions({ ...one, startingoffsets: " EARLIEST " }).starting.kind).toBe("earliest");
  });

  test("a time for all goes before times, and these before offsets", () => {
    const all = {
      startingtimestamp: "5",
      startingoffsetsbytimestamp: '{"t":{"0":7}}',
      startingoffsets: '{"t":{"0":9}}',
    };
    expect(streamOptions({ ...one, ...all }).starting).toEqual({
      ...{ kind: "time", at: 5n, otherwise: "error" },
    });
    const { startingtimestamp: _, ...times } = all;
    const latest = { startingoffsetsbytimestampstrategy: "LATEST" };
    const { starting } = streamOptions({ ...one, ...times, ...latest });
    expect(starting).toMatchObject({ kind: "times", otherwise: "latest" });
    const { startingoffsets } = all;
    const limit = streamOptions({ ...one, startingoffsets }).starting;
    expect(limit.kind === "offsets" && limit.offsets.get("t-0")?.offset).toBe(9n);
  });

  test.each([
    [{ endingoffsets: "latest" }, "ending offset not valid in streaming queries"],
    [{ endingoffsetsbytimestamp: "{}" }, "ending timestamp not valid in streaming queries"],
    [{ endingtimestamp: "5" }, "ending timestamp not valid in streaming queries"],
    [{ startingtimestamp: "noon" }, "Expected a single long value, got noon"],
    [
      { startingoffsets: "first" },
      'Expected e.g. {"topicA":{"0":23,"1":-1},"topicB":{"0":-2}}, got',
    ],
    [
      { startingoffsetsbytimestampstrategy: "x", startingtimestamp: "1" },
      "must be error or latest",
    ],
    [{ startingoffsets: '{"t":{"0":-3}}' }, "startingOffsets has -3 for t-0. Use -1 for latest"],
    [
      { minoffsetspertrigger: "9", maxoffsetspertrigger: "8" },
      "is higher than the maxOffsetsPerTrigger(8)",
    ],
  ])("a stream refuses %j", (more: Readonly<Record<string, string>>, message) => {
    expect(() => streamOptions({ ...one, ...more })).toThrow(message);
  });

  test.each([
    [{ startingoffsets: "latest" }, "starting offset can't be latest for batch queries on Kafka"],
    [{ startingoffsets: '{"t":{"0":-1}}' }, "startingOffsets for t-0 can't be latest for batch"],
    [{ endingoffsets: "earliest" }, "ending offset can't be earliest for batch queries on Kafka"],
    [{ endingoffsets: '{"t":{"0":-7}}' }, "endingOffsets has -7 for t-0"],
    [
      { minoffsetspertrigger: "9", maxoffsetspertrigger: "8" },
      "is higher than the maxOffsetsPerTrigger(8)",
    ],
    [{ endingoffsets: '{"t":{"0":-2}}' }, "ending offset for t-0 can't be earliest for batch"],
    [
      { startingoffsets: '{"t":{"0":1}}', endingoffsets: '{"t":{"1":1}}' },
      "[MISMATCHED_TOPIC_PARTITIONS_BETWEEN_START_OFFSET_AND_END_OFFSET]",
    ],
    [
      { startingoffsets: '{"t":{"0":2}}', endingoffsets: '{"t":{"0":1}}' },
      "The specified start offset 2 is greater than the end offset 1 for topic t partition 0",
    ],
    [
      {
        startingoffsetsbytimestamp: '{"t":{"0":2}}',
        endingoffsetsbytimestamp: '{"t":{"0":1}}',
      },
      "The specified start timestamp 2 is greater than the end timestamp 1",
    ],
  ])("a batch refuses %j", (more: Readonly<Record<string, string>>, message) => {
    expect(() => batchOptions({ ...one, ...more })).toThrow(message);
  });
});

describe("the rest", () => {
  test("defaults are Spark's", () => {
    expect(streamOptions(one)).toMatchObject({
      ...{ failOnDataLoss: true, includeHeaders: false, pollMs: 120_000, maxDelayMs: 900_000 },
      ...{ maxOffsets: undefined, minOffsets: undefined },
      retry: { times: 3, intervalMs: 1_000 },
    });
  });

  test.each([
    "auto.offset.reset",
    "key.deserializer",
    "value.deserializer",
    "enable.auto.commit",
    "interceptor.classes",
  ])("kafka.%s is refused", (name) => {
    const options = { ...one, [`kafka.${name}`]: "x" };
    expect(() => streamOptions(options)).toThrow(`Kafka option '${name}' is not supported`);
  });

  test("minPartitions and maxRecordsPerPartition must be positive, and a group is warned of", () => {
    for (const name of ["minpartitions", "maxrecordsperpartition"]) {
      expect(() => streamOptions({ ...one, [name]: "0" })).toThrow("must be positive");
      expect(() => streamOptions({ ...one, [name]: "10" })).not.toThrow();
    }
    const told: string[] = [];
    const restore = replaceEnv({ warn: (line) => void told.push(line) });
    streamOptions({ ...one, "kafka.group.id": "g" });
    batchOptions({ ...one, maxoffsetspertrigger: "5" });
    restore();
    expect(told).toEqual([
      expect.stringContaining("kafka.group.id"),
      "The option maxOffsetsPerTrigger has no effect on a batch query of Kafka",
    ]);
  });
});
