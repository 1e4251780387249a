import { expect, test } from "vitest";
import { inlinedSchema } from "../../../src/schema/avro/inline.ts";
import { parseAvroSchema } from "../../../src/schema/avro/parse.ts";

test("a type of another schema stands where it is first named, and by name after that", () => {
  const other = '{"type":"record","name":"o.X","fields":[{"name":"self","type":["null","X"]}]}';
  const plain = '{"type":"enum","name":"E","symbols":["A"]}';
  const main = `{"type":"record","name":"m.M","fields":[{"name":"a","type":{"type":"array",
    "items":"o.X"}},{"name":"b","type":"o.X"},{"name":"c","type":"E"},{"name":"d","type":"E"}]}`;
  const text = inlinedSchema(main, [other, plain]);
  const { fields } = JSON.parse(text) as { fields: { type: unknown }[] };
  expect(fields.map(({ type }) => typeof type)).toEqual(["object", "string", "object", "string"]);
  expect(parseAvroSchema(text)).toMatchObject({
    name: "m.M",
    fields: [{ schema: { items: { name: "o.X" } } }, {}, { schema: { name: "E" } }, {}],
  });
  expect(inlinedSchema("long", [other])).toBe("long");
  expect(inlinedSchema(main, [])).toBe(main);
});
