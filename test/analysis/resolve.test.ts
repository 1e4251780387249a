import { describe, expect, test } from "vitest";
import { outputOf } from "../../src/analysis/typed.ts";
import { codeOf, schemaOf, typed } from "./sql.ts";

describe("names", () => {
  test("are found without case, by qualifier, and as fields of structs", () => {
    expect(schemaOf("SELECT A, t.b, default.t.a, s.x, t.s.Y, xs[0], m['k'], m.k FROM t")).toBe(
      "A int, b string, a int, x int, Y string, xs[0] int, m[k] int, k int",
    );
  });

  test("a star is all columns, those of a relation, or the fields of a struct", () => {
    expect(schemaOf("SELECT u.*, s.* FROM t JOIN u ON t.a = u.a")).toBe(
      "a bigint, c string, x int, y string",
    );
    expect(codeOf("SELECT b.* FROM t")).toBe("CANNOT_RESOLVE_STAR_EXPAND");
  });

  test("a star leaves out what EXCEPT names, members of structs too", () => {
    expect(schemaOf("SELECT * EXCEPT (a, xs, m, s.y) FROM t")).toBe(
      "b string, ts timestamp, d decimal(10,2), s struct<x:int>",
    );
    expect(codeOf("SELECT * EXCEPT (zz) FROM t")).toBe("UNRESOLVED_COLUMN.WITH_SUGGESTION");
  });

  test("of a side's own key of a USING join are found by qualifier", () => {
    expect(schemaOf("SELECT u.*, a FROM t FULL JOIN u USING (a)")).toBe(
      "a bigint, c string, a bigint",
    );
  });

  test("of two columns are ambiguous, but not of one column taken twice", () => {
    expect(codeOf("SELECT a FROM t JOIN u ON t.a = u.a")).toBe("AMBIGUOUS_REFERENCE");
    expect(schemaOf("SELECT a, a FROM t ORDER BY a")).toBe("a int, a int");
    const ids = outputOf(typed("SELECT a, a FROM t")).map((column) => column.id);
    expect(new Set(ids).size).toBe(2);
  });

  test("that are missing are answered with the nearest", () => {
    expect(() => typed("SELECT dd FROM t")).toThrow(/`dd` cannot be resolved.*\[`d`/);
    expect(codeOf("SELECT s.z FROM t")).toBe("FIELD_NOT_FOUND");
    expect(codeOf("SELECT x")).toBe("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION");
    expect(codeOf("SELECT nothing(a) FROM t")).toBe("UNRESOLVED_ROUTINE");
  });

  test("of hidden columns work when said, and are no part of a star", () => {
    expect(schemaOf("SELECT _metadata.file_path FROM t")).toBe("file_path string");
    expect(schemaOf("SELECT * FROM u WHERE _metadata.file_path = 'x'")).toBe("a bigint, c string");
  });

  test("of aliases to the left are seen to the right", () => {
    expect(schemaOf("SELECT a + 1 AS n, n * 2 AS m FROM u")).toBe("n bigint, m bigint");
  });

  test("of common tables hide tables, and views are typed where they are read", () => {
    expect(schemaOf("WITH t AS (SELECT a AS z FROM u) SELECT * FROM t")).toBe("z bigint");
    expect(
      schemaOf("WITH x AS (SELECT 1 AS n), y AS (SELECT n + 1 AS n FROM x) SELECT * FROM y"),
    ).toBe("n int");
  });
});

describe("subqueries", () => {
  test("take the columns of the query around them", () => {
    const plan = typed("SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a)");
    const filter = plan.kind === "project" ? plan.input : plan;
    const condition = filter.kind === "filter" ? filter.condition : undefined;
    expect(condition?.kind).toBe("subquery");
    if (condition?.kind !== "subquery") return;
    expect(condition.outer.map((one) => one.name)).toEqual(["a"]);
  });

  test("of IN are cast to the type compared in", () => {
    expect(schemaOf("SELECT a IN (SELECT d FROM t) FROM u")).toBe("(a IN (listquery())) boolean");
    expect(codeOf("SELECT a FROM t WHERE a IN (SELECT a, c FROM u)")).toBe(
      "IN_SUBQUERY_COLUMNS_MISMATCH",
    );
  });
});
