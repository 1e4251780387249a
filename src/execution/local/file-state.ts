import type { Dataset } from "../../analysis/dataset.ts";
import { cloudFilesState } from "../../connector/cloudfiles/state.ts";
import { error } from "../../error/error.ts";
import { quoteName, type Read } from "../../plan/relation.ts";
import { join, type Location } from "../../storage/store.ts";
import { tableAt } from "../../table/table.ts";
import type { LocalContext } from "./context.ts";
import { findTable } from "./name.ts";

/** What `cloud_files_state(…)` reads: a checkpoint that is named, or that of a table's stream. */
export async function fileState(context: LocalContext, read: Read): Promise<Dataset> {
  const { table } = read.options;
  const checkpoint =
    table === undefined
      ? await context.connector.locate(read.paths[0] ?? "")
      : await checkpointOf(context, JSON.parse(table) as readonly string[]);
  return cloudFilesState(checkpoint, context.connector);
}

/**
 * A checkpoint below the table (`_checkpoint…`) or below the session's folder of checkpoints whose
 * query has committed to the table.
 */
async function checkpointOf(context: LocalContext, name: readonly string[]): Promise<Location> {
  const found = await findTable(context, name, "cloud_files_state");
  if (!found) throw error("TABLE_OR_VIEW_NOT_FOUND", { relationName: quoteName(name) });
  const delta = await tableAt(found.location, context.connector, found.name.join("."));
  const queries = (await delta.log.update())?.transactions ?? new Map<string, unknown>();
  const parent = context.conf.lookup("spark.sql.streaming.checkpointLocation");
  const folders = ["_checkpoint", "_checkpoints"].map((folder) => join(found.location, folder));
  if (parent !== undefined) folders.push(await context.connector.locate(parent));
  for (const folder of folders) {
    for await (const checkpoint of checkpointsBelow(folder)) {
      const metadata = await checkpoint.store.read(join(checkpoint, "metadata").path);
      const { id } = JSON.parse(Buffer.from(metadata).toString("utf8")) as { id: string };
      if (queries.has(id)) return checkpoint;
    }
  }
  throw error("CLOUD_FILES_STATE_NO_CHECKPOINT", { table: quoteName(found.name) });
}

async function* checkpointsBelow({ store, path }: Location): AsyncGenerator<Location> {
  for await (const files of store.names(`${path}/`, { recursive: true })) {
    for (const file of files) {
      const match = /^(.*)\/metadata$/.exec(file.path);
      if (match && !file.path.includes("/state/")) yield { store, path: match[1]! };
    }
  }
}
