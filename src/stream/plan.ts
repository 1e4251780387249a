import type { OffsetEntry } from "./offset-log.ts";
import type { Offset } from "./source.ts";

/** Where a query stands when it starts. */
export type Recovery =
  /** Nothing was planned yet. */
  | { readonly kind: "new" }
  /** The last batch planned is done: the next one starts at its offsets. */
  | { readonly kind: "done"; readonly batchId: number }
  /** The last batch planned may be half done: it runs again, exactly as planned. */
  | { readonly kind: "again"; readonly batchId: number; readonly gap: boolean };

/**
 * From the ids in `offsets/` and `commits/` (ascending): C = L is done; C < L runs L again
 * (`gap`: more than one commit is missing, which only asynchronous commits leave behind).
 */
export function recover(planned: readonly number[], committed: readonly number[]): Recovery {
  const last = planned.at(-1);
  if (last === undefined) return { kind: "new" };
  const done = committed.at(-1) ?? -1;
  if (done >= last) return { kind: "done", batchId: last };
  return { kind: "again", batchId: last, gap: done < last - 1 };
}

/** A batch as planned: rows of (start, end] of each scan, under the entry's clock and watermark. */
export interface PlannedBatch {
  readonly batchId: number;
  readonly entry: OffsetEntry;
  readonly start: readonly (Offset | undefined)[];
  /** Rows at or before this were late already: the watermark of batch N-1. */
  readonly lateMs: number;
}

/** Whether any source has something past where the last batch ended. */
export function hasNewData(
  start: readonly (Offset | undefined)[],
  end: readonly (Offset | undefined)[],
): boolean {
  return end.some((offset, index) => offset !== undefined && offset !== start[index]);
}

/** What decides on a batch without new data. */
export interface NoDataInput {
  /** `spark.sql.streaming.noDataMicroBatches.enabled`. */
  readonly enabled: boolean;
  /** Whether the plan has an operator that a later watermark moves. */
  readonly evicts: boolean;
  /** The watermark of the last batch, of this run or the one before; 0 if there was none. */
  readonly lastMs: number;
  readonly nowMs: number;
}

/**
 * A batch without data runs when the watermark moved past what the last batch evicted with. Also
 * the first thing after a restart, which Spark leaves to the next data: a query that was stopped
 * in between comes to what one that was not comes to.
 */
export function needsNoDataBatch({ enabled, evicts, lastMs, nowMs }: NoDataInput): boolean {
  return enabled && evicts && nowMs > lastMs;
}

/** The seed of a batch: a function of the query and the batch, so that a re-run is the same. */
export function seedOf(queryId: string, batchId: number): number {
  let hash = 0x811c9dc5;
  for (const unit of `${queryId}/${batchId}`) {
    hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 0x01000193);
  }
  return hash >>> 0;
}
