import type { Offset } from "./source.ts";
import type { OperatorOutput, StatefulOperator } from "./state/operator.ts";
import type { StateStore } from "./state/store.ts";
import type { EventTime } from "./watermark.ts";

/** What a batch did: the keys, their order and their absence are those of Spark's JSON. */
export interface StreamingQueryProgress {
  readonly id: string;
  readonly runId: string;
  readonly name: string | null;
  readonly timestamp: string; // start of the trigger, ISO 8601 UTC with milliseconds
  readonly batchId: number;
  readonly batchDuration: number; // ms
  readonly numInputRows: number;
  /** Absent before there is a rate. */
  readonly inputRowsPerSecond?: number;
  readonly processedRowsPerSecond?: number;
  /** By step of the trigger, in ms; keys sorted. */
  readonly durationMs: Readonly<Record<string, number>>;
  /** ISO texts; absent in a plan without watermark, but for `watermark` in a stateful one. */
  readonly eventTime?: Readonly<Record<string, string>>;
  readonly stateOperators: readonly StateOperatorProgress[];
  readonly sources: readonly SourceProgress[];
  readonly sink: { readonly description: string; readonly numOutputRows: number };
}

export interface StateOperatorProgress {
  readonly operatorName: string;
  readonly numRowsTotal: number;
  readonly numRowsUpdated: number;
  readonly allUpdatesTimeMs: number;
  readonly numRowsRemoved: number;
  readonly allRemovalsTimeMs: number;
  readonly commitTimeMs: number;
  readonly memoryUsedBytes: number;
  readonly numRowsDroppedByWatermark: number;
  readonly numShufflePartitions: number;
  readonly numStateStoreInstances: number;
  readonly customMetrics?: Readonly<Record<string, number>>;
}

export interface SourceProgress {
  readonly description: string;
  /** The offset's JSON as a value; null: there was none. */
  readonly startOffset: unknown;
  readonly endOffset: unknown;
  readonly latestOffset: unknown;
  readonly numInputRows: number;
  readonly inputRowsPerSecond?: number;
  readonly processedRowsPerSecond?: number;
  /** What the source says of itself; absent where it says nothing. Keys sorted. */
  readonly metrics?: Readonly<Record<string, string>>;
}

/** What was counted and measured of a batch. */
export interface BatchFacts {
  readonly id: string;
  readonly runId: string;
  readonly name: string | undefined;
  readonly batchId: number;
  readonly triggerMs: number; // start, ms since the epoch
  readonly lastTriggerMs: number | undefined;
  readonly durationMs: Readonly<Record<string, number>>;
  readonly sources: readonly SourceFacts[];
  readonly sink: { readonly description: string; readonly rows: number | undefined };
  readonly eventTime: EventTime | undefined;
  /** Undefined: the plan has neither watermark nor state. */
  readonly watermarkMs: number | undefined;
  readonly operators: readonly OperatorFacts[];
}

export interface SourceFacts {
  readonly description: string;
  readonly start: Offset | undefined;
  readonly end: Offset | undefined;
  readonly rows: number;
  /** How far the source had data. */
  readonly latest: Offset | undefined;
  readonly metrics: Readonly<Record<string, string>>;
}

export interface OperatorFacts {
  readonly operator: StatefulOperator;
  readonly output: OperatorOutput;
  readonly store: Pick<StateStore, "kept">;
}

/** The record of a batch. */
export function progressOf(facts: BatchFacts): StreamingQueryProgress {
  const elapsed = facts.lastTriggerMs === undefined ? 0 : facts.triggerMs - facts.lastTriggerMs;
  const total = facts.durationMs["triggerExecution"] ?? 0;
  const rates = (rows: number): Rates => ({
    ...rate("inputRowsPerSecond", rows, elapsed),
    ...rate("processedRowsPerSecond", rows, total),
  });
  const rows = facts.sources.reduce((sum, source) => sum + source.rows, 0);
  return {
    id: facts.id,
    runId: facts.runId,
    name: facts.name ?? null,
    timestamp: new Date(facts.triggerMs).toISOString(),
    batchId: facts.batchId,
    batchDuration: total,
    numInputRows: rows,
    ...rates(rows),
    durationMs: sorted(facts.durationMs),
    ...eventTime(facts),
    stateOperators: facts.operators.map(stateOperator),
    sources: facts.sources.map((source) => ({
      description: source.description,
      startOffset: offsetValue(source.start),
      endOffset: offsetValue(source.end),
      latestOffset: offsetValue(source.latest),
      numInputRows: source.rows,
      ...rates(source.rows),
      ...(Object.keys(source.metrics).length > 0 ? { metrics: sorted(source.metrics) } : {}),
    })),
    sink: { description: facts.sink.description, numOutputRows: facts.sink.rows ?? -1 },
  };
}

interface Rates {
  readonly inputRowsPerSecond?: number;
  readonly processedRowsPerSecond?: number;
}

function rate(name: keyof Rates, rows: number, ms: number): Rates {
  return ms > 0 ? { [name]: Math.round((rows / ms) * 10_000) / 10 } : {};
}

function sorted<T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function eventTime(facts: BatchFacts): Pick<StreamingQueryProgress, "eventTime"> {
  if (facts.watermarkMs === undefined) return {};
  const iso = (ms: number): string => new Date(ms).toISOString();
  const seen = facts.eventTime;
  const times = seen && { avg: iso(seen.avgMs), max: iso(seen.maxMs), min: iso(seen.minMs) };
  return { eventTime: { ...times, watermark: iso(facts.watermarkMs) } };
}

function stateOperator({ operator, output, store }: OperatorFacts): StateOperatorProgress {
  return {
    operatorName: operator.operatorName,
    numRowsTotal: store.kept.rows,
    numRowsUpdated: output.numRowsUpdated,
    allUpdatesTimeMs: 0,
    numRowsRemoved: output.numRowsRemoved,
    allRemovalsTimeMs: 0,
    commitTimeMs: 0,
    memoryUsedBytes: 0,
    numRowsDroppedByWatermark: output.numRowsDroppedByWatermark,
    numShufflePartitions: 1,
    numStateStoreInstances: 1,
    ...(output.customMetrics ? { customMetrics: output.customMetrics } : {}),
  };
}

function offsetValue(offset: Offset | undefined): unknown {
  if (offset === undefined) return null;
  try {
    return JSON.parse(offset);
  } catch {
    return offset;
  }
}
