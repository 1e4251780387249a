import { describe, expect, test } from "vitest";
import { referencesOf } from "../../src/analysis/expression.ts";
import { outputOf, type TypedRelation } from "../../src/analysis/typed.ts";
import { codeOf, schemaOf, typed } from "./sql.ts";

/** The kinds from the root down the first inputs. */
function kinds(relation: TypedRelation): string[] {
  const input = "input" in relation && relation.kind !== "input" ? relation.input : undefined;
  return [relation.kind, ...(input ? kinds(input as TypedRelation) : [])];
}

describe("GROUP BY", () => {
  test("names and types aggregates as Spark does", () => {
    expect(
      schemaOf(
        "SELECT b, count(*), count(DISTINCT a), sum(d), avg(d), sum(a) FILTER (WHERE a > 1), max(s.x) + 1 FROM t GROUP BY b",
      ),
    ).toBe(
      "b string, count(1) bigint, count(DISTINCT a) bigint, sum(d) decimal(20,2), avg(d) decimal(14,6), sum(a) FILTER (WHERE (a > 1)) bigint, (max(s.x) + 1) int",
    );
  });

  test("takes positions, aliases, expressions and ALL", () => {
    expect(schemaOf("SELECT a + 1 AS n, count(1) AS c FROM t GROUP BY 1")).toBe("n int, c bigint");
    expect(schemaOf("SELECT a + 1 AS n, count(1) AS c FROM t GROUP BY n")).toBe("n int, c bigint");
    expect(schemaOf("SELECT a + 1 + 1 AS n FROM t GROUP BY a + 1")).toBe("n int");
    expect(schemaOf("SELECT b, sum(a) AS s FROM t GROUP BY ALL")).toBe("b string, s bigint");
  });

  test("is checked", () => {
    expect(codeOf("SELECT a, count(1) FROM t GROUP BY b")).toBe("MISSING_AGGREGATION");
    expect(codeOf("SELECT a, count(1) FROM t")).toBe("MISSING_GROUP_BY");
    expect(codeOf("SELECT sum(count(1)) FROM t")).toBe("NESTED_AGGREGATE_FUNCTION");
    expect(codeOf("SELECT a FROM t WHERE count(1) > 1")).toBe("INVALID_WHERE_CONDITION");
    expect(codeOf("SELECT 1 FROM t GROUP BY sum(a)")).toBe("GROUP_BY_AGGREGATE");
    expect(codeOf("SELECT a FROM t GROUP BY 2")).toBe("GROUP_BY_POS_OUT_OF_RANGE");
    expect(codeOf("SELECT sum(a) FROM t GROUP BY 1")).toBe("GROUP_BY_POS_AGGREGATE");
  });

  test("lets HAVING and ORDER BY ask for aggregates that are not put out", () => {
    for (const rest of ["HAVING sum(a) > 1 ORDER BY b", "HAVING b IS NOT NULL ORDER BY max(d)"]) {
      const plan = typed(`SELECT b FROM t GROUP BY b ${rest}`);
      expect(kinds(plan)).toEqual(["project", "sort", "filter", "aggregate", "scan"]);
      expect(outputOf(plan).map((column) => column.name)).toEqual(["b"]);
    }
  });

  test("closes what is put out once HAVING has asked for more, as Spark does", () => {
    const asked = "SELECT b FROM t GROUP BY b HAVING sum(a) > 1 ORDER BY";
    expect(() => typed(`${asked} max(d)`)).toThrow("UNRESOLVED_COLUMN");
    expect(() => typed(`${asked} max(b)`)).toThrow("UNSUPPORTED_EXPR_FOR_OPERATOR");
  });

  test("takes a grouped column before an output of its name in HAVING", () => {
    const plan = typed("SELECT sum(a) AS b FROM t GROUP BY b HAVING b > 10");
    const filter = plan.kind === "project" ? plan.input : plan;
    const sum =
      filter.kind === "filter" && filter.input.kind === "aggregate" ? filter.input : undefined;
    const key = sum?.grouping[0]?.column.id;
    expect(filter.kind === "filter" && [...referencesOf(filter.condition)]).toContain(key);
  });

  test("lets ORDER BY above window functions name what is grouped and not selected", () => {
    const plan = typed("SELECT sum(sum(a)) OVER (ORDER BY b) AS r FROM t GROUP BY b, d ORDER BY d");
    expect(outputOf(plan).map((column) => column.name)).toEqual(["r"]);
  });

  test("goes beneath window functions over groups", () => {
    const plan = typed("SELECT b, sum(sum(a)) OVER (ORDER BY b) AS r FROM t GROUP BY b");
    expect(kinds(plan)).toEqual(["project", "windows", "aggregate", "scan"]);
  });
});

describe("time windows", () => {
  test("tumbling ones are an expression, and rows without a time are dropped", () => {
    const plan = typed(
      "SELECT window.start, count(1) AS c FROM t GROUP BY window(ts, '10 minutes')",
    );
    expect(kinds(plan)).toEqual(["aggregate", "project", "filter", "scan"]);
    if (plan.kind !== "aggregate") return;
    expect(plan.grouping[0]?.column.metadata).toEqual({ "spark.timeWindow": true });
  });

  test("sliding ones repeat the row", () => {
    const plan = typed("SELECT window(ts, '10 minutes', '5 minutes') AS w FROM t");
    expect(kinds(plan)).toEqual(["project", "generate", "filter", "scan"]);
  });

  test("of no fixed or a wrong length are refused", () => {
    expect(codeOf("SELECT window(ts, '1 month') FROM t")).toBe("INVALID_TIME_WINDOW");
    expect(codeOf("SELECT window(ts, '5 minutes', '10 minutes') FROM t")).toBe(
      "INVALID_TIME_WINDOW",
    );
    expect(codeOf("SELECT window(ts, 'soon') FROM t")).toBe("CANNOT_PARSE_INTERVAL");
  });
});

test("GROUP BY ALL needs something to group by, and a position no star beside it", () => {
  expect(codeOf("SELECT a + sum(a) FROM t GROUP BY ALL")).toBe("UNRESOLVED_ALL_IN_GROUP_BY");
  expect(codeOf("SELECT sum(a), 1 + count(*) FROM t GROUP BY ALL")).toBe("no error");
  expect(codeOf("SELECT * FROM u GROUP BY a, 2")).toBe("STAR_GROUP_BY_POS");
  expect(codeOf("SELECT a, count(*) FROM u GROUP BY 1")).toBe("no error");
  expect(codeOf("SELECT * FROM u GROUP BY a, c")).toBe("no error");
});

test("above a HAVING that asked for more, ORDER BY may name columns that are grouped", () => {
  const ordered = (by: string, grouping = "a + 1, b"): string =>
    codeOf(`SELECT sum(a) FROM t GROUP BY ${grouping} HAVING max(a) > 1 ORDER BY ${by}`);
  expect(ordered("b")).toBe("no error");
  expect(ordered("1 + a")).toBe("UNRESOLVED_COLUMN.WITH_SUGGESTION");
  expect(ordered("b", "ROLLUP (a, b)")).toBe("no error");
  expect(ordered("count(b)")).toBe("UNSUPPORTED_EXPR_FOR_OPERATOR");
  expect(codeOf("SELECT sum(a) AS n FROM t GROUP BY a + 1 HAVING n > 1 ORDER BY 1 + a")).toBe(
    "no error",
  );
});
