import {
  aggregate,
  and,
  booleanLiteral,
  compare,
  longLiteral,
  newColumn,
  passing,
  reference,
  when,
} from "../../analysis/expression.ts";
import {
  type Column,
  type Named,
  outputOf,
  type TypedDeduplicate,
  type TypedExpression,
  type TypedRelation,
} from "../../analysis/typed.ts";
import type { CachedResult, Eviction } from "../../engine/engine.ts";
import { long } from "../../schema/type.ts";
import { delayKey, instantOf, isAfter, isAtOrBefore, isEventTime } from "../event-time.ts";
import {
  type BatchStep,
  countRows,
  filtered,
  joinOf,
  keptInput,
  type OperatorOutput,
  type StatefulOperator,
  sameKey,
  unionOf,
} from "./operator.ts";
import { readCached, readPlaced, type StateColumns, stateColumns } from "./shape.ts";
import type { StateStore } from "./store.ts";

/**
 * `dropDuplicates`: the first row of a key ever seen passes. A key is forgotten when the event
 * time among the keys is past the watermark; without one it is kept for ever.
 * `dropDuplicatesWithinWatermark`: the key is forgotten once the watermark is past the event time
 * of its first row by the delay.
 */
export function deduplication(
  node: TypedDeduplicate,
  options: { readonly operatorId: number },
): StatefulOperator {
  const columns = outputOf(node.input);
  const keys = node.keys.map((id) => columns.find((column) => column.id === id)!);
  const event = columns.find(isEventTime);
  const within = node.withinWatermark ? event : undefined;
  const values = within === undefined ? [] : [instantOf(within).type];
  return {
    operatorId: options.operatorId,
    operatorName: node.withinWatermark ? "dedupeWithinWatermark" : "dedupe",
    shape: { keys: keys.map((column) => column.type), values },
    evicts: true,
    run: (input, store, step) => run({ node, keys, event, within, input, store, step }),
  };
}

interface Run {
  readonly node: TypedDeduplicate;
  readonly keys: readonly Column[];
  /** The event time among the input's columns; rows of late ones are dropped. */
  readonly event: Column | undefined;
  /** It again, where its passing is what forgets keys that it is not part of. */
  readonly within: Column | undefined;
  readonly input: TypedRelation;
  readonly store: StateStore;
  readonly step: BatchStep;
}

async function run(one: Run): Promise<OperatorOutput> {
  const { event, store, step } = one;
  const all = await keptInput(one.input, step);
  const late = event === undefined ? [] : [isAtOrBefore(event, step.lateMs)];
  const [rows = 0, dropped = 0] = await countRows(all, [booleanLiteral(true), ...late], step);
  const position = newColumn("position", long, { nullable: false });
  const placed = readPlaced(all, position);
  const timely = dropped === 0 || !event ? placed : filtered(placed, isAfter(event, step.lateMs));
  const repeated = await step.keep(repetitions(one, timely, position));
  const passed = without(repeated, { rows: timely, position, output: outputOf(all) });
  const numRowsUpdated = rows - dropped - repeated.rows;

  const gone = await evictionOf(one);
  const evict = gone && { evict: gone.eviction };
  let change = await store.stored(step.keep);
  if (change === undefined) {
    change = await step.keep(changeOf(one, passed));
    await store.commit({ rows: change, ...evict }, step.context);
  }
  const read = stateColumns(store.shape);
  const changed = readCached(change, [...read.keys, ...read.values, read.deleted, read.updated]);
  const [removed = 0] =
    change.rows === 0 ? [0] : await countRows(changed, [reference(read.deleted)], step);
  await store.apply({ rows: change, added: one.within !== undefined, ...evict });
  await step.release(changed);
  return {
    relation: passed,
    numRowsUpdated,
    numRowsRemoved: removed + (gone?.rows ?? 0),
    numRowsDroppedByWatermark: dropped,
    customMetrics: { numDroppedDuplicateRows: repeated.rows },
  };
}

/**
 * Positions of the rows that do not pass: those of keys that the state has, and all but the first
 * of a key. They are kept instead of the rows that pass, because mostly they are few.
 */
