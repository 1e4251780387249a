import { outputOf, type TypedExpression, type TypedRelation } from "../analysis/typed.ts";
import type { QueryContext, WrittenFile } from "../engine/engine.ts";
import { env } from "../env.ts";
import { error } from "../error/error.ts";
import type { Action, Add } from "../log/action.ts";
import type { Later, ReadSet } from "../log/log.ts";
import { checkWritable } from "../log/protocol.ts";
import type { Snapshot } from "../log/snapshot.ts";
import type { OutputMode, SaveMode } from "../plan/command.ts";
import type { Options } from "../plan/relation.ts";
import { field, struct } from "../schema/type.ts";
import { alignRelation } from "./align.ts";
import { checkVacant, checkWritableAs } from "./create.ts";
import type { TableDefinition } from "./definition.ts";
import { discardStaged, publishFiles, removeOf } from "./file.ts";
import { writeOperation } from "./operation.ts";
import { codecOf, type WriteOptions, writeOptions } from "./option.ts";
import { type Prepared, prepareWrite } from "./prepare.ts";
import { type Replacement, replacementOf } from "./replace.ts";
import { checkNotNull } from "./required.ts";
import type { DeltaTable } from "./table.ts";
import { attemptTransaction, conflictError } from "./transaction.ts";

export interface WriteRequest {
  /** Ready to run: every leaf is an input. */
  readonly relation: TypedRelation;
  readonly context: QueryContext;
  readonly mode: SaveMode;
  readonly match: "name" | "position";
  /** Undefined: nothing was said of partitions. */
  readonly partitionBy?: readonly string[];
  /** Lower-case keys. */
  readonly options: Options;
  /** Overwrites only the rows that fulfil it; over the table's columns, by name. */
  readonly replaceWhere?: { readonly condition: TypedExpression; readonly text: string };
  /** The session's mode for overwrites of partitions; the option wins. */
  readonly dynamic?: boolean;
  /** A micro-batch: committed once, whatever happens. */
  readonly streaming?: {
    readonly queryId: string;
    readonly batchId: number;
    readonly outputMode: OutputMode;
    readonly later?: Later;
  };
  /** COPY INTO: only on what the table had loaded by `after`; by another load it fails. */
  readonly copying?: { readonly appId: string; readonly version: number; readonly after?: number };
  /** CREATE or REPLACE TABLE AS SELECT, and tables made by name. */
  readonly create?: CreateAs;
}

/** How a table that is made by a write is recorded. */
export interface CreateAs {
  readonly definition: Partial<TableDefinition>;
  /** Absent: a WRITE that makes the table, as `save` does. */
  readonly mode?: "create" | "replace" | "createOrReplace";
  readonly isManaged: boolean;
}

export interface WriteResult {
  readonly version: number;
  readonly snapshot: Snapshot;
  /** Rows written. */
  readonly rows: number;
  /** The table had this batch or transaction already, or was there in mode `ignore`. */
  readonly skipped: boolean;
}

/** Tries again when another writer made the table first; it is made only once. */
const creationsMax = 3;

/** Writes the rows of a relation into a table, making it if it is not there; one commit. */
export async function writeTable(table: DeltaTable, request: WriteRequest): Promise<WriteResult> {
  const options = writeOptions(request.options);
  for (let attempt = 1; ; attempt++) {
    const current = await table.log.update();
    const skipped = current === undefined ? undefined : skip(table, { current, request, options });
    if (skipped !== undefined) return skipped;
    if (current !== undefined) checkWritable(current, table.name);
    const write = await planWrite(table, { request, options, current });
    const result = await attemptTransaction(table, write.transaction);
    if (result.kind === "committed") return { ...result, rows: write.rows, skipped: false };
    const madeMeanwhile = current === undefined && result.version === 0;
    const again = madeMeanwhile || isOtherBatch(request, result.code);
    if (!again || attempt >= creationsMax) throw conflictError(table, result);
  }
}

/** The same batch may have been committed by another run of the query: look again. */
function isOtherBatch(request: WriteRequest, code: string): boolean {
  return request.streaming !== undefined && code === "DELTA_CONCURRENT_TRANSACTION";
}

interface Planning {
  readonly request: WriteRequest;
  readonly options: WriteOptions;
  readonly current: Snapshot | undefined;
}

function transactionId(request: WriteRequest, options: WriteOptions) {
  if (request.copying !== undefined) return request.copying;
  if (request.streaming === undefined) return options.transaction;
  return { appId: request.streaming.queryId, version: request.streaming.batchId };
}

function skip(
  table: DeltaTable,
  planning: Planning & { readonly current: Snapshot },
): WriteResult | undefined {
  const { request, options, current } = planning;
  const result = { version: current.version, snapshot: current, rows: 0, skipped: true };
  const id = transactionId(request, options);
  const { copying } = request;
  if (copying && current.transactions.get(copying.appId) !== copying.after) {
    const detail = "another COPY INTO was first";
    throw conflictError(table, {
      ...{ kind: "conflict", code: "DELTA_CONCURRENT_TRANSACTION" },
      ...{ version: current.version, detail },
    });
  }
  const seen = id === undefined ? undefined : current.transactions.get(id.appId);
  if (id !== undefined && seen !== undefined && seen >= id.version) return result;
  if (request.mode === "ignore") return result;
  const creates = request.create?.mode === "create";
  if (request.mode === "errorifexists" || creates) {
    throw error("DELTA_TABLE_ALREADY_EXISTS", { tableName: table.name });
  }
  return undefined;
}

