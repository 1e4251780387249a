import { expect, test } from "vitest";
import { messageReader } from "../../../src/connector/mqtt/message.ts";
import { binary, field, integer, string, struct } from "../../../src/schema/type.ts";

const rest = { topic: undefined, qos: 1, retain: false } as const;

test("`value` is the payload before `payload` is, and names have any case", () => {
  const schema = struct([
    ...[field("payload", binary), field("VALUE", string), field("Topic", string)],
    field("other", integer),
  ]);
  const message = messageReader(schema, rest)([[new Uint8Array([1])], ["ü"], ["t"], [5]], 0);
  expect(message).toEqual({ topic: "t", payload: Buffer.from("ü"), qos: 1, retain: false });
});

test("the option topic wins over the column, and spares it", () => {
  const columns = [["x"], ["t"]];
  const schema = struct([field("value", string), field("topic", string)]);
  expect(messageReader(schema, { ...rest, topic: "o" })(columns, 0).topic).toBe("o");
  const alone = struct([field("value", string)]);
  expect(messageReader(alone, { ...rest, topic: "o" })(columns, 0).topic).toBe("o");
  expect(() => messageReader(alone, rest)).toThrow("SINK_COLUMN_INVALID");
});
