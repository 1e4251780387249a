import { expect, test } from "vitest";
import { eventReader } from "../../../src/connector/eventhubs/message.ts";
import { binary, field, integer, map, string, struct } from "../../../src/schema/type.ts";
import type { Value } from "../../../src/schema/value.ts";

const texts = map(string, string);
const read = (schema: Parameters<typeof eventReader>[0], row: readonly Value[]) =>
  eventReader(schema)(
    row.map((value) => [value]),
    0,
  );

test("columns say where an event goes, and what it has", () => {
  const schema = struct([
    ...[field("Body", binary), field("partitionKey", string), field("partition", string)],
    field("properties", texts),
  ]);
  const body = Buffer.from([1]);
  expect(read(schema, [body, "k", null, new Map([["a", "1"]])])).toEqual({
    target: { partitionKey: "k" },
    event: { body, properties: { a: "1" } },
  });
  expect(read(schema, [body, null, "2", null])).toEqual({
    target: { partitionId: "2" },
    event: { body },
  });
  const named = struct([field("body", string), field("partitionId", string)]);
  expect(read(named, ["ä", "1"])).toEqual({
    target: { partitionId: "1" },
    event: { body: Buffer.from("ä") },
  });
  expect(read(named, ["ä", null]).target).toEqual({});
});

const invalid = expect.objectContaining({ code: "SINK_COLUMN_INVALID" });

test.each([
  [[field("value", string)]],
  [[field("body", integer)]],
  [[field("body", string), field("partition", integer)]],
  [[field("body", string), field("properties", string)]],
  [[field("body", string), field("properties", map(string, integer))]],
  [[field("body", texts)]],
])("a schema of %j is refused", (fields) => {
  expect(() => eventReader(struct(fields))).toThrow(invalid);
});

test.each<[readonly Value[], string]>([
  [[null, null, null, null], "body"],
  [["a", "1", "k", null], "only one of them counts"],
  [["a", "one", null, null], "'one' is no number"],
  [["a", null, null, new Map([["p", null]])], "the value of 'p' is null"],
])("the row %o is refused", (row, said) => {
  const schema = struct([
    ...[field("body", string), field("partition", string), field("partitionKey", string)],
    field("properties", texts),
  ]);
  expect(() => read(schema, row)).toThrow(invalid);
  expect(() => read(schema, row)).toThrow(said);
});
