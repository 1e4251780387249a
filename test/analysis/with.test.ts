import { expect, test } from "vitest";
import { defaultConf } from "../../src/analysis/conf.ts";
import { outputOf } from "../../src/analysis/typed.ts";
import { type PrecedencePolicy, settledDefinitions } from "../../src/analysis/with.ts";
import { parseQuery } from "../../src/sql/parse.ts";
import { typedPlan } from "./sql.ts";

/** The types of the columns, which tell the definitions apart. */
function types(sql: string, policy: PrecedencePolicy): string {
  const plan = settledDefinitions(parseQuery(sql), policy, defaultConf);
  return outputOf(typedPlan(plan))
    .map((column) => column.type.type)
    .join(", ");
}

const outer = "p AS (SELECT 1)";
const inner = "WITH p AS (SELECT 'x') SELECT * FROM p";

test.each([
  ["in FROM the inner name wins", `WITH ${outer} SELECT * FROM (${inner})`, "string"],
  [
    "in a definition the outer name wins",
    `WITH ${outer}, q AS (${inner}) SELECT * FROM q`,
    "integer",
  ],
  [
    "in FROM of a definition the outer name wins too",
    `WITH ${outer}, q AS (SELECT * FROM (${inner})) SELECT * FROM q`,
    "integer",
  ],
  [
    "a WITH within a definition is out of sight for the definitions in it",
    `WITH q AS (WITH p AS (SELECT 1), r AS (WITH p AS (SELECT 'x') SELECT * FROM p)
       SELECT * FROM r) SELECT * FROM q`,
    "integer",
  ],
  [
    "in subqueries the outer name wins",
    `WITH ${outer} SELECT (${inner}), (SELECT (${inner}))`,
    "integer, integer",
  ],
  [
    "a definition put into a subquery finds the names there",
    "WITH q AS (SELECT * FROM p) SELECT (WITH p AS (SELECT 'x') SELECT * FROM q)",
    "string",
  ],
])("under LEGACY, %s", (_, sql, expected) => {
  expect(types(sql, "LEGACY")).toBe(expected);
});

test("under LEGACY a definition sees nothing from around its own WITH", () => {
  const chained = `WITH ${outer}, q AS (WITH r AS (SELECT * FROM p) SELECT * FROM r)
    SELECT * FROM q`;
  expect(() => types(chained, "LEGACY")).toThrow("no table p");
  expect(types(chained, "CORRECTED")).toBe("integer");
  const hidden = `WITH q AS (SELECT * FROM p) SELECT * FROM (WITH ${outer} SELECT * FROM q)`;
  expect(() => types(hidden, "LEGACY")).toThrow("no table p");
});

test("under EXCEPTION a hidden name is refused, but in FROM, where no WITH was before 3.0", () => {
  const refused = (sql: string): void => {
    expect(() => types(sql, "EXCEPTION")).toThrow("AMBIGUOUS_ALIAS_IN_NESTED_CTE");
  };
  refused(`WITH ${outer}, q AS (${inner}) SELECT * FROM q`);
  refused(`WITH ${outer} SELECT (${inner})`);
  refused(`WITH ${outer} SELECT * FROM p, LATERAL (${inner})`);
  expect(types(`WITH ${outer} SELECT * FROM (${inner})`, "EXCEPTION")).toBe("string");
  expect(types(`WITH ${outer}, q AS (SELECT * FROM p) SELECT * FROM q`, "EXCEPTION")).toBe(
    "integer",
  );
});
