import { children } from "../../../analysis/expression.ts";
import type { TypedExpression, TypedRelation } from "../../../analysis/typed.ts";
import { expressionsOf, inputsOf as relationsOf } from "../../../analysis/walk.ts";
import type { Input } from "../../../plan/input.ts";

/** The inputs of a plan, those of subqueries too. */
export function inputsOf(plan: TypedRelation): Input[] {
  const inputs: Input[] = [];
  visit(plan, inputs);
  return inputs;
}

function visit(plan: TypedRelation, inputs: Input[]): void {
  if (plan.kind === "input") inputs.push(plan.input);
  for (const relation of relationsOf(plan)) visit(relation, inputs);
  for (const node of expressionsOf(plan)) visitExpression(node, inputs);
}

function visitExpression(node: TypedExpression, inputs: Input[]): void {
  if (node.kind === "subquery") visit(node.relation, inputs);
  for (const part of children(node)) visitExpression(part, inputs);
}

/** Whether the engine may find in a plan what it compares columns of a file with. */
export function hasCondition(plan: TypedRelation): boolean {
  const own = ["filter", "join", "set", "deduplicate"].includes(plan.kind);
  return own || relationsOf(plan).some(hasCondition) || expressionsOf(plan).some(hasSubquery);
}

function hasSubquery(node: TypedExpression): boolean {
  return node.kind === "subquery" || children(node).some(hasSubquery);
}
