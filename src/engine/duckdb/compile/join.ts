import {
  newColumn,
  passing,
  reference,
  referencesOf,
  replace,
  some,
} from "../../../analysis/expression.ts";
import {
  type Named,
  outputOf,
  type TypedExpression,
  type TypedJoin,
  type TypedRelation,
  type TypedSubquery,
} from "../../../analysis/typed.ts";
import { assert, error } from "../../../error/error.ts";
import { columnName } from "../quote.ts";
import { list, relation } from "./relation.ts";
import type { Scope } from "./scope.ts";
import { predicate } from "./subquery.ts";

const words = {
  inner: "INNER JOIN",
  cross: "CROSS JOIN",
  left: "LEFT JOIN",
  right: "RIGHT JOIN",
  full: "FULL JOIN",
  semi: "SEMI JOIN",
  anti: "ANTI JOIN",
} as const;

/** SQL of a join. */
export function join(given: TypedJoin, scope: Scope): string {
  const plan = withoutSubqueries(given);
  const left = relation(plan.left, scope);
  const right = relation(plan.right, scope);
  const columns = list(plan.output.map((column) => columnName(column.id)));
  const lateral = plan.lateral ? "LATERAL " : "";
  const cross = plan.type === "cross" && plan.condition === undefined;
  const word = plan.type === "cross" && !cross ? "INNER JOIN" : words[plan.type];
  const condition = plan.condition === undefined ? "true" : predicate(plan.condition, scope);
  const on = cross ? "" : ` ON ${condition}`;
  return `SELECT ${columns} FROM (${left}) AS l ${word} ${lateral}(${right}) AS r${on}`;
}

/**
 * The join with the subqueries of its condition computed beforehand, as columns of the side that
 * they read: DuckDB takes none in a join that keeps rows without a match.
 */
function withoutSubqueries(plan: TypedJoin): TypedJoin {
  const { condition, type } = plan;
  if (!condition || type === "inner" || type === "cross") return plan;
  if (!some(condition, (one) => one.kind === "subquery")) return plan;
  refuseNullTest(condition);
  const added: { left: Named[]; right: Named[] } = { left: [], right: [] };
  const rest = replace(condition, (one): TypedExpression | undefined => {
    if (one.kind !== "subquery") return undefined;
    const column = newColumn(one.use, one.type, { nullable: one.nullable });
    added[sideOf(one, plan)].push({ column, expression: one });
    return reference(column);
  });
  return {
    ...plan,
    left: withColumns(plan.left, added.left),
    right: withColumns(plan.right, added.right),
    condition: rest,
  };
}

/** Spark's joins know no third value of IN here, and its tests for it have answers of their own. */
function refuseNullTest(condition: TypedExpression): void {
  some(condition, (one) => {
    if (one.kind !== "call" || !/^is(not)?null$/.test(one.name)) return false;
    const [input] = one.arguments;
    if (input?.kind !== "subquery" || input.use !== "in") return false;
    throw error("ENGINE_UNSUPPORTED_FUNCTION", { name: `${one.name} of IN with a subquery` });
  });
}

/** The side of a join whose columns a subquery reads; the left if it reads none. */
function sideOf(subquery: TypedSubquery, plan: TypedJoin): "left" | "right" {
  const read = referencesOf(subquery);
  const reads = (side: TypedRelation) => outputOf(side).some((column) => read.has(column.id));
  if (!reads(plan.right)) return "left";
  if (!reads(plan.left)) return "right";
  assert(false, "a subquery in the condition of a join reads both of its sides");
  return "left";
}

function withColumns(side: TypedRelation, added: readonly Named[]): TypedRelation {
  if (added.length === 0) return side;
  return { kind: "project", input: side, columns: [...outputOf(side).map(passing), ...added] };
}