async function planWrite(table: DeltaTable, planning: Planning) {
  const { request, options, current } = planning;
  const overwrite = isOverwrite(request);
  const dynamic = overwrite && (options.dynamic ?? request.dynamic ?? false);
  checkOptions(options, { dynamic, replaceWhere: request.replaceWhere !== undefined });
  if (current === undefined && request.create?.mode !== undefined) await checkVacant(table);
  const prepared = prepare(table, planning, overwrite);
  checkWritableAs(table, prepared, prepared);
  const replacement = await replacementOf(table, {
    current,
    prepared,
    overwrite,
    dynamic,
    write: { ...request, relation: aligned(table, request, prepared) },
    compression: codecOf(options.compression, prepared.metadata.configuration),
    ...(options.maxRecordsPerFile === undefined
      ? {}
      : { maxRecordsPerFile: options.maxRecordsPerFile }),
  });
  try {
    return await commitOf(table, { ...planning, prepared, replacement });
  } finally {
    await discardStaged(table, [...replacement.written, ...replacement.copied]);
  }
}

function isOverwrite(request: WriteRequest): boolean {
  return (
    request.mode === "overwrite" ||
    request.replaceWhere !== undefined ||
    request.streaming?.outputMode === "complete"
  );
}

function checkOptions(
  options: WriteOptions,
  write: { readonly dynamic: boolean; readonly replaceWhere: boolean },
): void {
  if (!write.dynamic) return;
  if (write.replaceWhere && options.dynamic === true) {
    throw error("DELTA_REPLACE_WHERE_WITH_DYNAMIC_PARTITION_OVERWRITE", {});
  }
  if (options.overwriteSchema) {
    throw error("DELTA_OVERWRITE_SCHEMA_WITH_DYNAMIC_PARTITION_OVERWRITE", {});
  }
}

function prepare(table: DeltaTable, planning: Planning, overwrite: boolean): Prepared {
  const { request, options, current } = planning;
  const output = outputOf(request.relation);
  const replaces = request.create?.mode === "replace" || request.create?.mode === "createOrReplace";
  return prepareWrite({
    current,
    data: struct(output.map((one) => field(one.name, one.type, one.nullable, one.metadata))),
    match: request.match,
    partitionBy: request.partitionBy,
    mergeSchema: options.mergeSchema,
    overwriteSchema:
      replaces || (overwrite && options.overwriteSchema && request.replaceWhere === undefined),
    definition: request.create?.definition ?? {},
    table: table.name,
  });
}

/** The rows as the table's columns; void ones are in no file. */
function aligned(table: DeltaTable, request: WriteRequest, prepared: Prepared): TypedRelation {
  const stored = prepared.schema.fields.filter((member) => member.type.type !== "void");
  return alignRelation({
    relation: request.relation,
    schema: struct(request.match === "position" ? prepared.schema.fields : stored),
    match: request.match,
    table: table.name,
  });
}

async function commitOf(
  table: DeltaTable,
  made: Planning & { readonly prepared: Prepared; readonly replacement: Replacement },
) {
  const { request, options, current, prepared, replacement } = made;
  const { written, copied } = replacement;
  checkNotNull(prepared.schema, written);
  const codec = codecOf(options.compression, prepared.metadata.configuration);
  const publish = (files: readonly WrittenFile[]): Promise<Add[]> => {
    return publishFiles(table, { files, ...prepared, codec, dataChange: options.dataChange });
  };
  const adds = await publish(written);
  const copies = await publish(copied);
  const { removed, reads } = await replacement.remove(adds);
  const id = transactionId(request, options);
  const rows = written.reduce((sum, file) => sum + file.rows, 0);
  const actions: Action[] = [
    ...(prepared.metadataChanged ? [{ metaData: prepared.metadata }] : []),
    ...(prepared.protocolChanged ? [{ protocol: prepared.protocol }] : []),
    ...(id === undefined
      ? []
      : [{ txn: { appId: id.appId, version: id.version, lastUpdated: env.now() } }]),
    ...[...adds, ...copies].map((add) => ({ add })),
    ...removed.map((file) => ({ remove: removeOf(file, options.dataChange) })),
  ];
  const operation = writeOperation(request, {
    options,
    prepared,
    created: current === undefined,
    adds,
    copies,
    removed,
    rows,
  });
  const read: Partial<ReadSet> = {
    ...reads,
    ...(id === undefined ? {} : { appIds: new Set([id.appId]) }),
  };
  const later = request.streaming?.later;
  const transaction = { snapshot: current, operation, actions, reads: read };
  return { rows, transaction: later === undefined ? transaction : { ...transaction, later } };
}
