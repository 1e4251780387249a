import {
  booleanLiteral,
  integerLiteral,
  isNull,
  newColumn,
  passing,
  reference,
  replace,
  some,
  when,
} from "../../analysis/expression.ts";
import type {
  Column,
  Named,
  TypedAggregate,
  TypedAggregation,
  TypedExpression,
  TypedRelation,
} from "../../analysis/typed.ts";
import type { CachedResult } from "../../engine/engine.ts";
import { boolean, integer } from "../../schema/type.ts";
import { eventTimeKey, isAfter, isAtOrBefore } from "../event-time.ts";
import { type Buffers, buffersOf } from "./buffer.ts";
import {
  type BatchStep,
  countRows,
  filtered,
  joinOf,
  type OperatorOutput,
  type StatefulOperator,
  sameKey,
  unionOf,
} from "./operator.ts";
import { readCached, type StateColumns, stateColumns } from "./shape.ts";
import type { StateStore } from "./store.ts";

/**
 * A streaming aggregation. The batch's rows are grouped into buffers; the buffers are merged with
 * those in the state; what changed is the change of the state, and holds all that is put out in
 * Append and Update mode: `deleted` rows are the groups the watermark closed, `updated` rows the
 * groups the batch touched.
 */
export function aggregation(
  node: TypedAggregation,
  options: { readonly operatorId: number; readonly complete: boolean },
): StatefulOperator {
  const made = takeApart(node);
  const shape = {
    keys: made.keys.map((column) => column.type),
    values: made.values.map((column) => column.type),
  };
  return {
    operatorId: options.operatorId,
    operatorName: "stateStoreSave",
    shape,
    evicts: !options.complete,
    run: (input, store, step) => run({ ...made, node, input, store, step }),
  };
}

interface Apart {
  /** The grouping as the output refers to it; a constant where there is none. */
  readonly keys: readonly Column[];
  /** The buffers of all aggregates, one after the other. */
  readonly values: readonly Column[];
  readonly buffers: readonly { readonly buffers: Buffers; readonly at: number }[];
  readonly partials: readonly TypedExpression[];
  readonly results: readonly Named[];
  readonly eventKey: number;
}

function takeApart(node: TypedAggregation): Apart {
  const constant = newColumn("k0", integer, { nullable: false });
  const keys = node.grouping.length === 0 ? [constant] : node.grouping.map((named) => named.column);
  const found: TypedAggregate[] = [];
  for (const { expression } of node.aggregates) {
    some(expression, (one) => {
      if (one.kind === "aggregate" && !found.includes(one)) found.push(one);
      return false;
    });
  }
  const partials: TypedExpression[] = [];
  const buffers = found.map((one) => {
    const taken = buffersOf(one);
    const at = partials.length;
    partials.push(...taken.partial);
    return { buffers: taken, at };
  });
  const values = partials.map((partial, index) => newColumn(`v${index}`, partial.type));
  const results = node.aggregates.map(({ column, expression }) => ({
    column,
    expression: replace(expression, (one) => {
      if (one.kind !== "aggregate") return undefined;
      const mine = buffers[found.indexOf(one)]!;
      return mine.buffers.finish(slice(values, mine).map(reference));
    }),
  }));
  const event = eventTimeKey(node);
  return {
    keys,
    values,
    buffers,
    partials,
    results,
    eventKey: event === undefined ? -1 : keys.indexOf(event),
  };
}

function slice(
  columns: readonly Column[],
  one: { readonly buffers: Buffers; readonly at: number },
): readonly Column[] {
  return columns.slice(one.at, one.at + one.buffers.partial.length);
}

interface Run extends Apart {
  readonly node: TypedAggregation;
  readonly input: TypedRelation;
  readonly store: StateStore;
  readonly step: BatchStep;
}

async function run(one: Run): Promise<OperatorOutput> {
  const { store, step } = one;
  let dropped = 0;
  let change = await store.stored(step.keep);
  if (change === undefined) {
    const made = await computeChange(one);
    dropped = made.dropped;
    change = made.change;
    await store.commit({ rows: change }, step.context);
  }
  const read: StateColumns = { ...stateColumns(store.shape), keys: one.keys, values: one.values };
  const changed = readCached(change, [...read.keys, ...read.values, read.deleted, read.updated]);
  const counts =
    change.rows === 0
      ? [0, 0]
      : await countRows(changed, [reference(read.updated), reference(read.deleted)], step);
  await store.apply({ rows: change });
  return {
    relation: output(one, changed, read),
    numRowsUpdated: counts[0] ?? 0,
    numRowsRemoved: counts[1] ?? 0,
    numRowsDroppedByWatermark: dropped,
  };
}

function output(one: Run, changed: TypedRelation, read: StateColumns): TypedRelation {
  const { node: _, results, store, step } = one;
  const rows = {
    complete: () => readCached(store.kept, [...read.keys, ...read.values]),
    append: () => filtered(changed, reference(read.deleted)),
    update: () => filtered(changed, reference(read.updated)),
  };
  return { kind: "project", input: rows[step.outputMode](), columns: results };
}

