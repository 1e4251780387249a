import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import type { Dataset } from "../../analysis/dataset.ts";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { Input } from "../../plan/input.ts";
import { field, long, type StructType, string, struct, timestamp } from "../../schema/type.ts";
import { join, type Location } from "../../storage/store.ts";
import { openCheckpoint } from "../../stream/checkpoint.ts";
import type { ConnectorContext } from "../connector.ts";
import { fileSources, readLog } from "../file/checkpoint.ts";
import { filesInput } from "../file/input.ts";
import type { FileEntry } from "../file/log-file.ts";
import { type CleanState, cleanFolder, cleanStates } from "./clean-log.ts";

const schema: StructType = struct([
  field("path", string),
  field("size", long),
  field("create_time", timestamp),
  field("discovery_time", timestamp),
  field("processed_time", timestamp),
  field("commit_time", timestamp),
  field("archive_time", timestamp),
  field("archive_mode", string),
  field("move_location", string),
  field("source_id", string),
  field("flow_name", string),
  field("ingestion_state", string),
]);

/**
 * `cloud_files_state('checkpoint')`: the files that a query's sources have taken, with what the
 * checkpoint knows of each. A checkpoint of Spark's knows neither size nor discovery.
 */
export async function cloudFilesState(
  checkpoint: Location,
  context: ConnectorContext,
): Promise<Dataset> {
  if (!(await checkpoint.store.stat(join(checkpoint, "metadata").path))) {
    throw error("PATH_NOT_FOUND", { path: checkpoint.store.uri(checkpoint.path) });
  }
  return {
    name: "cloud_files_state",
    schema,
    hidden: [],
    streaming: false,
    scan: async ({ columns }) => {
      const written = await writeStates(checkpoint, context);
      context.keep({ [Symbol.asyncDispose]: () => rm(written.path, { force: true }) });
      return inputOf(written, struct(columns));
    },
  };
}

interface Written {
  readonly path: string;
  readonly size: number;
}

function inputOf({ path, size }: Written, wanted: StructType): Input {
  const file = { path, uri: `file://${path}`, size, modificationTime: 0, partition: {} };
  return filesInput("json", wanted, { files: [file], options: {}, stored: schema });
}

/** A line of JSON a file, in a local file: there may be millions. */
async function writeStates(checkpoint: Location, context: ConnectorContext): Promise<Written> {
  const path = `${context.staging}/${env.uuid()}.json`;
  const out = createWriteStream(path);
  const committed = await commitTimes(checkpoint);
  for (const { id, folder } of await fileSources(checkpoint)) {
    const cleaned = new Map<string, CleanState>();
    for await (const state of cleanStates(cleanFolder(folder))) {
      cleaned.set(`${state.path}\0${state.timestamp}`, state);
    }
    await using log = await readLog(folder);
    for await (const entry of log.all()) {
      const clean = cleaned.get(`${entry.path}\0${entry.timestamp}`);
      const commitTime = clean?.commitTime ?? committed(id, entry.batchId);
      const line = JSON.stringify(stateOf(entry, { clean, commitTime, source: id }));
      if (!out.write(`${line}\n`)) await once(out, "drain");
    }
  }
  out.end();
  await once(out, "finish");
  return { path, size: out.bytesWritten };
}

function stateOf(
  entry: FileEntry,
  known: {
    readonly clean: CleanState | undefined;
    readonly commitTime: number | undefined;
    readonly source: number;
  },
): Readonly<Record<string, unknown>> {
  const { clean, commitTime, source } = known;
  return {
    path: entry.path,
    size: entry.size,
    create_time: isoTime(entry.timestamp),
    discovery_time: isoTime(entry.discoveryTime),
    processed_time: isoTime(commitTime),
    commit_time: isoTime(commitTime),
    archive_time: isoTime(clean?.archive?.archiveTime),
    archive_mode: clean?.archive?.mode,
    move_location: clean?.archive?.moved,
    source_id: String(source),
  };
}

function isoTime(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

/**
 * When an entry of a source's log was committed: with the batch that took it, or, for batches that
 * the checkpoint has forgotten, at the latest with the first it still knows.
 */
async function commitTimes(
  checkpoint: Location,
): Promise<(source: number, entry: number) => number | undefined> {
  const times = new Map<number, number>();
  for await (const { path, modificationTime } of checkpoint.store.list(
    `${join(checkpoint, "commits").path}/`,
  )) {
    times.set(Number(path.slice(path.lastIndexOf("/") + 1)), modificationTime);
  }
  const { planned, readOffsets } = await openCheckpoint(checkpoint);
  const batches: { readonly ends: readonly number[]; readonly time: number }[] = [];
  for (const batch of planned) {
    const time = times.get(batch);
    if (time === undefined) continue;
    const { offsets } = await readOffsets(batch);
    batches.push({ ends: offsets.map(logOffset), time });
  }
  return (source, entry) => batches.find(({ ends }) => (ends[source] ?? -1) >= entry)?.time;
}

function logOffset(offset: string | undefined): number {
  const parsed = offset === undefined ? null : (JSON.parse(offset) as unknown);
  if (typeof parsed === "number") return parsed;
  const entry = (parsed as { readonly logOffset?: unknown } | null)?.logOffset;
  return typeof entry === "number" ? entry : -1;
}
