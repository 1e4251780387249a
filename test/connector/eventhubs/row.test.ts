import { expect, test } from "vitest";
import type { ReceivedEvent } from "../../../src/connector/eventhubs/peer.ts";
import { eventSchema, rowReader } from "../../../src/connector/eventhubs/row.ts";
import { struct } from "../../../src/schema/type.ts";
import { Timestamp } from "../../../src/schema/value.ts";

const event: ReceivedEvent = {
  body: Buffer.from([0xff, 0]),
  offset: "1000",
  sequenceNumber: 7,
  enqueuedTimeUtc: new Date(1_500),
  getRawAmqpMessage: () => ({
    messageAnnotations: {
      "x-opt-offset": "1000",
      "x-opt-sequence-number": 7,
      "x-opt-enqueued-time": new Date(1_500),
      "x-opt-partition-key": "device 1",
      "x-opt-publisher": "roof",
      "x-opt-kafka-key": Buffer.from([1, 255]),
    },
    applicationProperties: { unit: "C", level: 5, on: true, raw: Buffer.from([128]), none: null },
    properties: { messageId: "m1", contentType: "raw", groupId: undefined },
  }),
};

test("an event has Spark's columns; what is no text is JSON, bytes as Java's signed ones", () => {
  expect(rowReader(eventSchema)(event, 3)).toEqual([
    Buffer.from([0xff, 0]),
    "3",
    "1000",
    7n,
    new Timestamp(1_500_000n),
    "roof",
    "device 1",
    new Map([
      ["unit", "C"],
      ["level", "5"],
      ["on", "true"],
      ["raw", "[-128]"],
      ["none", "null"],
    ]),
    new Map([
      ["x-opt-partition-key", "device 1"],
      ["x-opt-publisher", "roof"],
      ["x-opt-kafka-key", "[1,-1]"],
      ["message-id", "m1"],
      ["content-type", "raw"],
    ]),
  ]);
});

test("only the columns that are asked for are made, in their order", () => {
  const [, partition, , sequence] = eventSchema.fields;
  expect(rowReader(struct([sequence!, partition!]))(event, 3)).toEqual([7n, "3"]);
});

test.each([
  [[Buffer.from("a"), Buffer.from("b")], Buffer.from("ab")],
  ["text", Buffer.from("text")],
  [{ a: [1, true] }, Buffer.from('{"a":[1,true]}')],
  [null, null],
])("the body %o", (body, found) => {
  const [first] = eventSchema.fields;
  expect(rowReader(struct([first!]))({ ...event, body }, 0)).toEqual([found]);
});
