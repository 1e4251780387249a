import {
  aggregate,
  and,
  booleanLiteral,
  compare,
  longLiteral,
  newColumn,
  reference,
} from "../../analysis/expression.ts";
import type {
  Column,
  TypedExpression,
  TypedInput,
  TypedJoin,
  TypedRelation,
} from "../../analysis/typed.ts";
import { outputOf } from "../../analysis/typed.ts";
import type { CachedResult, Engine, QueryContext } from "../../engine/engine.ts";
import type { OutputMode } from "../../plan/command.ts";
import { long } from "../../schema/type.ts";
import type { Value } from "../../schema/value.ts";
import type { OperatorMetadata } from "./metadata.ts";
import { readCached } from "./shape.ts";
import type { StateStore } from "./store.ts";

/** An operator that remembers rows of earlier batches. Made once for a query, run every batch. */
export interface StatefulOperator extends OperatorMetadata {
  /** Whether a watermark that moved is a reason for a batch without data. */
  readonly evicts: boolean;
  /**
   * Brings the state from version N to N+1, durably, and gives the operator's output of batch N.
   * A change that an earlier attempt made durable is kept, never computed again.
   */
  run(input: TypedRelation, store: StateStore, step: BatchStep): Promise<OperatorOutput>;
}

/** What is fixed for all operators of one batch. */
export interface BatchStep {
  readonly engine: Engine;
  readonly context: QueryContext;
  readonly outputMode: OutputMode;
  /** Rows at or before it are dropped: the watermark of the batch before. */
  readonly lateMs: number;
  /** Keys at or before it leave the state: the watermark of this batch. */
  readonly watermarkMs: number;
  /** Computes a relation once; it is kept until the batch is over. */
  keep(relation: TypedRelation): Promise<CachedResult>;
  /** Frees what `keep` made, before the batch is over: nothing reads the relation any more. */
  release(relation: TypedRelation): Promise<void>;
}

export interface OperatorOutput {
  readonly relation: TypedRelation;
  readonly numRowsUpdated: number;
  readonly numRowsRemoved: number;
  readonly numRowsDroppedByWatermark: number;
  readonly customMetrics?: Readonly<Record<string, number>>;
}

/** A relation the engine has computed already, or computes now. */
export async function keptInput(relation: TypedRelation, step: BatchStep): Promise<TypedInput> {
  if (relation.kind === "input" && relation.input.kind === "cached") return relation;
  return readCached(await step.keep(relation), outputOf(relation));
}

/** The columns on both sides are equal, null to null. */
export function sameKey(left: readonly Column[], right: readonly Column[]): TypedExpression {
  return and(
    left.map((column, index) => {
      const other = right[index];
      return other ? compare("<=>", reference(column), reference(other)) : booleanLiteral(true);
    }),
  );
}

export function joinOf(
  type: "inner" | "left" | "semi" | "anti",
  left: TypedRelation,
  options: { readonly right: TypedRelation; readonly condition: TypedExpression },
): TypedJoin {
  const { right, condition } = options;
  const added = type === "semi" || type === "anti" ? [] : outputOf(right);
  const nullable = type === "left";
  const output = [
    ...outputOf(left),
    ...added.map((column) => (nullable ? { ...column, nullable } : column)),
  ];
  return { kind: "join", left, right, type, condition, lateral: false, output };
}

export function filtered(input: TypedRelation, condition: TypedExpression): TypedRelation {
  return { kind: "filter", input, condition };
}

/** UNION ALL of relations of the same shape, read by the columns given. */
export function unionOf(
  inputs: readonly TypedRelation[],
  output: readonly Column[],
): TypedRelation {
  return { kind: "union", inputs, output };
}

/** How many rows fulfil each of the conditions, in one pass. */
export async function countRows(
  relation: TypedRelation,
  conditions: readonly TypedExpression[],
  { engine, context }: Pick<BatchStep, "engine" | "context">,
): Promise<readonly number[]> {
  const counts = conditions.map((condition, index) => ({
    column: newColumn(`c${index}`, long, { nullable: false }),
    expression: {
      ...aggregate("count", [longLiteral(1n)], { type: long, nullable: false }),
      filter: condition,
    },
  }));
  const row = await firstRow(
    { kind: "aggregate", input: relation, grouping: [], aggregates: counts },
    { engine, context },
  );
  return row.map((value) => Number(value ?? 0));
}

/** The first row of a relation, as values in column order; empty if there is none. */
export async function firstRow(
  relation: TypedRelation,
  { engine, context }: Pick<BatchStep, "engine" | "context">,
): Promise<readonly Value[]> {
  await using result = await engine.query(relation, context);
  const chunk = await result.next();
  if (chunk === undefined || chunk.rows === 0) return [];
  return chunk.columns.map((column) => column[0] ?? null);
}
