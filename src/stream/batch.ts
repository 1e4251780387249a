import { aggregate, cast, newColumn, passing } from "../analysis/expression.ts";
import {
  outputOf,
  type TypedExpression,
  type TypedRelation,
  type TypedWatermark,
} from "../analysis/typed.ts";
import { inputsOf, mapInputs } from "../analysis/walk.ts";
import { assert } from "../error/error.ts";
import { double, timestamp } from "../schema/type.ts";
import { Timestamp } from "../schema/value.ts";
import { asTimestamp, instantOf } from "./event-time.ts";
import {
  type BatchStep,
  firstRow,
  type OperatorOutput,
  type StatefulOperator,
} from "./state/operator.ts";
import { readCached } from "./state/shape.ts";
import type { StateStore } from "./state/store.ts";
import type { StreamingPlan } from "./streaming-plan.ts";
import { isStreamingScan, streams } from "./walk.ts";
import { type EventTime, microsToMs } from "./watermark.ts";

/** A batch whose state is done and whose rows are ready for the sink. */
export interface ComputedBatch {
  readonly relation: TypedRelation;
  /** What each `withWatermark` saw, in the order of `plan.watermarks`. */
  readonly eventTimes: readonly (EventTime | undefined)[];
  /** Rows that went through each `withWatermark`. */
  readonly rows: ReadonlyMap<TypedWatermark, number>;
  readonly operators: readonly (readonly [StatefulOperator, OperatorOutput])[];
}

interface Work {
  readonly plan: StreamingPlan;
  readonly stores: ReadonlyMap<StatefulOperator, StateStore>;
  readonly step: BatchStep;
  readonly times: Map<TypedWatermark, EventTime | undefined>;
  readonly rows: Map<TypedWatermark, number>;
  readonly operators: (readonly [StatefulOperator, OperatorOutput])[];
}

/**
 * Computes a plan whose leaves are inputs: `bound` has the shape of `plan.plan` with other
 * leaves. Watermarks keep their input, so that it is read once; stateful operators bring their
 * state to the next version. What comes out may be run any number of times.
 */
export async function computeBatch(
  plan: StreamingPlan,
  bound: TypedRelation,
  options: { readonly stores: Work["stores"]; readonly step: BatchStep },
): Promise<ComputedBatch> {
  const work: Work = { plan, ...options, times: new Map(), rows: new Map(), operators: [] };
  const simple = plan.watermarks.length === 0 && plan.operators.size === 0;
  const relation = simple ? bound : await compute(plan.plan, bound, work);
  return {
    relation,
    eventTimes: plan.watermarks.map((watermark) => work.times.get(watermark)),
    rows: work.rows,
    operators: work.operators,
  };
}

/** Goes down the plan and its bound copy side by side, inputs first. */
async function compute(
  original: TypedRelation,
  bound: TypedRelation,
  work: Work,
): Promise<TypedRelation> {
  if (isStreamingScan(original) || !streams(original)) return bound;
  assert(original.kind === bound.kind, "planning a batch changed more than leaves");
  const mine = inputsOf(original);
  const theirs = inputsOf(bound);
  const inputs: TypedRelation[] = [];
  for (const [index, input] of mine.entries()) {
    inputs.push(await compute(input, theirs[index]!, work));
  }
  if (original.kind === "watermark") return computeWatermark(original, inputs[0]!, work);
  const operator = work.plan.operators.get(original);
  if (operator === undefined) {
    let next = 0;
    return mapInputs(bound, () => inputs[next++]!);
  }
  const store = work.stores.get(operator);
  assert(store !== undefined, "a stateful operator has no state");
  const output = await operator.run(inputs[0]!, store, work.step);
  work.operators.push([operator, output]);
  return output.relation;
}

/** Keeps the rows (only columns that are read) and takes the times of them. */
async function computeWatermark(
  node: TypedWatermark,
  input: TypedRelation,
  work: Work,
): Promise<TypedRelation> {
  const there = new Set(outputOf(input).map((column) => column.id));
  const wanted = node.output.filter(
    ({ id }) => there.has(id) && (work.plan.needed.has(id) || id === node.column),
  );
  const kept = await work.step.keep({
    kind: "project",
    input,
    columns: wanted.map(passing),
  });
  const relation = readCached(kept, wanted);
  const event = wanted.find((column) => column.id === node.column);
  assert(event !== undefined, "the event time of a watermark is not among its columns");
  work.rows.set(node, kept.rows);
  if (kept.rows > 0) {
    work.times.set(node, await eventTimeOf(relation, instantOf(event), work.step));
  }
  return relation;
}

async function eventTimeOf(
  relation: TypedRelation,
  instant: TypedExpression,
  step: BatchStep,
): Promise<EventTime | undefined> {
  const time = asTimestamp(instant);
  const ends = (["max", "min"] as const).map((name) => ({
    column: newColumn(name, timestamp),
    expression: aggregate(name, [time], { type: timestamp, nullable: true }),
  }));
  const seconds = aggregate("avg", [cast(time, double)], { type: double, nullable: true });
  const average = { column: newColumn("avg", double), expression: seconds };
  const row = await firstRow(
    { kind: "aggregate", input: relation, grouping: [], aggregates: [...ends, average] },
    // A local time is taken as if it were UTC.
    { engine: step.engine, context: { ...step.context, timeZone: "UTC" } },
  );
  const [max, min, avg] = row;
  if (!(max instanceof Timestamp) || !(min instanceof Timestamp)) return undefined;
  return {
    maxMs: microsToMs(max.micros),
    minMs: microsToMs(min.micros),
    avgMs: typeof avg === "number" ? Math.trunc(avg * 1000) : microsToMs(max.micros),
  };
}
