import { describe, expect, test } from "vitest";
import { checkTypeChanges, widens } from "../../src/log/type-widening.ts";
import { parseDataTypeJson, parseSchemaJson } from "../../src/schema/json.ts";

const type = (name: string) => parseDataTypeJson(JSON.stringify(name));

describe("changes of type", () => {
  // PROTOCOL.md#type-widening, and what lies next to it.
  test.each([
    ["byte", "short", true],
    ["byte", "long", true],
    ["integer", "long", true],
    ["long", "integer", false],
    ["float", "double", true],
    ["double", "float", false],
    ["integer", "double", true],
    ["long", "double", false],
    ["long", "float", false],
    ["date", "timestamp_ntz", true],
    ["date", "timestamp", false],
    ["decimal(6,2)", "decimal(10,4)", true],
    ["decimal(6,2)", "decimal(8,4)", true],
    ["decimal(6,2)", "decimal(7,4)", false],
    ["byte", "decimal(4,1)", false],
    ["byte", "decimal(10,0)", true],
    ["integer", "decimal(12,2)", true],
    ["integer", "decimal(11,2)", false],
    ["long", "decimal(19,0)", false],
    ["long", "decimal(22,2)", true],
    ["integer", "string", false],
  ])("%s to %s: %s", (from, to, legal) => {
    expect(widens(type(from), type(to))).toBe(legal);
  });

  test("an illegal one is refused by the path of its field, at any depth", () => {
    const schema = (change: object) =>
      parseSchemaJson(
        JSON.stringify({
          type: "struct",
          fields: [
            {
              name: "a",
              type: {
                type: "array",
                containsNull: true,
                elementType: {
                  type: "struct",
                  fields: [
                    {
                      name: "m",
                      type: {
                        type: "map",
                        keyType: "string",
                        valueType: "long",
                        valueContainsNull: true,
                      },
                      nullable: true,
                      metadata: { "delta.typeChanges": [change] },
                    },
                  ],
                },
              },
              nullable: true,
              metadata: {},
            },
          ],
        }),
      );
    const change = { fromType: "integer", toType: "long", fieldPath: "value" };
    expect(() => checkTypeChanges(schema(change))).not.toThrow();
    expect(() => checkTypeChanges(schema({ ...change, fromType: "string" }))).toThrow(
      "Field a.element.m.value was changed from STRING to BIGINT",
    );
    expect(() => checkTypeChanges(schema({ ...change, toType: "future" }))).toThrow(
      "DELTA_UNSUPPORTED_TYPE_CHANGE_IN_SCHEMA",
    );
  });
});
