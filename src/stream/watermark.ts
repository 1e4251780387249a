import { floorDiv } from "../schema/value.ts";

/** What one `withWatermark` saw of its event time in a batch, in ms; undefined: no row. */
export interface EventTime {
  readonly maxMs: number;
  readonly minMs: number;
  readonly avgMs: number;
}

export type WatermarkPolicy = "min" | "max";

/**
 * The watermarks of a query: one for each `withWatermark`, undefined until it saw data, and the
 * global one that all operators use. Only the global one survives a restart, as in Spark.
 */
export interface WatermarkState {
  readonly globalMs: number;
  readonly nodesMs: readonly (number | undefined)[];
}

export function initialWatermark(nodes: number, globalMs: number): WatermarkState {
  return { globalMs, nodesMs: new Array<undefined>(nodes).fill(undefined) };
}

/**
 * The watermarks after a batch. Each is the greatest event time seen less the delay; a node
 * without data counts as 0, so under `min` it holds the others back; none ever goes back.
 */
export function advance(
  state: WatermarkState,
  seen: readonly (EventTime | undefined)[],
  options: { readonly delaysMs: readonly number[]; readonly policy: WatermarkPolicy },
): WatermarkState {
  if (seen.length === 0) return state;
  const nodesMs = state.nodesMs.map((before, index) => {
    const time = seen[index];
    if (time === undefined) return before;
    const now = time.maxMs - (options.delaysMs[index] ?? 0);
    return Math.max(before ?? Number.NEGATIVE_INFINITY, now);
  });
  const values = nodesMs.map((value) => value ?? 0);
  const chosen = options.policy === "max" ? Math.max(...values) : Math.min(...values);
  return { globalMs: Math.max(state.globalMs, chosen), nodesMs };
}

/** Microseconds cut to milliseconds, towards minus infinity. */
export function microsToMs(micros: bigint): number {
  return Number(floorDiv(micros, 1000n));
}
