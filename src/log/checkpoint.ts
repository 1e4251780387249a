import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { env } from "../env.ts";
import { isError } from "../error/error.ts";
import { type FileStatus, join, type Location } from "../storage/store.ts";
import type { Action, Add } from "./action.ts";
import { checkpointSchema, structOnlyStats } from "./checkpoint-schema.ts";
import { parseAction } from "./commit-file.ts";
import type { LogContext } from "./log.ts";
import { logFolder, logPath } from "./path.ts";
import { durationMs, flag, tombstoneRetentionMs } from "./property.ts";
import type { ReplayedSnapshot } from "./replay.ts";

/** The actions of a checkpoint's files (PROTOCOL.md#checkpoints), in file order. */
export async function readCheckpoint(
  table: Location,
  files: readonly FileStatus[],
  context: LogContext,
): Promise<Action[]> {
  const actions: Action[] = [];
  for (const file of files) {
    await using local = await table.store.open(file.path);
    const { schema } = await context.engine.parquetSchema(local.path);
    const parsed = structOnlyStats(schema);
    let line = 0;
    for await (const texts of context.engine.readJson(local.path, checkpointSchema(parsed))) {
      for (const text of texts) {
        line++;
        const where = { path: file.path, line };
        const action = parsed === undefined ? parseAction(text, where) : withStats(text, where);
        if (action !== undefined) actions.push(action);
      }
    }
  }
  return actions;
}

const numberOrText = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const heldNumber = /"\\u0001([^"]*)"/g;

/** Puts `stats_parsed` back into text, every digit of its numbers kept. */
function withStats(
  text: string,
  where: { readonly path: string; readonly line: number },
): Action | undefined {
  const action = parseAction(text, where);
  if (action === undefined || !("add" in action)) return action;
  const held = text.replace(numberOrText, (part) => {
    return part.startsWith('"') ? part : `"\\u0001${part}"`;
  });
  const stats = (JSON.parse(held) as { add: { stats_parsed?: unknown } }).add.stats_parsed;
  const { stats_parsed: _, ...add } = action.add as Add & { stats_parsed?: unknown };
  if (stats === undefined || stats === null) return { add };
  return { add: { ...add, stats: JSON.stringify(stats).replace(heldNumber, "$1") } };
}

/** What `_last_checkpoint` says (PROTOCOL.md#last-checkpoint-file). A hint, never a truth. */
export interface LastCheckpoint {
  readonly version: number;
}

/** The pointer to the newest checkpoint; undefined where it is absent or unreadable. */
export async function readLastCheckpoint(table: Location): Promise<LastCheckpoint | undefined> {
  const { path } = join(logFolder(table), "_last_checkpoint");
  try {
    const text = new TextDecoder().decode(await table.store.read(path));
    const { version } = JSON.parse(text) as { version?: unknown };
    return Number.isSafeInteger(version) ? { version: version as number } : undefined;
  } catch (thrown) {
    if (thrown instanceof SyntaxError || isError(thrown, "PATH_NOT_FOUND")) return undefined;
    throw thrown;
  }
}

/** Writes a snapshot as a classic checkpoint in one file, then the pointer to it. */
export async function writeCheckpoint(
  table: Location,
  snapshot: ReplayedSnapshot,
  context: LogContext,
): Promise<void> {
  await mkdir(context.staging, { recursive: true });
  const stem = `${context.staging}/checkpoint-${env.uuid()}`;
  const lines = checkpointLines(snapshot, env.now());
  try {
    await writeFile(`${stem}.json`, `${lines.join("\n")}\n`);
    await context.engine.writeJson(`${stem}.json`, checkpointSchema(), `${stem}.parquet`);
    const bytes = await readFile(`${stem}.parquet`);
    await table.store.put(logPath(table, snapshot.version, "checkpoint.parquet"), bytes);
    const pointer = {
      version: snapshot.version,
      size: lines.length,
      sizeInBytes: bytes.length,
      numOfAddFiles: snapshot.numFiles,
    };
    const { path } = join(logFolder(table), "_last_checkpoint");
    await table.store.put(path, new TextEncoder().encode(JSON.stringify(pointer)));
  } finally {
    await rm(`${stem}.json`, { force: true });
    await rm(`${stem}.parquet`, { force: true });
  }
}

/** The rows of a checkpoint as JSON lines (PROTOCOL.md#checkpoints says what goes in). */
function checkpointLines(snapshot: ReplayedSnapshot, now: number): string[] {
  const { configuration } = snapshot.metadata;
  const lines = [
    JSON.stringify({ protocol: snapshot.protocol }),
    JSON.stringify({ metaData: snapshot.metadata }),
  ];
  const forgotten = now - durationMs(configuration, "delta.setTransactionRetentionDuration", now);
  for (const txn of snapshot.setTransactions.values()) {
    if (txn.lastUpdated === undefined || txn.lastUpdated > forgotten) {
      lines.push(JSON.stringify({ txn }));
    }
  }
  for (const domainMetadata of snapshot.domains.values()) {
    lines.push(JSON.stringify({ domainMetadata }));
  }
  const expired = now - tombstoneRetentionMs(configuration);
  for (const { stats: _, tags: __, ...remove } of snapshot.tombstones()) {
    if ((remove.deletionTimestamp ?? 0) > expired) {
      lines.push(JSON.stringify({ remove: { ...remove, dataChange: false } }));
    }
  }
  const withText = flag(configuration, "delta.checkpoint.writeStatsAsJson", true);
  for (const { stats, ...rest } of snapshot.files()) {
    const add = { ...rest, dataChange: false };
    lines.push(JSON.stringify({ add: stats === undefined || !withText ? add : { ...add, stats } }));
  }
  return lines;
}
