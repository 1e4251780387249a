import { expect, test } from "vitest";
import { outputOf } from "../../src/analysis/typed.ts";
import { typed } from "./sql.ts";

const names = (sql: string): string[] => outputOf(typed(sql)).map(({ name }) => name);

test("a subquery is printed with each use of a column from around it, from the top down", () => {
  expect(names("SELECT (SELECT max(a) FROM u WHERE u.a = t.a) FROM t")).toEqual([
    "scalarsubquery(a)",
  ]);
  expect(names("SELECT (SELECT t.a + x + t.a FROM (SELECT t.b AS x)) FROM t")).toEqual([
    "scalarsubquery(a, a, b)",
  ]);
  expect(names("SELECT a IN (SELECT a FROM u WHERE u.c = t.b) FROM t")).toEqual([
    "(a IN (listquery(b)))",
  ]);
  expect(names("SELECT EXISTS (SELECT 1 FROM u), (SELECT 1) FROM t")).toEqual([
    "exists()",
    "scalarsubquery()",
  ]);
});

test("what a column around a subquery hides is a function without parentheses", () => {
  const [day, own] = outputOf(
    typed(
      "SELECT (SELECT current_date) AS day, current_date AS own FROM (SELECT 1 AS current_date)",
    ),
  );
  expect([day?.type.type, own?.type.type]).toEqual(["date", "integer"]);
});
