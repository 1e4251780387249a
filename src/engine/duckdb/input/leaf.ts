import type { TypedExpression, TypedRelation } from "../../../analysis/typed.ts";
import type { Input } from "../../../plan/input.ts";
import { partsOf } from "../compile/walk.ts";

/** The inputs of a plan, those of subqueries too. */
export function inputsOf(plan: TypedRelation): Input[] {
  const inputs: Input[] = [];
  visit(plan, inputs);
  return inputs;
}

function visit(plan: TypedRelation, inputs: Input[]): void {
  if (plan.kind === "input") inputs.push(plan.input);
  for (const child of childrenOf(plan)) visit(child, inputs);
  for (const node of expressionsOf(plan)) visitExpression(node, inputs);
}

function visitExpression(node: TypedExpression, inputs: Input[]): void {
  if (node.kind === "subquery") visit(node.relation, inputs);
  for (const part of partsOf(node)) visitExpression(part, inputs);
}

function childrenOf(plan: TypedRelation): readonly TypedRelation[] {
  switch (plan.kind) {
    case "scan":
    case "input":
    case "one row":
      return [];
    case "join":
    case "set":
      return [plan.left, plan.right];
    case "union":
      return plan.inputs;
    default:
      return [plan.input];
  }
}

function expressionsOf(plan: TypedRelation): readonly TypedExpression[] {
  switch (plan.kind) {
    case "project":
    case "windows":
      return plan.columns.map((named) => named.expression);
    case "filter":
      return [plan.condition];
    case "join":
      return plan.condition === undefined ? [] : [plan.condition];
    case "aggregate":
      return [...plan.grouping, ...plan.aggregates].map((named) => named.expression);
    case "sort":
      return plan.order.map((term) => term.input);
    case "generate":
      return [plan.generator];
    default:
      return [];
  }
}
