import { expect, test } from "vitest";
import { defaultConf } from "../../src/analysis/conf.ts";
import { outputOf } from "../../src/analysis/typed.ts";
import { typed } from "./sql.ts";

test("a name that somebody gave comes before one that nobody did", () => {
  const plan = typed("SELECT 1 AS `2`, 2 FROM t ORDER BY `2`");
  const sort = plan.kind === "project" ? plan.input : plan;
  const [key] = sort.kind === "sort" ? sort.order : [];
  const [first] = sort.kind === "sort" && sort.input.kind === "project" ? sort.input.columns : [];
  expect(key?.input).toMatchObject({ kind: "reference", id: first?.column.id });
  expect(() => typed("SELECT `2` FROM (SELECT 1 AS `2`, 2) AS s")).toThrow("AMBIGUOUS_REFERENCE");
});

test("positions are of what is put out", () => {
  expect(defaultConf.ordinals).toEqual({ order: true, group: true, putOut: true });
  expect(() => typed("SELECT a FROM t ORDER BY b, 2")).toThrow("ORDER_BY_POS_OUT_OF_RANGE");
  expect(() => typed("SELECT a FROM t ORDER BY 0")).toThrow("ORDER_BY_POS_OUT_OF_RANGE");
});

test("IN and EXISTS are not ordered by", () => {
  expect(() => typed("SELECT a FROM t ORDER BY EXISTS (SELECT 1)")).toThrow(
    "UNSUPPORTED_IN_EXISTS_SUBQUERY",
  );
});

test("after a pipe nothing beneath the columns can be named", () => {
  expect(() => typed("TABLE t |> SELECT a |> WHERE b = 'x'")).toThrow("UNRESOLVED_COLUMN");
  expect(() => typed("TABLE t |> SELECT a |> ORDER BY b")).toThrow("UNRESOLVED_COLUMN");
  expect(() => typed("TABLE t |> SET z = 1")).toThrow("UNRESOLVED_COLUMN");
  expect(outputOf(typed("TABLE u |> WHERE a > 1 |> ORDER BY u.c |> SET a = 2"))).toHaveLength(2);
});
