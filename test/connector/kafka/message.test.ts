import { expect, test } from "vitest";
import { messageReader } from "../../../src/connector/kafka/message.ts";
import {
  array,
  binary,
  type DataType,
  double,
  field,
  integer,
  long,
  string,
  struct,
  timestamp,
} from "../../../src/schema/type.ts";
import { Timestamp, type Value } from "../../../src/schema/value.ts";

const headers = array(struct([field("key", string, false), field("value", binary)]));

type Cells = Readonly<Record<string, readonly [DataType, Value]>>;

/** The record of one row, its columns by name. */
function read(row: Cells, topic?: string) {
  const fields = Object.entries(row).map(([name, [type]]) => field(name, type));
  const columns = Object.values(row).map(([, value]) => [value]);
  return messageReader(struct(fields), topic)(columns, 0);
}

test("columns become what they are named, and others are passed over", () => {
  const found = read({
    other: [long, 1n],
    topic: [string, "a"],
    key: [string, "k"],
    value: [binary, Buffer.of(1)],
    headers: [headers, [{ key: "h", value: null }]],
    partition: [integer, 3],
    timestamp: [timestamp, new Timestamp(1_700_000_000_123_999n)],
  });
  expect(found).toEqual({
    ...{ topic: "a", key: Buffer.from("k"), value: Buffer.of(1), partition: 3 },
    ...{ headers: [["h", null]], timestamp: 1_700_000_000_123n },
  });
});

test("nulls are left out: of the key, of the value, and of what Kafka then chooses", () => {
  const row: Cells = {
    key: [string, null],
    value: [string, null],
    headers: [headers, null],
    partition: [integer, null],
    timestamp: [double, null],
  };
  expect(read(row, "fixed")).toEqual({ topic: "fixed" });
});

test("the option topic goes before the column, whose type then does not matter", () => {
  expect(read({ topic: [integer, 1], value: [string, "v"] }, "fixed").topic).toBe("fixed");
});

test("seconds may be a time", () => {
  expect(read({ value: [string, "v"], timestamp: [double, 1.5] }, "t").timestamp).toBe(1500n);
});

test.each([
  [{ value: [string, "v"] }, "topic option required when no 'topic' attribute is present"],
  [{ topic: [string, "t"] }, "Required attribute 'value' not found"],
  [{ topic: [string, "t"], Value: [string, "v"] }, "Required attribute 'value' not found"],
  [{ topic: [string, "t"], value: [long, 1n] }, "value attribute unsupported type bigint. value"],
  [
    { topic: [binary, Buffer.of()], value: [string, ""] },
    "topic attribute unsupported type binary. topic must be a(n) string",
  ],
  [
    { topic: [string, "t"], value: [string, "v"], key: [integer, 1] },
    "key must be a(n) string or binary",
  ],
  [
    { topic: [string, "t"], value: [string, "v"], headers: [array(string), []] },
    "headers must be a(n) array<struct<key:string,value:binary>>",
  ],
  [
    { topic: [string, "t"], value: [string, "v"], partition: [long, 1n] },
    "partition must be a(n) int",
  ],
  [
    { topic: [string, "t"], value: [string, "v"], timestamp: [long, 1n] },
    "timestamp must be a(n) double or timestamp",
  ],
] as const)("columns that cannot be written: %#", (row, message) => {
  const found = row as Cells;
  expect(() => read(found)).toThrow(message);
});

test.each([
  [{ topic: [string, null], value: [string, "v"] }, "null topic present in the data"],
  [{ topic: [string, "t"], value: [string, "v"], partition: [integer, -1] }, "-1 is negative"],
  [{ topic: [string, "t"], value: [string, "v"], timestamp: [double, -1] }, "is before 1970"],
  [
    {
      topic: [string, "t"],
      value: [string, "v"],
      headers: [headers, [{ key: null, value: null }]],
    },
    "a header has no key",
  ],
] as const)("rows that cannot be records: %#", (row, message) => {
  const found = row as Cells;
  expect(() => read(found)).toThrow(message);
});
