import { children } from "../../../analysis/expression.ts";
import {
  outputOf,
  type TypedExpression,
  type TypedInput,
  type TypedRelation,
} from "../../../analysis/typed.ts";
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

/**
 * By place, the columns of each input that something in a plan may look at: what an expression
 * refers to, what comes out of the plan, and what is known by its place. The engine leaves the
 * others alone.
 */
export function columnsRead(plan: TypedRelation): ReadonlyMap<Input, ReadonlySet<number>> {
  const ids = new Set<number>();
  const leaves: TypedInput[] = [];
  look(plan, ids, leaves);
  const read = new Map<Input, Set<number>>();
  for (const { input, output } of leaves) {
    const places = read.get(input) ?? new Set();
    read.set(input, places);
    for (const [place, { id }] of output.entries()) if (ids.has(id)) places.add(place);
  }
  return read;
}

/** Relations whose columns are those of their input, known by their ids. */
const passing: ReadonlySet<TypedRelation["kind"]> = new Set(["filter", "sort", "limit", "join"]);
/** Relations that refer to all that they use. */
const referring: ReadonlySet<TypedRelation["kind"]> = new Set(["project", "aggregate"]);

function look(plan: TypedRelation, ids: Set<number>, leaves: TypedInput[], all = true): void {
  if (plan.kind === "input") leaves.push(plan);
  if (all) for (const { id } of outputOf(plan)) ids.add(id);
  for (const node of expressionsOf(plan)) lookInto(node, ids, leaves);
  const whole = !passing.has(plan.kind) && !referring.has(plan.kind);
  for (const relation of relationsOf(plan)) look(relation, ids, leaves, whole);
}

function lookInto(node: TypedExpression, ids: Set<number>, leaves: TypedInput[]): void {
  if (node.kind === "reference") ids.add(node.id);
  if (node.kind === "subquery") look(node.relation, ids, leaves);
  for (const part of children(node)) lookInto(part, ids, leaves);
}

/** Whether the engine may find in a plan what it compares columns of a file with. */
export function hasCondition(plan: TypedRelation): boolean {
  const own = ["filter", "join", "set", "deduplicate"].includes(plan.kind);
  return own || relationsOf(plan).some(hasCondition) || expressionsOf(plan).some(hasSubquery);
}

function hasSubquery(node: TypedExpression): boolean {
  return node.kind === "subquery" || children(node).some(hasSubquery);
}
