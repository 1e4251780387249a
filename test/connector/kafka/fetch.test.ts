import { expect, test } from "vitest";
import { parseFetch, readFetch } from "../../../src/connector/kafka/fetch.ts";

/** An answer of one topic, as the protocol lays it out. */
const answer = Buffer.from(
  [
    "00000000", // throttle
    "0000", // no error
    "00000000", // session
    "02", // one topic
    "5ee13433fefc479cb97d2246c062c11d",
    "03", // two partitions
    ...["00000002", "0000", "0000000000000009", "0000000000000008", "0000000000000001"],
    ...["02", "0000000000000007", "0000000000000003", "00"], // an aborted transaction
    ...["ffffffff", "04", "aabbcc", "00"],
    ...["00000000", "0001", "ffffffffffffffff", "ffffffffffffffff", "ffffffffffffffff"],
    ...["00", "ffffffff", "01", "0105027777"], // a tagged field
    "00",
    "00",
  ].join(""),
  "hex",
);

test("an answer to Fetch keeps its record batches as they are", () => {
  const { error, partitions } = parseFetch(answer);
  expect(error).toBe(0);
  expect(partitions).toEqual([
    {
      topicId: "5ee13433-fefc-479c-b97d-2246c062c11d",
      partition: 2,
      error: 0,
      highWatermark: 9n,
      aborted: [{ producerId: 7n, firstOffset: 3n }],
      records: Buffer.from("aabbcc", "hex"),
    },
    {
      topicId: "5ee13433-fefc-479c-b97d-2246c062c11d",
      partition: 0,
      error: 1,
      highWatermark: -1n,
      aborted: [],
      records: Buffer.alloc(0),
    },
  ]);
});

test("it is read from where the client's reader stands, and an end within it is an error", () => {
  const reader = {
    buffer: Buffer.concat([Buffer.alloc(5), answer]),
    position: 5,
    length: 5 + answer.length,
  };
  expect(readFetch(1, 1, 13, reader).partitions).toHaveLength(2);
  expect(() => parseFetch(answer.subarray(0, 40))).toThrow(RangeError);
});
