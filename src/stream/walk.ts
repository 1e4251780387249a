import { some } from "../analysis/expression.ts";
import type { TypedExpression, TypedRelation, TypedScan } from "../analysis/typed.ts";
import { expressionsOf, inputsOf } from "../analysis/walk.ts";
import { isStreaming, type StreamingDataset } from "./dataset.ts";

/** A leaf that streams. */
export interface StreamingScan extends TypedScan {
  readonly dataset: StreamingDataset;
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

/** Whether a relation itself holds an expression that fulfils the test. */
export function holds(
  relation: TypedRelation,
  test: (expression: TypedExpression) => boolean,
): boolean {
  return expressionsOf(relation).some((expression) => some(expression, test));
}
