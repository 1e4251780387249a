import { env } from "../env.ts";
import { error, isError } from "../error/error.ts";
import { join, type Location } from "../storage/store.ts";
import { type NumberedLog, openLog } from "./numbered-log.ts";
import {
  decodeCommit,
  decodeOffsets,
  encodeCommit,
  encodeOffsets,
  type OffsetEntry,
} from "./offset-log.ts";

/**
 * The folder that makes a query one query over many runs, in Spark's own formats (v1): `metadata`
 * holds its id, `offsets/N` what batch N is, `commits/N` that it is done.
 */
export interface Checkpoint {
  readonly location: Location;
  readonly id: string;
  /** Batch ids planned and done, ascending. */
  readonly planned: readonly number[];
  readonly committed: readonly number[];
  readOffsets(batchId: number): Promise<OffsetEntry>;
  /** The decision what batch N is: from here on it is nothing else. */
  writeOffsets(batchId: number, entry: OffsetEntry): Promise<void>;
  /** The watermark stored with the commit of a batch. */
  readCommit(batchId: number): Promise<number>;
  writeCommit(batchId: number, nextBatchWatermarkMs: number): Promise<void>;
  /** Forgets the batches below `batchId`. */
  purge(batchId: number): Promise<void>;
}

/** `spark.sql.streaming.minBatchesToRetain`. */
export const minBatchesToRetain = 100;

/**
 * Opens the checkpoint at `location`, or starts one there. Errors:
 * STREAMING_CHECKPOINT_MISSING_METADATA_FILE if the logs have batches and nobody's id.
 */
export async function openCheckpoint(location: Location): Promise<Checkpoint> {
  const [stored, offsets, commits] = await Promise.all([
    readId(location),
    openLog(join(location, "offsets")),
    openLog(join(location, "commits")),
  ]);
  if (stored === undefined && offsets.ids.length + commits.ids.length > 0) {
    throw error("STREAMING_CHECKPOINT_MISSING_METADATA_FILE", {
      checkpointLocation: location.store.uri(location.path),
    });
  }
  const id = stored ?? (await makeId(location));
  return checkpoint({ location, id, offsets, commits });
}

interface Parts {
  readonly location: Location;
  readonly id: string;
  readonly offsets: NumberedLog;
  readonly commits: NumberedLog;
}

function checkpoint({ location, id, offsets, commits }: Parts): Checkpoint {
  const path = (log: string, batchId: number): string =>
    location.store.uri(join(location, log, String(batchId)).path);
  return {
    location,
    id,
    planned: offsets.ids,
    committed: commits.ids,
    async readOffsets(batchId) {
      const text = await offsets.get(batchId);
      if (text === undefined) throw missing(batchId, path("offsets", batchId));
      return decodeOffsets(text, path("offsets", batchId));
    },
    writeOffsets: (batchId, entry) => offsets.put(batchId, encodeOffsets(entry)),
    async readCommit(batchId) {
      const text = await commits.get(batchId);
      if (text === undefined) throw missing(batchId, path("commits", batchId));
      return decodeCommit(text, path("commits", batchId));
    },
    writeCommit: (batchId, watermark) => commits.put(batchId, encodeCommit(watermark)),
    async purge(batchId) {
      await offsets.purge(batchId);
      await commits.purge(batchId);
    },
  };
}

function missing(batchId: number, path: string): Error {
  return error("STREAMING_CHECKPOINT_MISSING_BATCH", { batchId, path });
}

async function readId(location: Location): Promise<string | undefined> {
  const path = join(location, "metadata").path;
  let text: string;
  try {
    text = new TextDecoder().decode(await location.store.read(path));
  } catch (thrown) {
    if (isError(thrown, "PATH_NOT_FOUND")) return undefined;
    throw thrown;
  }
  const uri = location.store.uri(path);
  try {
    const { id } = JSON.parse(text) as { id?: unknown };
    if (typeof id === "string" && id !== "") return id;
  } catch (cause) {
    throw error("STREAMING_CHECKPOINT_MALFORMED", { path: uri, reason: "it is not JSON" }, cause);
  }
  throw error("STREAMING_CHECKPOINT_MALFORMED", { path: uri, reason: "it has no id" });
}

async function makeId(location: Location): Promise<string> {
  const id = env.uuid();
  const bytes = new TextEncoder().encode(JSON.stringify({ id }));
  if (await location.store.putIfAbsent(join(location, "metadata").path, bytes)) return id;
  return (await readId(location)) ?? id;
}
