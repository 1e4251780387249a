import { mkdir, readFile, rm } from "node:fs/promises";
import { columnsOf, compare, literal, longLiteral, reference } from "../../analysis/expression.ts";
import type { TypedExpression, TypedRelation } from "../../analysis/typed.ts";
import { env } from "../../env.ts";
import { assert } from "../../error/error.ts";
import type { FileStatus, Location } from "../../storage/store.ts";
import type { Action } from "../action.ts";
import { copyAppId } from "../copy.ts";
import type { LogContext } from "../log.ts";
import { logPath } from "../path.ts";
import { durationMs, flag, tombstoneRetentionMs } from "../property.ts";
import type { ReplayedSnapshot } from "../replay.ts";
import { rowsIn } from "./part.ts";
import { writeLastCheckpoint } from "./pointer.ts";
import {
  addFields,
  type CheckpointRows,
  fileRows,
  logQuery,
  selected,
  structOf,
  unionOf,
} from "./relation.ts";
import { addType, checkpointSchema, removeType } from "./schema.ts";
import { cellOf } from "./value.ts";

/**
 * Writes a snapshot as a classic checkpoint in one file, then the pointer to it. What still lies
 * in an older checkpoint goes from file to file within the engine.
 */
export async function writeCheckpoint(
  table: Location,
  snapshot: ReplayedSnapshot,
  context: LogContext,
): Promise<FileStatus> {
  await mkdir(context.staging, { recursive: true });
  const now = env.now();
  const groups = rowsIn(table, snapshot.base?.parts ?? []);
  const without = await snapshot.superseded();
  const expired = now - tombstoneRetentionMs(snapshot.metadata.configuration);
  const older = groups.flatMap((rows): TypedRelation[] => {
    return [liveRows(rows, without), tombstoneRows(rows, without, expired)];
  });
  const relation = unionOf([rowsOf(actionsOf(snapshot, now)), ...older], checkpointSchema);
  const target = {
    directory: context.staging,
    schema: checkpointSchema,
    partitionBy: [],
    compression: "snappy" as const,
    statistics: () => false,
  };
  const written = await context.engine.writeParquet(relation, target, logQuery);
  const [file] = written;
  assert(file !== undefined && written.length === 1, "a checkpoint is one file and never empty");
  const path = logPath(table, snapshot.version, "checkpoint.parquet");
  try {
    await table.store.put(path, await readFile(file.path));
  } finally {
    await rm(file.path, { force: true });
  }
  const { numFiles } = await snapshot.totals();
  await writeLastCheckpoint(table, {
    version: snapshot.version,
    size: file.rows,
    sizeInBytes: file.size,
    numOfAddFiles: numFiles,
  });
  return { path, size: file.size, modificationTime: now };
}

/** The rows of a checkpoint that are held in memory (PROTOCOL.md#checkpoints: what goes in). */
function actionsOf(snapshot: ReplayedSnapshot, now: number): Action[] {
  const { configuration } = snapshot.metadata;
  const actions: Action[] = [{ protocol: snapshot.protocol }, { metaData: snapshot.metadata }];
  const forgotten = now - durationMs(configuration, "delta.setTransactionRetentionDuration", now);
  for (const txn of snapshot.setTransactions.values()) {
    const { appId, lastUpdated = now } = txn;
    if (lastUpdated > forgotten || appId === copyAppId) actions.push({ txn });
  }
  for (const domainMetadata of snapshot.domains.values()) actions.push({ domainMetadata });
  const expired = now - tombstoneRetentionMs(configuration);
  for (const remove of snapshot.ledger.tombstones(snapshot.version)) {
    const remembered = (remove.deletionTimestamp ?? 0) > expired;
    if (remembered) actions.push({ remove: { ...remove, dataChange: false } });
  }
  const withText = flag(configuration, "delta.checkpoint.writeStatsAsJson", true);
  for (const { stats, ...rest } of snapshot.ledger.files(snapshot.version)) {
    const add = { ...rest, dataChange: false };
    actions.push({ add: stats === undefined || !withText ? add : { ...add, stats } });
  }
  return actions;
}

function rowsOf(actions: readonly Action[]): TypedRelation {
  const schema = checkpointSchema;
  const rows = actions.map((action) => {
    const bodies = action as Readonly<Record<string, unknown>>;
    return schema.fields.map(({ name, type }) => cellOf(bodies[name], type));
  });
  return { kind: "input", input: { kind: "rows", schema, rows }, output: columnsOf(schema) };
}

/** The live files of an older checkpoint, as rows of a new one. */
function liveRows(stored: CheckpointRows, without: readonly string[]): TypedRelation {
  const rows = fileRows(stored, "add", without);
  return selected(rows, [], cells("add", structOf(addType(), addFields(rows))));
}

/** Its removed files that are still to be remembered. */
function tombstoneRows(
  stored: CheckpointRows,
  without: readonly string[],
  expired: number,
): TypedRelation {
  const rows = fileRows(stored, "remove", without);
  const since = longLiteral(BigInt(Math.trunc(expired)));
  const remembered = compare(">", reference(rows.column("deletionTimestamp")), since);
  const fields = removeType.fields.map(({ name }) => reference(rows.column(name)));
  return selected(rows, [remembered], cells("remove", structOf(removeType, fields)));
}

/** A row of a checkpoint in which one column is not null. */
function cells(filled: string, expression: TypedExpression): TypedExpression[] {
  return checkpointSchema.fields.map(({ name, type }) => {
    return name === filled ? expression : literal(null, type);
  });
}
