import { describe, expect, test } from "vitest";
import type { Literal } from "../../src/plan/expression.ts";
import { integer } from "../../src/schema/type.ts";
import { parseQuery } from "../../src/sql/parse.ts";

const from = (call: string) => {
  const variables = (name: readonly string[]): Literal | undefined =>
    name.join(".") === "v" ? { kind: "literal", value: 3, type: integer } : undefined;
  return parseQuery(`SELECT * FROM ${call}`, { variables, parameters: { first: literal(7) } });
};
const literal = (value: number): Literal => ({ kind: "literal", value, type: integer });

describe("table_changes reads a table with the options of a change feed", () => {
  test.each<[string, Record<string, string>]>([
    ["1", { startingversion: "1" }],
    ["1, 5", { startingversion: "1", endingversion: "5" }],
    ["-1", { startingversion: "-1" }],
    ["v, 9999999999", { startingversion: "3", endingversion: "9999999999" }],
    [":first", { startingversion: "7" }],
    ["CAST('2' AS INT)", { startingversion: "2" }],
    ["'2024-01-31', 4", { startingtimestamp: "2024-01-31", endingversion: "4" }],
    [
      "0, TIMESTAMP '2024-01-31 10:00:00Z'",
      {
        startingversion: "0",
        endingtimestamp: "2024-01-31T10:00:00.000000Z",
      },
    ],
    [
      "0, CAST('2024-01-31' AS TIMESTAMP)",
      {
        startingversion: "0",
        endingtimestamp: "2024-01-31",
      },
    ],
  ])("(%s)", (range, options) => {
    expect(from(`table_changes('a.\`b c\`.t', ${range}) AS c`)).toMatchObject({
      input: {
        kind: "alias relation",
        alias: "c",
        input: {
          ...{ kind: "read", streaming: false, table: ["a", "b c", "t"], paths: [] },
          options: { readchangefeed: "true", ...options },
        },
      },
    });
  });

  test("of a path", () => {
    const input = { format: "delta", paths: ["/data/t"], options: { startingversion: "1" } };
    expect(from("table_changes('delta.`/data/t`', 1)")).toMatchObject({ input });
    expect(from("table_changes_by_path('/data/t', 1)")).toMatchObject({ input });
  });

  test.each([
    ["('t')", "INCORRECT_NUMBER_OF_ARGUMENTS"],
    ["('t', 1, 2, 3)", "INCORRECT_NUMBER_OF_ARGUMENTS"],
    ["('t', NULL)", "DELTA_CDC_READ_NULL_RANGE_BOUNDARY"],
    ["('t', 1, CAST(NULL AS INT))", "DELTA_CDC_READ_NULL_RANGE_BOUNDARY"],
    ["('t', DATE '2024-01-31')", "DELTA_UNSUPPORTED_EXPRESSION"],
    ["('t', 1.5)", "DELTA_UNSUPPORTED_EXPRESSION"],
    ["(1, 1)", "DELTA_UNSUPPORTED_EXPRESSION"],
    ["('t', now())", "UNSUPPORTED_FEATURE.SQL"],
    ["('a b', 1)", "PARSE_SYNTAX_ERROR"],
  ])("%s is refused", (call, code) => {
    expect(() => from(`table_changes${call}`)).toThrow(code);
  });
});
