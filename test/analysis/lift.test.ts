import { expect, test } from "vitest";
import { codeOf, schemaOf } from "./sql.ts";

const correlated = "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_REFERENCE";

test("a subquery of HAVING may ask for an aggregate of the groups in WHERE, and nowhere else", () => {
  const having = (subquery: string): string =>
    codeOf(`SELECT t.b FROM t GROUP BY t.b HAVING EXISTS (${subquery})`);
  expect(having("SELECT 1 FROM u WHERE u.a > max(t.a)")).toBe("no error");
  expect(having("SELECT 1 WHERE max(t.a) = 1 AND t.b = 'x'")).toBe("no error");
  expect(having("SELECT max(t.a) = 1")).toBe(correlated);
  expect(having("SELECT 1 FROM u GROUP BY u.a HAVING u.a > max(t.a)")).toBe(correlated);
  expect(having("SELECT 1 FROM u WHERE max(u.a) = 1")).toBe("INVALID_WHERE_CONDITION");
  expect(having("SELECT 1 WHERE t.a = 1")).toBe("UNRESOLVED_COLUMN.WITH_SUGGESTION");
});

test("no other subquery may", () => {
  expect(codeOf("SELECT sum(a) + (SELECT sum(t.a)) FROM t")).toBe(correlated);
  expect(codeOf("SELECT a FROM t WHERE EXISTS (SELECT 1 WHERE max(t.a) = 1)")).toBe(
    "INVALID_WHERE_CONDITION",
  );
  expect(schemaOf("SELECT (SELECT count(*)), (SELECT max(u.a) FROM u) AS m FROM t")).toBe(
    "scalarsubquery() bigint, m bigint",
  );
});