function repetitions(one: Run, rows: TypedRelation, position: Column): TypedRelation {
  const { keys, store } = one;
  const grouping = keys.map(passing);
  const firstKeys = keys.map(({ name, type }) => newColumn(name, type));
  const whole = { type: long, nullable: false };
  const first = newColumn("first", long, whole);
  const number = newColumn("number", long, whole);
  const firsts: TypedRelation = {
    kind: "aggregate",
    input: rows,
    grouping,
    aggregates: [
      ...firstKeys.map((column, index) => ({ column, expression: reference(keys[index]!) })),
      { column: first, expression: aggregate("min", [reference(position)], whole) },
      { column: number, expression: aggregate("count", [longLiteral(1n)], whole) },
    ],
  };
  const several = filtered(firsts, compare(">", reference(number), longLiteral(1n)));
  const again = joinOf("inner", rows, {
    right: several,
    condition: and([sameKey(keys, firstKeys), compare(">", reference(position), reference(first))]),
  });
  const positions = (input: TypedRelation): TypedRelation => ({
    kind: "project",
    input,
    columns: [passing(position)],
  });
  if (store.kept.rows === 0) return positions(again);
  const state = stateColumns(store.shape);
  const right = readCached(store.kept, [...state.keys, ...state.values]);
  const known = joinOf("semi", rows, { right, condition: sameKey(keys, state.keys) });
  const column = newColumn("position", long);
  const both = unionOf([positions(again), positions(known)], [column]);
  return {
    kind: "aggregate",
    input: both,
    grouping: [passing(column)],
    aggregates: [passing(column)],
  };
}

/** Rows but for those at the positions kept. */
function without(
  positions: CachedResult,
  from: {
    readonly rows: TypedRelation;
    readonly position: Column;
    readonly output: readonly Column[];
  },
): TypedRelation {
  const { rows, position, output } = from;
  const gone = newColumn("gone", long);
  const condition = compare("=", reference(position), reference(gone));
  const right = readCached(positions, [gone]);
  const left = positions.rows === 0 ? rows : joinOf("anti", rows, { right, condition });
  return { kind: "project", input: left, columns: output.map(passing) };
}

/** The keys that come, and those that the watermark makes go. */
function changeOf(one: Run, passed: TypedRelation): TypedRelation {
  const { keys, within, store, step } = one;
  const out = stateColumns(store.shape);
  const moved = step.watermarkMs > step.lateMs;
  const done = forgotten(one, { keys, values: within === undefined ? [] : [within] });
  const added: Named[] = [
    ...out.keys.map((column, index) => ({ column, expression: reference(keys[index]!) })),
    ...out.values.map((column) => ({ column, expression: instantOf(within!) })),
    { column: out.deleted, expression: moved && done ? orFalse(done) : booleanLiteral(false) },
    { column: out.updated, expression: booleanLiteral(true) },
  ];
  const coming: TypedRelation = { kind: "project", input: passed, columns: added };
  const state = stateColumns(store.shape);
  const gone = within === undefined ? forgotten(one, state) : undefined;
  if (!moved || gone === undefined || store.kept.rows === 0) return coming;
  const kept = readCached(store.kept, [...state.keys, ...state.values]);
  const going: TypedRelation = {
    kind: "project",
    input: filtered(kept, gone),
    columns: [
      ...[...state.keys, ...state.values].map(passing),
      { column: state.deleted, expression: booleanLiteral(true) },
      { column: state.updated, expression: booleanLiteral(false) },
    ],
  };
  const all = stateColumns(store.shape);
  return unionOf([coming, going], [...all.keys, ...all.values, all.deleted, all.updated]);
}

/** The keys of the state that go by the time they hold; they are not listed one by one. */
async function evictionOf(
  one: Run,
): Promise<{ readonly eviction: Eviction; readonly rows: number } | undefined> {
  const { keys, within, store, step } = one;
  if (within === undefined || step.watermarkMs <= step.lateMs) return undefined;
  const delayMs = Number(within.metadata[delayKey] ?? 0);
  const atOrBefore = BigInt(step.watermarkMs - delayMs) * 1000n;
  const state = stateColumns(store.shape);
  const kept = readCached(store.kept, [...state.keys, ...state.values]);
  const done = forgotten(one, state);
  const [rows = 0] = done && store.kept.rows > 0 ? await countRows(kept, [done], step) : [];
  return { eviction: { column: keys.length, atOrBefore }, rows };
}

/** Whether the watermark is past a key; undefined: none ever is. */
function forgotten(
  { node, keys, within, step }: Run,
  columns: Pick<StateColumns, "keys" | "values">,
): TypedExpression | undefined {
  if (node.withinWatermark) {
    const first = columns.values[0];
    const delay = Number(within?.metadata[delayKey] ?? 0);
    return first && isAtOrBefore(first, step.watermarkMs - delay);
  }
  const at = keys.findIndex(isEventTime);
  const key = columns.keys[at];
  return key && isAtOrBefore(key, step.watermarkMs);
}

function orFalse(condition: TypedExpression): TypedExpression {
  return when([[condition, booleanLiteral(true)]], booleanLiteral(false));
}
