import { error, isError } from "../error/error.ts";
import type { Action } from "../log/action.ts";
import type { Operation } from "../log/info.ts";
import { checkWritable } from "../log/protocol.ts";
import type { Snapshot } from "../log/snapshot.ts";
import { defineTable, type TableDefinition } from "./definition.ts";
import { removeOf } from "./file.ts";
import { type DeltaTable, hasFiles } from "./table.ts";
import { type Committed, commitTransaction } from "./transaction.ts";

export interface CreateRequest {
  readonly definition: TableDefinition;
  /** CREATE, CREATE IF NOT EXISTS, REPLACE, CREATE OR REPLACE. */
  readonly mode: "create" | "ifNotExists" | "replace" | "createOrReplace";
  readonly isManaged: boolean;
}

/**
 * CREATE TABLE and REPLACE TABLE without data. Undefined: the table was there and may stay.
 * DELTA_TABLE_ALREADY_EXISTS, or DELTA_TABLE_NOT_FOUND for REPLACE, otherwise.
 */
export async function createTable(
  table: DeltaTable,
  request: CreateRequest,
): Promise<Committed | undefined> {
  const { mode } = request;
  const current = await table.log.update();
  if (current !== undefined) {
    if (mode === "ifNotExists") return undefined;
    if (mode === "create") throw error("DELTA_TABLE_ALREADY_EXISTS", { tableName: table.name });
  }
  if (current === undefined) {
    if (mode === "replace") throw error("DELTA_TABLE_NOT_FOUND", { tableName: table.name });
    await checkVacant(table);
  }
  try {
    return await define(table, request, current);
  } catch (thrown) {
    const lost = isError(thrown, "DELTA_PROTOCOL_CHANGED", "DELTA_METADATA_CHANGED");
    if (lost && current === undefined && mode === "ifNotExists") return undefined;
    throw thrown;
  }
}

/** A new table goes where nothing lies. */
export async function checkVacant(table: DeltaTable): Promise<void> {
  if (!(await hasFiles(table.location))) return;
  throw error("DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION", {
    tableId: table.name,
    tableLocation: table.location.path,
  });
}

async function define(
  table: DeltaTable,
  request: CreateRequest,
  current: Snapshot | undefined,
): Promise<Committed> {
  const { metadata, protocol } = defineTable(request.definition, current);
  checkWritableAs(table, { metadata, protocol }, request.definition);
  const stored = {
    ...request.definition,
    partitionBy: metadata.partitionColumns,
    properties: metadata.configuration,
  };
  const files = (await current?.files()) ?? [];
  const removes = files.map((file): Action => ({ remove: removeOf(file) }));
  return commitTransaction(table, {
    snapshot: current,
    operation: definitionOperation({ ...request, definition: stored }, { asSelect: false }),
    actions: [
      { metaData: metadata },
      ...(protocol === current?.protocol ? [] : [{ protocol }]),
      ...removes,
    ],
    ...(current === undefined ? {} : { reads: { wholeTable: true } }),
  });
}

/** Refuses to make what could not be written afterwards. */
export function checkWritableAs(
  table: DeltaTable,
  made: Pick<Snapshot, "metadata" | "protocol">,
  definition: Pick<TableDefinition, "schema">,
): void {
  checkWritable({ schema: definition.schema, ...made }, table.name);
}

/** The operation of CREATE and REPLACE, with or without data, as Spark records it. */
export function definitionOperation(
  request: CreateRequest,
  kind: { readonly asSelect: boolean },
  metrics: Operation["metrics"] = {},
): Operation {
  const { definition, mode, isManaged } = request;
  const verb =
    mode === "replace" ? "REPLACE" : mode === "createOrReplace" ? "CREATE OR REPLACE" : "CREATE";
  return {
    name: `${verb} TABLE${kind.asSelect ? " AS SELECT" : ""}`,
    parameters: {
      partitionBy: [...definition.partitionBy],
      clusterBy: [],
      description: definition.comment ?? null,
      isManaged: String(isManaged),
      properties: { ...definition.properties },
    },
    metrics,
  };
}
