import { describe, expect, test } from "vitest";
import { parseAvroSchema } from "../../../src/schema/avro/parse.ts";

describe("schemas", () => {
  test("have names with their namespaces, and references to them", () => {
    const schema = parseAvroSchema(
      JSON.stringify({
        ...{ type: "record", name: "r", namespace: "a.b" },
        fields: [
          { name: "f", type: { type: "fixed", name: "md5", size: 16 }, default: "x" },
          { name: "g", type: "md5" },
          { name: "h", type: ["null", "a.b.md5"], default: null },
        ],
      }),
    );
    expect(schema).toMatchObject({
      name: "a.b.r",
      fields: [
        { name: "f", schema: { name: "a.b.md5", size: 16 }, fallback: "x" },
        { name: "g", schema: { name: "a.b.md5" } },
        {
          name: "h",
          schema: { branches: [{ type: "null" }, { name: "a.b.md5" }] },
          fallback: null,
        },
      ],
    });
  });

  test.each([
    ["{", "no JSON"],
    ['"nothing"', "a name that is not defined"],
    ['{"type":"array"}', "an array of nothing"],
    ['{"type":"fixed","name":"f"}', "a fixed type without a size"],
    ['[["int"]]', "a union in a union"],
  ])("%s is refused: %s", (text) => {
    expect(() => parseAvroSchema(text)).toThrow("INVALID_AVRO_SCHEMA");
  });
});
