import type { TypedRelation } from "../analysis/typed.ts";
import type { Engine } from "../engine/engine.ts";
import { error } from "../error/error.ts";
import type { OutputMode, Trigger } from "../plan/command.ts";
import { join, type Location } from "../storage/store.ts";
import { type Checkpoint, openCheckpoint } from "./checkpoint.ts";
import { type CheckpointConf, newConf, providerKey, recoveredConf, stateProvider } from "./conf.ts";
import type { StreamingQueryEvent } from "./listener.ts";
import type { OffsetEntry } from "./offset-log.ts";
import { type PlannedBatch, recover } from "./plan.ts";
import type { Sink } from "./sink.ts";
import type { Offset } from "./source.ts";
import { checkOperators, hasState, readOperators, stateLocation } from "./state/metadata.ts";
import { newestVersion } from "./state/store.ts";
import type { StreamingPlan } from "./streaming-plan.ts";

/** All that makes a streaming query. */
export interface QuerySpec {
  /** Typed plan with streaming scans; other scans are planned anew for each batch. */
  readonly plan: TypedRelation;
  /** Belongs to the query from here on: it is disposed when the query ends. */
  readonly sink: Sink;
  readonly outputMode: OutputMode;
  readonly trigger: Trigger;
  readonly checkpoint: Location;
  readonly engine: Engine;
  /** The session's configuration when the query started, by key. */
  readonly conf: Readonly<Record<string, string>>;
  readonly timeZone: string;
  readonly name?: string;
  /** A local folder that is there, for state files in the making. */
  readonly staging: string;
  /**
   * Puts inputs in the place of the scans that are left (tables that stand still). Leaves may
   * change, the relations over them not. Needed only for plans with such scans.
   */
  readonly planBatch?: (relation: TypedRelation) => Promise<TypedRelation>;
  /** Takes the one line that a failed query writes if nobody awaits it. */
  readonly warn: (line: string) => void;
  readonly onEvent?: (event: StreamingQueryEvent) => void;
}

/** Where a query begins: what is done, and the batch that may be half done. */
export interface StartPoint {
  /** The id of the next batch. */
  readonly batchId: number;
  /** Where the last batch ended, by scan. */
  readonly committed: readonly (Offset | undefined)[];
  /** Its watermark: rows at or before it are late in the next. */
  readonly lateMs: number;
  readonly watermarkMs: number;
  /** The batch to run again, exactly as planned. */
  readonly pending: PlannedBatch | undefined;
  readonly conf: CheckpointConf;
}

export interface OpenedQuery {
  readonly checkpoint: Checkpoint;
  readonly start: StartPoint;
}

/**
 * Opens the checkpoint and reads where the query stands. Writes nothing into a checkpoint it
 * refuses: one of another number of sources, of other operators, or with state of another provider.
 */
export async function openQuery(spec: QuerySpec, plan: StreamingPlan): Promise<OpenedQuery> {
  const checkpoint = await openCheckpoint(spec.checkpoint);
  const start = await startPoint(checkpoint, spec, plan);
  return { checkpoint, start };
}

async function startPoint(
  checkpoint: Checkpoint,
  spec: QuerySpec,
  plan: StreamingPlan,
): Promise<StartPoint> {
  const recovery = recover(checkpoint.planned, checkpoint.committed);
  const nothing = plan.scans.map(() => undefined);
  if (recovery.kind === "new") {
    if (checkpoint.committed.length > 0 || (await hasState(checkpoint.location))) {
      const { store, path } = checkpoint.location;
      throw error("STATE_STORE_CHECKPOINT_LOCATION_NOT_EMPTY", {
        checkpointLocation: store.uri(path),
      });
    }
    const conf = newConf(spec.conf, plan.operators.size > 0);
    const at = { batchId: 0, committed: nothing, lateMs: 0, watermarkMs: 0 };
    return { ...at, pending: undefined, conf };
  }

  const { batchId } = recovery;
  const entry = await readEntry(checkpoint, batchId, plan);
  const before = batchId === 0 ? undefined : await readEntry(checkpoint, batchId - 1, plan);
  await checkState(checkpoint, plan, { entry, fresh: recovery.kind === "again" && batchId === 0 });
  const conf = recoveredConf(entry.conf, spec.conf);
  if (recovery.kind === "done") {
    const watermarkMs = Math.max(entry.batchWatermarkMs, await checkpoint.readCommit(batchId));
    const lateMs = entry.batchWatermarkMs;
    const committed = entry.offsets;
    return { batchId: batchId + 1, committed, lateMs, watermarkMs, pending: undefined, conf };
  }
  const committed = before?.offsets ?? nothing;
  const lateMs = before?.batchWatermarkMs ?? 0;
  const pending = { batchId, entry, start: committed, lateMs };
  return { batchId, committed, lateMs, watermarkMs: entry.batchWatermarkMs, pending, conf };
}

async function readEntry(
  checkpoint: Checkpoint,
  batchId: number,
  plan: StreamingPlan,
): Promise<OffsetEntry> {
  const entry = await checkpoint.readOffsets(batchId);
  if (entry.offsets.length !== plan.scans.length) {
    throw error("STREAMING_CHECKPOINT_SOURCES_CHANGED", {
      found: entry.offsets.length,
      requested: plan.scans.length,
    });
  }
  return entry;
}

/** Refuses state that is not this plan's, or not of this provider. */
async function checkState(
  checkpoint: Checkpoint,
  plan: StreamingPlan,
  { entry, fresh }: { readonly entry: OffsetEntry; readonly fresh: boolean },
): Promise<void> {
  const { location } = checkpoint;
  const provider = entry.conf[providerKey] ?? "";
  const operators = [...plan.operators.values()];
  const stored = await readOperators(location);
  const foreign = provider !== stateProvider && (stored.length > 0 || fresh);
  if (operators.length > 0 && foreign) {
    throw error("STATE_STORE_PROVIDER_NOT_SUPPORTED", {
      checkpointLocation: location.store.uri(location.path),
      provider,
      built: stateProvider,
    });
  }
  await checkOperators(location, operators, { fresh });
  for (const { operatorId } of operators) await checkPlanned(location, operatorId);
}

/**
 * State of a batch that no offsets plan is of a history that somebody cut off: a new batch of that
 * number would find it and keep it. Offsets come before state, also where another run goes on.
 */
async function checkPlanned(checkpoint: Location, operatorId: number): Promise<void> {
  const { store } = checkpoint;
  const batchId = (await newestVersion(join(stateLocation(checkpoint, operatorId), "0"))) - 1;
  const { path } = join(checkpoint, "offsets", String(batchId));
  if (batchId < 0 || (await store.stat(path)) !== undefined) return;
  throw error("STREAMING_CHECKPOINT_MISSING_BATCH", { batchId, path: store.uri(path) });
}
