import { describe, expect, test } from "vitest";
import { collectReads } from "../../src/analysis/read.ts";
import { outputOf } from "../../src/analysis/typed.ts";
import type { Relation } from "../../src/plan/relation.ts";
import { parseQuery } from "../../src/sql/parse.ts";
import { codeOf, schemaOf, show, typed, typedPlan } from "./sql.ts";

const t = parseQuery("SELECT * FROM t");
const read: Relation = { kind: "read", streaming: false, table: ["t"], paths: [], options: {} };

describe("joins", () => {
  test("USING puts the key out once, and coalesces it in a full join", () => {
    expect(schemaOf("SELECT * FROM (SELECT a, b FROM t) JOIN u USING (a)")).toBe(
      "a int, b string, c string",
    );
    expect(schemaOf("SELECT * FROM (SELECT a, b FROM t) FULL JOIN u USING (a)")).toBe(
      "a bigint, b string, c string",
    );
    expect(schemaOf("SELECT t.a, u.a FROM t JOIN u USING (a)")).toBe("a int, a bigint");
    expect(codeOf("SELECT * FROM t JOIN u USING (b)")).toBe("UNRESOLVED_USING_COLUMN_FOR_JOIN");
  });

  test("of a table with itself have other ids on each side", () => {
    const plan = typed("SELECT * FROM t x JOIN t y ON x.a = y.a");
    const ids = outputOf(plan).map((column) => column.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("make the side that may be absent nullable", () => {
    const plan = typed("SELECT r.id FROM range(3) l LEFT JOIN range(2) r ON l.id = r.id");
    expect(outputOf(plan)[0]?.nullable).toBe(true);
  });
});

describe("set operations", () => {
  test("widen types and keep the names of the left", () => {
    expect(schemaOf("SELECT a FROM t UNION ALL SELECT d FROM t")).toBe("a decimal(12,2)");
    expect(codeOf("SELECT a FROM t UNION SELECT a, c FROM u")).toBe("NUM_COLUMNS_MISMATCH");
    expect(codeOf("SELECT a FROM t UNION SELECT xs FROM t")).toBe("INCOMPATIBLE_COLUMN_TYPE");
  });

  test("by name reorder the right, and fill what is missing with null", () => {
    const set: Relation = {
      kind: "set",
      operator: "union",
      all: true,
      left: parseQuery("SELECT a, c FROM u"),
      right: parseQuery("SELECT b AS c, a, d FROM t"),
      byName: true,
      allowMissingColumns: true,
    };
    expect(show(typedPlan(set))).toBe("a bigint, c string, d decimal(10,2)");
    expect(() => typedPlan({ ...set, allowMissingColumns: false })).toThrow("NUM_COLUMNS_MISMATCH");
  });
});

describe("modifiers", () => {
  test("sort by position, by alias and by a column that is not put out", () => {
    expect(schemaOf("SELECT a AS z FROM t ORDER BY 1, z, b")).toBe("z int");
    expect(codeOf("SELECT a FROM t ORDER BY 2")).toBe("ORDER_BY_POS_OUT_OF_RANGE");
    expect(codeOf("SELECT a FROM t ORDER BY m")).toBe("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE");
  });

  test("limit and offset are constants", () => {
    const plan = typed("SELECT a FROM t LIMIT 2 + 1 OFFSET 1");
    expect(plan).toMatchObject({ kind: "limit", limit: 3, offset: 1 });
    expect(codeOf("SELECT a FROM t LIMIT -1")).toBe("INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE");
    expect(codeOf("SELECT a FROM t LIMIT 'x'")).toBe("INVALID_LIMIT_LIKE_EXPRESSION.DATA_TYPE");
    expect(codeOf("SELECT a FROM t LIMIT rand()")).toBe(
      "INVALID_LIMIT_LIKE_EXPRESSION.IS_UNFOLDABLE",
    );
  });

  test("generators become columns, one a select list", () => {
    expect(schemaOf("SELECT a, posexplode(xs) FROM t")).toBe("a int, pos int, col int");
    expect(schemaOf("SELECT k, v FROM t LATERAL VIEW explode(m) e AS k, v")).toBe(
      "k string, v int",
    );
    expect(codeOf("SELECT explode(xs), explode(xs) FROM t")).toBe(
      "UNSUPPORTED_GENERATOR.MULTI_GENERATOR",
    );
    expect(codeOf("SELECT explode(xs) + 1 FROM t")).toBe(
      "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS",
    );
  });

  test("a watermark marks its column, and an older mark goes", () => {
    const marked: Relation = {
      kind: "with watermark",
      input: read,
      eventTime: "TS",
      delay: "1 minute 30 seconds",
    };
    const metadata = (relation: Relation) =>
      outputOf(typedPlan(relation)).map((column) => column.metadata);
    expect(metadata(marked)[2]).toEqual({ "spark.watermarkDelayMs": 90_000 });
    const window = parseQuery("SELECT window(ts, '1 hour') FROM v");
    const plan = typedPlan(window, { views: { v: marked } });
    expect(outputOf(plan)[0]?.metadata).toEqual({
      "spark.watermarkDelayMs": 90_000,
      "spark.timeWindow": true,
    });
    expect(() => typedPlan({ ...marked, eventTime: "a" })).toThrow(
      "EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE",
    );
    expect(() => typedPlan({ ...marked, delay: "-1 second" })).toThrow("INVALID_DELAY_THRESHOLD");
  });

  test("columns are added, replaced, renamed and dropped", () => {
    const u: Relation = { ...read, table: ["u"] };
    const one = { kind: "text" as const, text: "a + 1" };
    const columns = ["A", "n"].map((name) => ({
      kind: "alias" as const,
      input: one,
      names: [name],
    }));
    expect(show(typedPlan({ kind: "with columns", input: u, columns }))).toBe(
      "A bigint, c string, n bigint",
    );
    const names = [
      ["A", "k"],
      ["nope", "x"],
    ] as const;
    expect(show(typedPlan({ kind: "with columns renamed", input: u, names }))).toBe(
      "k bigint, c string",
    );
    const gone = [{ kind: "attribute" as const, name: ["C"] }];
    expect(show(typedPlan({ kind: "drop", input: u, columns: gone }))).toBe("a bigint");
  });

  test("a filter above a select list sees what is beneath it", () => {
    const condition = { kind: "text" as const, text: "b = 'x'" };
    const plan = typedPlan({ kind: "filter", input: parseQuery("SELECT a FROM t"), condition });
    expect(show(plan)).toBe("a int");
  });
});

test("reads are those of subqueries too, and not of common tables", () => {
  const plan = parseQuery(
    "WITH c AS (SELECT * FROM t) SELECT * FROM c WHERE a IN (SELECT a FROM u) AND EXISTS (SELECT 1 FROM c)",
  );
  expect(collectReads(plan).map((one) => one.table)).toEqual([["t"], ["u"]]);
  const text: Relation = {
    kind: "filter",
    input: t,
    condition: { kind: "text", text: "a > (SELECT max(a) FROM u)" },
  };
  expect(collectReads(text).map((one) => one.table)).toEqual([["t"], ["u"]]);
});
