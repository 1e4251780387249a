import { describe, expect, test } from "vitest";
import type { TypedRelation } from "../../src/analysis/typed.ts";
import { codeOf, schemaOf, typed } from "./sql.ts";

/** How many times each row is repeated; undefined without grouping sets. */
function repeats(relation: TypedRelation): number | undefined {
  if (relation.kind === "generate") {
    const [list] = relation.generator.arguments;
    return list?.kind === "call" ? list.arguments.length : undefined;
  }
  return "input" in relation && relation.kind !== "input"
    ? repeats(relation.input as TypedRelation)
    : undefined;
}

const setsOf = (groupBy: string): number | undefined =>
  repeats(typed(`SELECT count(1) FROM t GROUP BY ${groupBy}`));

describe("grouping sets", () => {
  test("each set repeats the rows", () => {
    expect(setsOf("ROLLUP (a, b, d)")).toBe(4);
    expect(setsOf("CUBE (a, b, d)")).toBe(8);
    expect(setsOf("a, b WITH ROLLUP")).toBe(3);
    expect(setsOf("ROLLUP ((a, b), d)")).toBe(3);
    expect(setsOf("GROUPING SETS (a, (a, b), ())")).toBe(3);
    expect(setsOf("GROUPING SETS (ROLLUP (a, b), CUBE (a, b))")).toBe(7);
    expect(setsOf("ROLLUP (a), CUBE (b), d")).toBe(4);
    expect(setsOf("GROUPING SETS (())")).toBeUndefined();
  });

  test("keys become nullable, and aggregates read the input", () => {
    expect(
      schemaOf(
        "SELECT a, sum(a), grouping(a), grouping_id(), grouping__id FROM t GROUP BY CUBE (a)",
      ),
    ).toBe("a int, sum(a) bigint, grouping(a) tinyint, grouping_id() bigint, grouping__id bigint");
    expect(schemaOf("SELECT a, b FROM t GROUP BY ROLLUP (1, 2) HAVING grouping(b) = 1")).toBe(
      "a int, b string",
    );
  });

  test("what grouping() means is checked", () => {
    const over = (select: string) => codeOf(`SELECT ${select} FROM t GROUP BY CUBE (a, b)`);
    expect(over("grouping(d)")).toBe("GROUPING_COLUMN_MISMATCH");
    expect(over("grouping_id(b, a)")).toBe("GROUPING_ID_COLUMN_MISMATCH");
    expect(over("grouping_id(a, b)")).toBe("no error");
    expect(over("sum(grouping(a))")).toBe("UNSUPPORTED_GROUPING_EXPRESSION");
    expect(codeOf("SELECT grouping(a) FROM t GROUP BY a")).toBe("UNSUPPORTED_GROUPING_EXPRESSION");
    expect(codeOf("SELECT a FROM t ORDER BY grouping_id()")).toBe(
      "UNSUPPORTED_GROUPING_EXPRESSION",
    );
    expect(codeOf("SELECT d FROM t GROUP BY ROLLUP (a)")).toBe("MISSING_AGGREGATION");
    expect(codeOf("SELECT 1 FROM t GROUP BY ROLLUP (a, ())")).toBe("_LEGACY_ERROR_TEMP_0051");
    expect(codeOf("SELECT a FROM t GROUP BY CUBE (2)")).toBe("GROUP_BY_POS_OUT_OF_RANGE");
  });
});
