import { replace } from "./expression.ts";
import type { Named, TypedCall, TypedExpression, TypedRelation } from "./typed.ts";

/** The relations directly beneath one, left to right; not those of subqueries. */
export function inputsOf(relation: TypedRelation): readonly TypedRelation[] {
  switch (relation.kind) {
    case "scan":
    case "input":
    case "one row":
      return [];
    case "join":
    case "set":
      return [relation.left, relation.right];
    case "union":
      return relation.inputs;
    default:
      return [relation.input];
  }
}

/** The relation with its direct inputs replaced. */
export function mapInputs(
  relation: TypedRelation,
  change: (input: TypedRelation) => TypedRelation,
): TypedRelation {
  switch (relation.kind) {
    case "scan":
    case "input":
    case "one row":
      return relation;
    case "join":
    case "set":
      return { ...relation, left: change(relation.left), right: change(relation.right) };
    case "union":
      return { ...relation, inputs: relation.inputs.map(change) };
    default:
      return { ...relation, input: change(relation.input) };
  }
}

/** Replaces from below; inputs in the order of the plan. Subqueries are left as they are. */
export function rewrite(
  relation: TypedRelation,
  change: (relation: TypedRelation) => TypedRelation,
): TypedRelation {
  return change(mapInputs(relation, (input) => rewrite(input, change)));
}

/** As `rewrite`, and within the subqueries of expressions too. */
export function rewriteAll(
  relation: TypedRelation,
  change: (relation: TypedRelation) => TypedRelation,
): TypedRelation {
  const inside = (expression: TypedExpression): TypedExpression =>
    replace(expression, (one) =>
      one.kind === "subquery"
        ? { ...one, values: one.values.map(inside), relation: rewriteAll(one.relation, change) }
        : undefined,
    );
  return rewrite(relation, (one) => change(mapExpressions(one, inside)));
}

/** The expressions that stand in a relation itself. */
export function expressionsOf(relation: TypedRelation): readonly TypedExpression[] {
  switch (relation.kind) {
    case "project":
    case "windows":
      return relation.columns.map((named) => named.expression);
    case "filter":
      return [relation.condition];
    case "join":
      return relation.condition ? [relation.condition] : [];
    case "aggregate":
      return [...relation.grouping, ...relation.aggregates].map((named) => named.expression);
    case "sort":
      return relation.order.map((order) => order.input);
    case "generate":
      return [relation.generator];
    default:
      return [];
  }
}

/** The relation with the expressions that stand in it replaced. */
function mapExpressions(
  relation: TypedRelation,
  change: (expression: TypedExpression) => TypedExpression,
): TypedRelation {
  const named = (columns: readonly Named[]): readonly Named[] =>
    columns.map((one) => ({ column: one.column, expression: change(one.expression) }));
  switch (relation.kind) {
    case "project":
    case "windows":
      return { ...relation, columns: named(relation.columns) };
    case "filter":
      return { ...relation, condition: change(relation.condition) };
    case "join":
      return relation.condition ? { ...relation, condition: change(relation.condition) } : relation;
    case "aggregate": {
      const { grouping, aggregates } = relation;
      return { ...relation, grouping: named(grouping), aggregates: named(aggregates) };
    }
    case "sort": {
      const order = relation.order.map((one) => ({ ...one, input: change(one.input) }));
      return { ...relation, order };
    }
    case "generate":
      return { ...relation, generator: change(relation.generator) as TypedCall };
    default:
      return relation;
  }
}
