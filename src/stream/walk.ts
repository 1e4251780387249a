import { some } from "../analysis/expression.ts";
import type { TypedExpression, TypedRelation, TypedScan } from "../analysis/typed.ts";
import { isStreaming, type StreamingDataset } from "./dataset.ts";

/** A leaf that streams. */
export interface StreamingScan extends TypedScan {
  readonly dataset: StreamingDataset;
}

/** The relations directly below one, left to right. */
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

/** Replaces from below; inputs in the order of the plan. */
export function rewrite(
  relation: TypedRelation,
  change: (relation: TypedRelation) => TypedRelation,
): TypedRelation {
  return change(mapInputs(relation, (input) => rewrite(input, change)));
}

/** Every relation of a plan: inputs before what reads them, left before right. */
export function* walk(relation: TypedRelation): Generator<TypedRelation> {
  for (const input of inputsOf(relation)) yield* walk(input);
  yield relation;
}

export function isStreamingScan(relation: TypedRelation): relation is StreamingScan {
  return relation.kind === "scan" && isStreaming(relation.dataset);
}

/** Whether a plan reads a stream. */
export function streams(relation: TypedRelation): boolean {
  return isStreamingScan(relation) || inputsOf(relation).some(streams);
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

/** Whether a relation itself holds an expression that fulfils the test. */
export function holds(
  relation: TypedRelation,
  test: (expression: TypedExpression) => boolean,
): boolean {
  return expressionsOf(relation).some((expression) => some(expression, test));
}