/** What the batch makes of the state. */
async function computeChange(
  one: Run,
): Promise<{ readonly change: CachedResult; readonly dropped: number }> {
  const { store, step, keys, values, eventKey } = one;
  const event = step.outputMode === "complete" ? undefined : keys[eventKey];
  let fresh = partialOf(one);
  let dropped = 0;
  if (event !== undefined) {
    const kept = await step.keep(fresh);
    const read = readCached(kept, [...keys, ...values]);
    const late = isAtOrBefore(event, step.lateMs);
    if (kept.rows > 0) dropped = (await countRows(read, [late], step))[0] ?? 0;
    fresh = dropped === 0 ? read : filtered(read, isAfter(event, step.lateMs));
  }
  const parts = [merged(one, fresh, event)];
  // At an unchanged watermark nothing is left that it could close.
  if (event !== undefined && step.watermarkMs > step.lateMs && store.kept.rows > 0) {
    parts.push(evicted(one, fresh, eventKey));
  }
  const columns = stateColumns(store.shape);
  const all = [...columns.keys, ...columns.values, columns.deleted, columns.updated];
  const relation = parts.length === 1 ? parts[0]! : unionOf(parts, all);
  return { change: await step.keep(relation), dropped };
}

/** The buffers of the batch's rows alone, read as `keys` and `values`. */
function partialOf({ node, input, keys, values, partials }: Run): TypedRelation {
  const buffers = values.map((column, index) => ({ column, expression: partials[index]! }));
  if (node.grouping.length > 0) {
    // The grouping column is named again under its own id: both are the same value.
    return { ...node, input, aggregates: [...keys.map(passing), ...buffers] };
  }
  const total: TypedRelation = { ...node, input, aggregates: buffers };
  const key = { column: keys[0]!, expression: integerLiteral(0) };
  return { kind: "project", input: total, columns: [key, ...values.map(passing)] };
}

/** The groups of the batch with what the state has of them. */
function merged(one: Run, fresh: TypedRelation, event: Column | undefined): TypedRelation {
  const { store, step, keys, values } = one;
  const out = stateColumns(store.shape);
  const evicts = event !== undefined && step.watermarkMs > step.lateMs;
  const flags = [
    {
      column: out.deleted,
      expression: evicts
        ? when(
            [[isAtOrBefore(event, step.watermarkMs), booleanLiteral(true)]],
            booleanLiteral(false),
          )
        : booleanLiteral(false),
    },
    { column: out.updated, expression: booleanLiteral(true) },
  ];
  const keyColumns = out.keys.map((column, index) => ({
    column,
    expression: reference(keys[index]!),
  }));
  if (store.kept.rows === 0) {
    const same = out.values.map((column, index) => ({
      column,
      expression: reference(values[index]!),
    }));
    return { kind: "project", input: fresh, columns: [...keyColumns, ...same, ...flags] };
  }
  const state = stateColumns(store.shape);
  const found = newColumn("found", boolean, { nullable: false });
  const kept: TypedRelation = {
    kind: "project",
    input: readCached(store.kept, [...state.keys, ...state.values]),
    columns: [
      ...[...state.keys, ...state.values].map(passing),
      { column: found, expression: booleanLiteral(true) },
    ],
  };
  const condition = sameKey(keys, state.keys);
  const joined = joinOf("left", fresh, { right: kept, condition });
  const absent = isNull(reference({ ...found, nullable: true }));
  const buffers = one.buffers.flatMap((buffer) => {
    const mine = slice(values, buffer).map(reference);
    const theirs = slice(state.values, buffer).map(reference);
    return buffer.buffers.merge(theirs, mine).map((value, index) => ({
      column: out.values[buffer.at + index]!,
      expression: when([[absent, mine[index]!]], value),
    }));
  });
  return { kind: "project", input: joined, columns: [...keyColumns, ...buffers, ...flags] };
}

/** The groups the watermark closes and the batch did not touch. */
function evicted({ store, step, keys }: Run, fresh: TypedRelation, at: number): TypedRelation {
  const state = stateColumns(store.shape);
  const out = stateColumns(store.shape);
  const kept = readCached(store.kept, [...state.keys, ...state.values]);
  const old = filtered(kept, isAtOrBefore(state.keys[at]!, step.watermarkMs));
  const condition = sameKey(state.keys, keys);
  const columns = [...out.keys, ...out.values].map((column, index) => ({
    column,
    expression: reference([...state.keys, ...state.values][index]!),
  }));
  return {
    kind: "project",
    input: joinOf("anti", old, { right: fresh, condition }),
    columns: [
      ...columns,
      { column: out.deleted, expression: booleanLiteral(true) },
      { column: out.updated, expression: booleanLiteral(false) },
    ],
  };
}
