import { describe, expect, test } from "vitest";
import type { Expression } from "../../src/plan/expression.ts";
import {
  expressionsOf,
  inputsOf,
  mapExpressions,
  partsOf,
  relationsOf,
  transformExpression,
  transformRelation,
} from "../../src/plan/walk.ts";
import { parseExpression, parseQuery } from "../../src/sql/parse.ts";

const query = parseQuery(
  `WITH c AS (SELECT a FROM t1)
   SELECT a, sum(b) OVER (PARTITION BY d ORDER BY e ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
   FROM c JOIN t2 ON c.x = t2.x LATERAL VIEW explode(y) z
   WHERE f IN (SELECT g FROM t3) ORDER BY h LIMIT 2`,
);

function names(expression: Expression): string[] {
  return [...partsOf(expression)].flatMap((part) =>
    part.kind === "attribute" ? [part.name.join(".")] : [],
  );
}

describe("walks", () => {
  test("find every relation, also in WITH and in subqueries", () => {
    const tables = [...relationsOf(query)].flatMap((relation) =>
      relation.kind === "read" ? [relation.table?.join(".")] : [],
    );
    expect(tables.sort()).toEqual(["c", "t1", "t2", "t3"]);
  });

  test("find every part of an expression, with window, filter, lambda and frame", () => {
    const text = "sum(a) FILTER (WHERE b) OVER (PARTITION BY c ORDER BY d ROWS e PRECEDING)";
    expect(names(parseExpression(text)).sort()).toEqual(["a", "b", "c", "d", "e"]);
    expect(names(parseExpression("transform(x, v -> v + y)[z]::INT AS k")).sort()).toEqual([
      "v",
      "x",
      "y",
      "z",
    ]);
  });

  test("find the expressions of every relation", () => {
    const all = [...relationsOf(query)].flatMap(expressionsOf).flatMap(names);
    expect(new Set(all)).toEqual(new Set(["a", "b", "c.x", "d", "e", "f", "g", "h", "t2.x", "y"]));
  });
});

describe("rewrites", () => {
  test("give back the same object where nothing changes", () => {
    expect(transformRelation(query, (relation) => relation)).toBe(query);
    expect(transformRelation(query, (each) => mapExpressions(each, (e) => e))).toBe(query);
    const expression = parseExpression("sum(a + 1) OVER (ORDER BY b)");
    expect(transformExpression(expression, (each) => each)).toBe(expression);
  });

  test("change leaves and keep what is around them", () => {
    const renamed = transformRelation(query, (relation) =>
      relation.kind === "read" ? { ...relation, table: ["other"] } : relation,
    );
    const tables = [...relationsOf(renamed)].filter((relation) => relation.kind === "read");
    expect(tables.map((read) => read.table)).toEqual([["other"], ["t3"], ["other"], ["other"]]);
    expect(inputsOf(renamed)).toHaveLength(2);
  });

  test("reach the arguments of calls", () => {
    const changed = transformExpression(parseExpression("f(a, g(a))"), (each) =>
      each.kind === "attribute" ? { ...each, name: ["z"] } : each,
    );
    expect(names(changed)).toEqual(["z", "z"]);
  });
});
