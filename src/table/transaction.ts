import { error } from "../error/error.ts";
import type { Action, Metadata } from "../log/action.ts";
import { commitInfo, type Operation } from "../log/info.ts";
import type { CommitResult, Later, ReadSet } from "../log/log.ts";
import { checkWritable } from "../log/protocol.ts";
import type { Snapshot } from "../log/snapshot.ts";
import { parseSchemaJson } from "../schema/json.ts";
import { changeDataFeedProperty, hasChangeDataFeed, reservedColumns } from "./change-feed.ts";
import type { DeltaTable } from "./table.ts";

/** A change of a table: what was read, and the actions that follow from it. */
export interface Transaction {
  /** The snapshot that was read; undefined: the table is to be created. */
  readonly snapshot: Snapshot | undefined;
  readonly operation: Operation;
  /** All but commitInfo. */
  readonly actions: readonly Action[];
  /** Left out: nothing was read (a blind append). */
  readonly reads?: Partial<ReadSet>;
  readonly later?: Later;
}

/** What a commit made. */
export interface Committed {
  readonly version: number;
  readonly snapshot: Snapshot;
}

/** Commits; a lost race that cannot be tried again comes back as a value. */
export async function attemptTransaction(
  table: DeltaTable,
  transaction: Transaction,
): Promise<CommitResult> {
  const { snapshot, operation, actions, reads, later } = transaction;
  if (snapshot !== undefined) checkWritable(snapshot, table.name);
  for (const action of actions) {
    if ("metaData" in action) checkReserved(action.metaData, snapshot);
  }
  const readVersion = snapshot?.version ?? -1;
  const info = commitInfo({
    operation,
    readVersion,
    isBlindAppend: isBlindAppend(actions, reads),
  });
  const request = {
    readVersion,
    actions,
    info,
    reads: { wholeTable: false, files: new Set<string>(), appIds: new Set<string>(), ...reads },
    ...(later === undefined ? {} : { later }),
  };
  return table.log.write(request);
}

/** A table cannot have columns of its change data feed's names while the feed is on. */
function checkReserved(metadata: Metadata, before: Snapshot | undefined): void {
  if (!hasChangeDataFeed(metadata)) return;
  const columnList = reservedColumns(parseSchemaJson(metadata.schemaString)).join(", ");
  if (columnList === "") return;
  const config = changeDataFeedProperty;
  throw before === undefined || !hasChangeDataFeed(before.metadata)
    ? error("DELTA_TABLE_ALREADY_CONTAINS_CDC_COLUMNS", { columnList })
    : error("RESERVED_CDC_COLUMNS_ON_WRITE", { columnList, config });
}

/** Commits, or throws the error of Delta's that says who was first. */
export async function commitTransaction(
  table: DeltaTable,
  transaction: Transaction,
): Promise<Committed> {
  const result = await attemptTransaction(table, transaction);
  if (result.kind === "committed") return result;
  throw conflictError(table, result);
}

export function conflictError(
  table: DeltaTable,
  conflict: Extract<CommitResult, { kind: "conflict" }>,
): Error {
  const { code, version, detail } = conflict;
  return error(code, { tableName: table.name, version, detail });
}

/** Only adds files and read none: other appends cannot be in its way. */
function isBlindAppend(actions: readonly Action[], reads: Partial<ReadSet> | undefined): boolean {
  if (reads?.wholeTable || reads?.matches !== undefined || (reads?.files?.size ?? 0) > 0) {
    return false;
  }
  return !actions.some((action) => "remove" in action || "cdc" in action);
}
