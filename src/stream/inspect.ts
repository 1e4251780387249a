import { error } from "../error/error.ts";
import type { Json } from "../schema/type.ts";
import { join, type Location } from "../storage/store.ts";
import { openCheckpoint } from "./checkpoint.ts";
import { readOperators } from "./state/metadata.ts";

/** Where a query stands, read from its checkpoint without changing it. */
export interface CheckpointReport {
  readonly location: string;
  readonly queryId: string;
  /** The newest batch that was planned, and the newest that is done; null before the first. */
  readonly plannedBatch: number | null;
  readonly committedBatch: number | null;
  /** What the next start does. */
  readonly next: string;
  /** Where each source has come to, as the source writes it. */
  readonly offsets: readonly Json[];
  readonly batchTimestamp: string | null;
  readonly watermark: string | null;
  readonly conf: Readonly<Record<string, string>>;
  readonly operators: readonly Json[];
}

/** Reads a checkpoint; PATH_NOT_FOUND if there is none at the location. */
export async function inspectCheckpoint(location: Location): Promise<CheckpointReport> {
  const metadata = join(location, "metadata");
  const uri = location.store.uri(location.path);
  if (!(await location.store.stat(metadata.path))) throw error("PATH_NOT_FOUND", { path: uri });
  const checkpoint = await openCheckpoint(location);
  const planned = checkpoint.planned.at(-1) ?? null;
  const committed = checkpoint.committed.at(-1) ?? null;
  const entry = planned === null ? undefined : await checkpoint.readOffsets(planned);
  const operators = await readOperators(location);
  return {
    location: uri,
    queryId: checkpoint.id,
    plannedBatch: planned,
    committedBatch: committed,
    next: nextStep(planned, committed),
    offsets: (entry?.offsets ?? []).map((offset) =>
      offset === undefined ? null : (JSON.parse(offset) as Json),
    ),
    batchTimestamp: entry ? new Date(entry.batchTimestampMs).toISOString() : null,
    watermark: entry ? new Date(entry.batchWatermarkMs).toISOString() : null,
    conf: entry?.conf ?? {},
    operators: operators.map((operator) => ({ ...operator })),
  };
}

function nextStep(planned: number | null, committed: number | null): string {
  if (planned === null) return "start with batch 0";
  if (committed !== null && committed >= planned) return `continue with batch ${planned + 1}`;
  return `run batch ${planned} again with the same offsets`;
}
