import { not, some } from "../../../analysis/expression.ts";
import {
  outputOf,
  type TypedCall,
  type TypedExpression,
  type TypedSubquery,
} from "../../../analysis/typed.ts";
import { columnName } from "../quote.ts";
import { expression } from "./expression.ts";
import { compilationOf } from "./function/registry.ts";
import { relation } from "./relation.ts";
import { fresh, type Scope } from "./scope.ts";

/** SQL of a subquery as a value: EXISTS and IN are true or false, as Spark's joins make them. */
export function subquery(node: TypedSubquery, scope: Scope): string {
  switch (node.use) {
    case "exists":
      return `EXISTS (${relation(node.relation, scope)})`;
    case "scalar": {
      const [column] = outputOf(node.relation);
      const inner = relation(node.relation, scope);
      return `(SELECT ${columnName(column?.id ?? -1)} FROM (${inner}))`;
    }
    case "in":
      return node.values.length > 1 || isNullLiteral(node)
        ? membership(node, scope)
        : `coalesce(${membership(node, scope)}, false)`;
  }
}

/** SQL of a condition of which only true counts: its INs may be null, and stay joins to DuckDB. */
export function predicate(node: TypedExpression, scope: Scope): string {
  if (node.kind === "subquery" && node.use === "in") return membership(node, scope);
  if (node.kind !== "call") return expression(node, scope);
  if (node.name === "and") {
    return `(${node.arguments.map((each) => predicate(each, scope)).join(" AND ")})`;
  }
  const denied = node.name === "not" ? inSubquery(node.arguments[0]) : undefined;
  return denied ? absence(denied, scope) : expression(node, scope);
}

/**
 * SQL of NOT over IN with a subquery, at any depth of AND and OR: false where it is not known,
 * so that NOT has to be brought to each IN first. Undefined for any other call.
 */
export function negation(node: TypedCall, scope: Scope): string | undefined {
  const [input] = node.arguments;
  if (node.name !== "not" || !input) return undefined;
  const single = inSubquery(input);
  if (single) {
    const sql = absence(single, scope);
    return single.values.length > 1 || isNullLiteral(single) ? sql : `coalesce(${sql}, false)`;
  }
  if (input.kind !== "call" || !some(input, (one) => inSubquery(one) !== undefined)) {
    return undefined;
  }
  if (input.name === "not") return expression(input.arguments[0] ?? input, scope);
  if (input.name !== "and" && input.name !== "or") return undefined;
  const word = input.name === "and" ? " OR " : " AND ";
  return `(${input.arguments.map((each) => expression(not(each), scope)).join(word)})`;
}

function inSubquery(node: TypedExpression | undefined): TypedSubquery | undefined {
  return node?.kind === "subquery" && node.use === "in" ? node : undefined;
}

/** NULL IN (…) alone is NULL of a subquery with rows: Spark folds it before it makes a join. */
function isNullLiteral({ values: [value] }: TypedSubquery): boolean {
  const inner = value?.kind === "cast" ? value.input : value;
  return inner?.kind === "literal" && inner.value === null;
}

function membership(node: TypedSubquery, scope: Scope): string {
  if (node.values.length > 1) return `EXISTS (${matches(node, scope, (equal) => equal)})`;
  const [column] = outputOf(node.relation);
  const value = node.values[0] ? expression(node.values[0], scope) : "NULL";
  const inner = relation(node.relation, scope);
  return `(${value} IN (SELECT ${columnName(column?.id ?? -1)} FROM (${inner})))`;
}

function absence(node: TypedSubquery, scope: Scope): string {
  if (node.values.length <= 1) return `(NOT ${membership(node, scope)})`;
  return `(NOT EXISTS (${matches(node, scope, (equal) => `(${equal}) IS NOT FALSE`)}))`;
}

/** The subquery's rows that equal the values, by what `test` makes of each equality. */
function matches(node: TypedSubquery, scope: Scope, test: (equal: string) => string): string {
  // The subquery may pass a column of the outer query on under its own name.
  const columns = outputOf(node.relation).map((column) => ({ column, name: fresh(scope) }));
  const named = columns.map(({ column, name }) => `${columnName(column.id)} AS ${name}`);
  const inner = `SELECT ${named.join(", ")} FROM (${relation(node.relation, scope)})`;
  const equal = compilationOf("=");
  const tests = columns.map(({ column, name }, at) => {
    const value = node.values[at];
    const sql = value ? expression(value, scope) : "NULL";
    const call: TypedCall = {
      kind: "call",
      name: "=",
      arguments: [],
      type: node.type,
      nullable: true,
    };
    const types = [value?.type ?? column.type, column.type];
    return test(equal?.([sql, name], { node: call, scope, types }) ?? "NULL");
  });
  return `SELECT 1 FROM (${inner}) WHERE ${tests.join(" AND ")}`;
}
