import { expect, test } from "vitest";
import { scanRequests } from "../../src/analysis/conjunct.ts";
import { keyOf } from "../../src/analysis/key.ts";
import { prune } from "../../src/analysis/prune.ts";
import { outputOf, type TypedExpression } from "../../src/analysis/typed.ts";
import { typed } from "./sql.ts";

function names(expression: TypedExpression): string {
  return keyOf(expression).replace(/r\d+/g, (id) => id);
}

/** By table: the columns asked for, and how many conditions. */
function requests(sql: string): Record<string, [columns: string, conditions: number]> {
  const plan = prune(typed(sql));
  return Object.fromEntries(
    [...scanRequests(plan)].map(([scan, request]) => [
      scan.dataset.name.split(".").at(-1) ?? "",
      [request.columns.map((column) => column.name).join(), request.conditions.length],
    ]),
  );
}

test("a scan is asked for the columns that are read, and the conditions above it", () => {
  expect(requests("SELECT a FROM t WHERE b = 'x' AND s.x > 1")).toEqual({ t: ["a,b,s", 2] });
  expect(requests("SELECT count(1) FROM t")).toEqual({ t: ["a", 0] });
  expect(requests("SELECT n FROM (SELECT a + 1 AS n, b FROM t) WHERE n > 1 AND b = 'x'")).toEqual({
    t: ["a,b", 2],
  });
});

test("conditions stop where they would change the answer", () => {
  expect(requests("SELECT * FROM (SELECT a FROM t LIMIT 1) WHERE a > 1")).toEqual({ t: ["a", 0] });
  expect(requests("SELECT a FROM t WHERE rand() > 0.5 AND a > 1")).toEqual({ t: ["a", 1] });
  expect(
    requests("SELECT a FROM (SELECT a, sum(d) s FROM t GROUP BY a) WHERE s > 1 AND a > 1"),
  ).toEqual({
    t: ["a,d", 1],
  });
  const ranked = "SELECT a, b, row_number() OVER (PARTITION BY a ORDER BY ts) AS r FROM t";
  expect(requests(`SELECT a FROM (${ranked}) WHERE a > 1 AND b = 'x' AND r = 1`)).toEqual({
    t: ["a,b,ts", 1],
  });
});

test("joins pass each side what is its own, but not to a side that may be absent", () => {
  const from = "FROM t JOIN u ON t.a = u.a AND u.c = 'k' WHERE t.b = 'x' AND u.a > 1";
  expect(requests(`SELECT t.a ${from}`)).toEqual({ t: ["a,b", 1], u: ["a,c", 2] });
  const left = from.replace("JOIN", "LEFT JOIN");
  expect(requests(`SELECT t.a ${left}`)).toEqual({ t: ["a,b", 1], u: ["a,c", 1] });
});

test("conditions speak of fields by name, and pruning keeps the output", () => {
  const plan = typed("SELECT x.a AS k FROM t AS x WHERE x.a > 1");
  const pruned = prune(plan);
  expect(outputOf(pruned)).toEqual(outputOf(plan));
  const [request] = [...scanRequests(pruned).values()];
  const [condition] = request?.conditions ?? [];
  expect(condition?.kind === "call" && condition.arguments[0]).toMatchObject({ name: "a" });
  expect(condition && names(condition)).toContain("c>(");
});

test("a scan is told of a limit, of the rows that its conditions let through", () => {
  const requests = (sql: string) => [...scanRequests(typed(sql)).values()];
  const limit = (sql: string) => requests(sql).map((one) => one.first?.count);
  expect(limit("SELECT a + 1 AS n FROM t LIMIT 5")).toEqual([5]);
  expect(limit("SELECT a FROM t LIMIT 5 OFFSET 3")).toEqual([8]);
  expect(limit("SELECT a FROM (SELECT a FROM t LIMIT 5) LIMIT 9")).toEqual([5]);
  expect(limit("SELECT a FROM (SELECT a FROM t LIMIT 9 OFFSET 2) LIMIT 5 OFFSET 1")).toEqual([8]);
  expect(limit("SELECT a FROM t WHERE a > 1 LIMIT 5")).toEqual([5]);
  expect(requests("SELECT a FROM t WHERE a > 1 LIMIT 5")[0]?.conditions).toHaveLength(1);
  expect(limit("SELECT a FROM t WHERE rand() > 0.5 LIMIT 5")).toEqual([undefined]);
  expect(limit("SELECT a FROM (SELECT a FROM t OFFSET 2) ORDER BY a LIMIT 5")).toEqual([undefined]);
  expect(limit("SELECT DISTINCT a FROM t LIMIT 5")).toEqual([undefined]);
  expect(limit("SELECT count(a) FROM t LIMIT 5")).toEqual([undefined]);
  expect(limit("SELECT t.a FROM t JOIN u ON t.a = u.a LIMIT 5")).toEqual([undefined, undefined]);
});

test("a scan is told in which order the rows are that are enough", () => {
  const first = (sql: string) => {
    const [request] = [...scanRequests(typed(sql)).values()];
    const order = request?.first?.order.map(({ input, direction, nulls }) => {
      const name = input.kind === "reference" ? input.name : input.kind;
      return `${name} ${direction} ${nulls}`;
    });
    return request?.first && [request.first.count, ...(order ?? [])];
  };
  expect(first("SELECT a AS k FROM t ORDER BY k DESC LIMIT 5")).toEqual([5, "a desc last"]);
  expect(first("SELECT a FROM t ORDER BY a LIMIT 5 OFFSET 2")).toEqual([7, "a asc first"]);
  expect(first("SELECT a FROM t ORDER BY a + 1 LIMIT 5")).toEqual([5, "call asc first"]);
  expect(first("SELECT a FROM (SELECT a FROM t LIMIT 9) ORDER BY a LIMIT 5")).toEqual([9]);
  expect(first("SELECT rand() AS r FROM t ORDER BY r LIMIT 5")).toBeUndefined();
  expect(first("SELECT a FROM t ORDER BY a")).toBeUndefined();
});
