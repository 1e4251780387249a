import { expect, test } from "vitest";
import { prune } from "../../src/analysis/prune.ts";
import { questionOf } from "../../src/analysis/question.ts";
import { outputOf, type TypedExpression } from "../../src/analysis/typed.ts";
import { rewrite } from "../../src/analysis/walk.ts";
import { typed } from "./sql.ts";

/** The question of a query over datasets that answer some. */
function asked(sql: string) {
  const plan = rewrite(prune(typed(sql)), (one) => {
    if (one.kind !== "scan") return one;
    return { ...one, dataset: { ...one.dataset, answer: async () => undefined } };
  });
  return { plan, asked: questionOf(plan) };
}

const text = (one: TypedExpression): string => {
  if (one.kind === "reference") return one.name;
  if (one.kind === "literal") return String(one.value);
  if (one.kind !== "call" && one.kind !== "aggregate") return one.kind;
  return `${one.name}(${one.arguments.map(text).join()})`;
};

function shown(sql: string): string | undefined {
  const question = asked(sql).asked?.question;
  if (!question) return undefined;
  const { conditions, wants } = question;
  const where = conditions.map(text).join(" ");
  if (wants.kind === "groups") {
    return `${where}|${wants.by.map(text).join()}|${wants.aggregates.map(text).join()}`;
  }
  const order = wants.order.map(({ input, direction }) => `${text(input)} ${direction}`).join();
  return `${where}|${order}|${wants.limit ?? "all"} from ${wants.offset}`;
}

test("aggregates and groups are asked in the words of the fields, through what renames them", () => {
  expect(shown("SELECT count(1), max(a) + min(a) FROM t WHERE a > 1")).toBe(
    ">(a,1)||count(1),max(a),min(a)",
  );
  expect(
    shown(
      "SELECT k, count(n) FROM (SELECT b AS k, a AS n FROM t WHERE a > 1) WHERE n < 9 GROUP BY k",
    ),
  ).toBe(">(a,1) <(a,9)|b|count(a)");
  expect(shown("SELECT DISTINCT a, b FROM t")).toBe("|a,b|");
  expect(shown("SELECT max(a + 1) FROM t")).toBe("|max(+(a,1))".replace("|max", "||max"));
});

test("rows are asked for where some are left out", () => {
  expect(shown("SELECT a AS k FROM t WHERE b = 'x' ORDER BY k DESC LIMIT 5 OFFSET 2")).toBe(
    "=(b,x)|a desc|5 from 2",
  );
  expect(shown("SELECT a FROM t OFFSET 2")).toBe("||all from 2");
  expect(shown("SELECT a FROM t LIMIT 2")).toBeUndefined();
});

test.each([
  ["SELECT count(1) FROM t WHERE rand() > 0.5"],
  ["SELECT max(r) FROM (SELECT rand() AS r FROM t)"],
  ["SELECT count(1) FROM t JOIN u ON t.a = u.a"],
  ["SELECT count(1) FROM (SELECT a FROM t LIMIT 3)"],
  ["SELECT count(1) FROM t WHERE a IN (SELECT a FROM u)"],
  ["SELECT a FROM (SELECT a FROM t LIMIT 9) LIMIT 3 OFFSET 1"],
  ["SELECT a FROM t"],
])("%s asks nothing", (sql) => {
  expect(shown(sql)).toBeUndefined();
});

test("the answer makes the same columns", () => {
  for (const sql of [
    "SELECT b, max(a) + 1 AS m FROM t GROUP BY b",
    "SELECT concat(b, 'x') AS c, a FROM t ORDER BY a OFFSET 3",
    "SELECT DISTINCT b FROM t",
  ]) {
    const { plan, asked: found } = asked(sql);
    const made = found!.made({ kind: "one row", output: [] });
    expect(outputOf(made)).toEqual(outputOf(plan));
  }
});
