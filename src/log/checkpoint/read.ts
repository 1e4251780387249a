import { error } from "../../error/error.ts";
import type { FileStatus, ListedFile, Location, Store } from "../../storage/store.ts";
import type { Action } from "../action.ts";
import { checkedAction, linesOf, parseAction } from "../commit-file.ts";
import type { LogContext } from "../log.ts";
import { filePath, logFolder } from "../path.ts";
import { actionOf, type CheckpointFiles, checkpointFiles, readAdds } from "./files.ts";
import { eachChunk, hasColumn, type Part, partsOf, rowsIn } from "./part.ts";
import { fileRows, smallRows } from "./relation.ts";
import { removeType, smallSchema } from "./schema.ts";
import { plainOf } from "./value.ts";

/** Rows of a checkpoint that are taken into memory; a larger one is asked again, file by file. */
const rowsInMemory = 10_000;

/** A checkpoint as a replay begins with it (PROTOCOL.md#checkpoints). */
export interface Checkpoint {
  /** Protocol, metadata, transactions, domains; and the file actions, where they are few. */
  readonly actions: readonly Action[];
  /** The file actions, where they are many. */
  readonly files: CheckpointFiles | undefined;
}

/** Reads a checkpoint: one file, all parts of one, or the top of a V2 checkpoint. */
export async function readCheckpoint(
  table: Location,
  files: readonly ListedFile[],
  context: LogContext,
): Promise<Checkpoint> {
  const [first] = files;
  const { store } = table;
  const top = first?.path.endsWith(".json")
    ? await readTop(table, first)
    : await readRows(table, await partsOf(table, await statused(store, files), context), context);
  const sidecars = await partsOf(table, await statusesOf(table, top.sidecars), context);
  const parts = sidecars.length > 0 ? sidecars : top.parts;
  if (isLarge(parts, context)) {
    return { actions: top.actions, files: checkpointFiles(table, parts, context) };
  }
  const actions = [...top.actions, ...(await readFiles(table, parts, context))];
  return { actions, files: undefined };
}

/** The file actions of a checkpoint that was just written, if they are too many to be held. */
export async function largeCheckpoint(
  table: Location,
  file: FileStatus,
  context: LogContext,
): Promise<CheckpointFiles | undefined> {
  const parts = await partsOf(table, [file], context);
  return isLarge(parts, context) ? checkpointFiles(table, parts, context) : undefined;
}

function isLarge(parts: readonly Part[], context: LogContext): boolean {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  return rows > (context.checkpointRowsInMemory ?? rowsInMemory);
}

interface Top {
  readonly actions: readonly Action[];
  /** As they are named, in the folder `_sidecars` or by a URI (PROTOCOL.md#sidecar-files). */
  readonly sidecars: readonly string[];
  /** Files that may hold file actions themselves. */
  readonly parts: readonly Part[];
}

/** The top of a V2 checkpoint as JSON lines: what it holds of files is inline or in sidecars. */
async function readTop(table: Location, { path }: ListedFile): Promise<Top> {
  const actions: Action[] = [];
  const sidecars: string[] = [];
  let whole = false;
  for (const { text, line } of linesOf(await table.store.read(path))) {
    const action = parseAction(text, { path, line });
    if (action !== undefined) {
      actions.push(action);
      continue;
    }
    const { sidecar, checkpointMetadata } = JSON.parse(text) as {
      readonly sidecar?: { readonly path?: unknown };
      readonly checkpointMetadata?: unknown;
    };
    if (typeof sidecar?.path === "string") sidecars.push(sidecar.path);
    if (checkpointMetadata) whole = true;
  }
  if (!whole) throw error("DELTA_LOG_CORRUPT", { path, line: 1, reason: "no checkpointMetadata" });
  return { actions, sidecars, parts: [] };
}

/** What the rows of Parquet files hold beside file actions. */
async function readRows(
  table: Location,
  parts: readonly Part[],
  context: LogContext,
): Promise<Top> {
  const actions: Action[] = [];
  const sidecars: string[] = [];
  const path = parts[0]?.status.path ?? "";
  let line = 0;
  for (const rows of rowsIn(table, parts)) {
    const kinds = smallSchema.fields.filter(({ name }) => {
      return rows.stored.fields.some((column) => column.name === name);
    });
    if (kinds.length === 0) continue;
    await eachChunk(context, smallRows(rows, kinds), (chunk) => {
      for (let at = 0; at < chunk.rows; at += 1) {
        line += 1;
        for (const [index, { name, type }] of kinds.entries()) {
          const body = plainOf(chunk.columns[index]?.[at] ?? null, type);
          if (body === null) continue;
          if (name === "sidecar") sidecars.push((body as { path: string }).path);
          const action = checkedAction({ [name]: body }, { path, line });
          if (action !== undefined) actions.push(action);
        }
      }
    });
  }
  return { actions, sidecars, parts: parts.filter((part) => hasColumn(part, "add")) };
}

/** The file actions of parts, all of them. */
async function readFiles(
  table: Location,
  parts: readonly Part[],
  context: LogContext,
): Promise<Action[]> {
  const actions: Action[] = [];
  for (const stored of rowsIn(table, parts)) {
    const where = { path: parts[0]?.status.path ?? "", line: 0 };
    for (const add of await readAdds(context, stored)) {
      const action = checkedAction({ add }, where);
      if (action !== undefined) actions.push(action);
    }
    await eachChunk(context, fileRows(stored, "remove").relation, (chunk) => {
      for (let at = 0; at < chunk.rows; at += 1) {
        const remove = actionOf(chunk.columns, at, removeType);
        const action = checkedAction({ remove }, where);
        if (action !== undefined) actions.push(action);
      }
    });
  }
  return actions;
}

async function statusesOf(table: Location, names: readonly string[]): Promise<FileStatus[]> {
  const folder = { store: table.store, path: `${logFolder(table).path}/_sidecars` };
  return statused(
    table.store,
    names.map((name) => ({ path: filePath(folder, name) })),
  );
}

/** What listings did not say of files is asked for. */
async function statused(store: Store, files: readonly ListedFile[]): Promise<FileStatus[]> {
  const statuses: FileStatus[] = [];
  for (const { path, size, modificationTime, ...rest } of files) {
    const known = size !== undefined && modificationTime !== undefined;
    const status = known ? { path, size, modificationTime, ...rest } : await store.stat(path);
    if (status === undefined) throw error("PATH_NOT_FOUND", { path: store.uri(path) });
    statuses.push(status);
  }
  return statuses;
}
