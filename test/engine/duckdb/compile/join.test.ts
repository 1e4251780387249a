import { expect, test } from "vitest";
import { answers } from "../answer.ts";

const answer = answers();
const sides = "(VALUES (1), (2)) AS t(a) LEFT JOIN (VALUES (1), (2)) AS u(b)";

test.each([
  ["EXISTS (SELECT 1 FROM (VALUES (2)) AS s(c) WHERE c = a)", "1 null; 2 2"],
  ["b IN (SELECT c FROM (VALUES (1)) AS s(c))", "1 1; 2 null"],
])("an outer join takes a subquery over one side: %s", async (subquery, rows) => {
  const sql = `SELECT a, b FROM ${sides} ON a = b AND ${subquery} ORDER BY a`;
  expect(await answer(sql)).toBe(rows);
});

test("a subquery over both sides is refused", async () => {
  const sql = `SELECT a FROM ${sides} ON EXISTS (SELECT 1 FROM (VALUES (1)) AS s(c) WHERE c = a AND c = b)`;
  expect(await answer(sql)).toBe(
    "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_CORRELATED_EXPRESSION_IN_JOIN_CONDITION",
  );
});

test("a test for the third value of IN is refused in an outer join", async () => {
  const sql = `SELECT a FROM ${sides} ON (a IN (SELECT c FROM (VALUES (NULL)) AS s(c))) IS NULL`;
  expect(await answer(sql)).toBe("ENGINE_UNSUPPORTED_FUNCTION");
});
