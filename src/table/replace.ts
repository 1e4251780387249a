import { columnsOf } from "../analysis/expression.ts";
import { outputOf, type TypedExpression, type TypedRelation } from "../analysis/typed.ts";
import type { ParquetTarget, QueryContext, WrittenFile } from "../engine/engine.ts";
import { error } from "../error/error.ts";
import type { Add } from "../log/action.ts";
import type { ReadSet } from "../log/log.ts";
import { partitionText, partitionValue } from "../log/partition.ts";
import { canonicalPath } from "../log/path.ts";
import { flag } from "../log/property.ts";
import type { Snapshot } from "../log/snapshot.ts";
import { indexedLeaves } from "../log/statistics.ts";
import { type StructField, struct } from "../schema/type.ts";
import { alignRelation, notTrue, rebind } from "./align.ts";
import { discardStaged, partitionFields } from "./file.ts";
import { prunedBy } from "./predicate.ts";
import type { Prepared } from "./prepare.ts";
import { allMatch, mayMatch } from "./prune.ts";
import { structViolations } from "./required.ts";
import { scanFiles } from "./scan.ts";
import type { DeltaTable } from "./table.ts";

/** Files written for a change, and what of the table gives way to them. */
export interface Replacement {
  readonly written: readonly WrittenFile[];
  /** Rows of removed files that stay. */
  readonly copied: readonly WrittenFile[];
  /** What is removed, once it is known what was added, and what was read to know it. */
  readonly remove: (
    adds: readonly Add[],
  ) => Promise<{ readonly removed: readonly Add[]; readonly reads: Partial<ReadSet> }>;
}

export interface ReplaceRequest {
  readonly current: Snapshot | undefined;
  readonly prepared: Prepared;
  readonly overwrite: boolean;
  readonly dynamic: boolean;
  readonly write: {
    readonly relation: TypedRelation;
    readonly context: QueryContext;
    readonly replaceWhere?: { readonly condition: TypedExpression; readonly text: string };
  };
  readonly compression: ParquetTarget["compression"];
  readonly maxRecordsPerFile?: number;
}

/** Writes the rows, and the rows to keep of files that are replaced in part. */
export async function replacementOf(
  table: DeltaTable,
  request: ReplaceRequest,
): Promise<Replacement> {
  const { write } = request;
  const rules = structViolations(request.prepared.schema, outputOf(write.relation));
  if (write.replaceWhere === undefined && rules.length === 0) return replaceFiles(table, request);
  // The rows are looked at more than once: computed once, all looks see the same.
  await using kept = await table.context.engine.cache(write.relation, write.context);
  const columns = outputOf(write.relation);
  const schema = struct(
    columns.map(({ name, type, nullable, metadata }) => ({ name, type, nullable, metadata })),
  );
  const input = { kind: "cached", schema, name: kept.name } as const;
  const relation: TypedRelation = { kind: "input", input, output: columns };
  for (const { condition, columnName } of rules) {
    if (await anyRow(table, { relation, condition, context: write.context })) {
      throw error("DELTA_NOT_NULL_CONSTRAINT_VIOLATED", { columnName });
    }
  }
  const again = { ...request, write: { ...write, relation } };
  if (write.replaceWhere === undefined) return await replaceFiles(table, again);
  return await replaceWhere(table, again, write.replaceWhere);
}

/** Append, overwrite, and dynamic partition overwrite. */
async function replaceFiles(table: DeltaTable, request: ReplaceRequest): Promise<Replacement> {
  const { current, write, overwrite, dynamic } = request;
  const written = await writeRows(table, request, write.relation);
  if (current === undefined || !overwrite) {
    return { written, copied: [], remove: async () => ({ removed: [], reads: {} }) };
  }
  if (dynamic && current.metadata.partitionColumns.length > 0) {
    return { written, copied: [], remove: (adds) => replacePartitions(current, adds) };
  }
  const removed = await current.files();
  return { written, copied: [], remove: async () => ({ removed, reads: { wholeTable: true } }) };
}

async function writeRows(
  table: DeltaTable,
  request: ReplaceRequest,
  relation: TypedRelation,
): Promise<readonly WrittenFile[]> {
  const { prepared, compression, maxRecordsPerFile } = request;
  const { schema, metadata } = prepared;
  const partitionBy = metadata.partitionColumns;
  const stored = outputOf(relation).flatMap((column) => {
    return schema.fields.filter((member) => member.name === column.name);
  });
  const target: ParquetTarget = {
    directory: table.context.staging,
    schema: struct(stored),
    partitionBy,
    compression,
    statistics: indexedLeaves(schema, partitionBy, metadata.configuration),
    ...(maxRecordsPerFile === undefined ? {} : { maxRecordsPerFile }),
  };
  return table.context.engine.writeParquet(relation, target, request.write.context);
}

/** Dynamic partition overwrite: the partitions that were written lose their other files. */
async function replacePartitions(current: Snapshot, adds: readonly Add[]) {
  const columns = partitionFields(current.schema, current.metadata);
  const written = new Set(adds.map((add) => partitionKey(add, columns)));
  const matches = (add: Add): boolean => written.has(partitionKey(add, columns));
  const removed = await current.files({ keeps: matches });
  return { removed, reads: { files: pathsOf(removed), matches } };
}

/** By value: writers spell times and decimals in more than one way. */
function partitionKey(add: Add, columns: readonly StructField[]): string {
  const texts = columns.map(({ name, type }) => {
    const text = add.partitionValues[name] ?? null;
    return partitionText(partitionValue(text, type), type) ?? (text || null);
  });
  return JSON.stringify(texts);
}

function pathsOf(files: readonly Add[]): Set<string> {
  return new Set(files.map((file) => canonicalPath(file.path)));
}

async function replaceWhere(
  table: DeltaTable,
  request: ReplaceRequest,
  where: { readonly condition: TypedExpression; readonly text: string },
): Promise<Replacement> {
  const { current, write } = request;
  const { relation, context } = write;
  const condition = notTrue(rebind(where.condition, outputOf(relation)));
  if (await anyRow(table, { relation, condition, context })) {
    throw error("DELTA_REPLACE_WHERE_MISMATCH", { replaceWhere: where.text });
  }
  const written = await writeRows(table, request, relation);
  if (current === undefined) {
    return { written, copied: [], remove: async () => ({ removed: [], reads: {} }) };
  }
  const pruned = prunedBy(current, context);
  const matches = (add: Add): boolean => mayMatch(add, [where.condition], pruned);
  const removed = await current.files({ keeps: matches });
  const partly = removed.filter((file) => !allMatch(file, where.condition, pruned));
  const rest = { files: partly, condition: where.condition };
  const copied = await copyRest(table, request, rest).catch(async (thrown) => {
    await discardStaged(table, written);
    throw thrown;
  });
  return {
    written,
    copied,
    remove: async () => ({ removed, reads: { files: pathsOf(removed), matches } }),
  };
}

/** Whether the condition is true for some row. */
async function anyRow(
  table: DeltaTable,
  look: {
    readonly relation: TypedRelation;
    readonly condition: TypedExpression;
    readonly context: QueryContext;
  },
): Promise<boolean> {
  const { relation, condition, context } = look;
  const found: TypedRelation = { kind: "filter", input: relation, condition };
  const first: TypedRelation = { kind: "limit", input: found, limit: 1, offset: 0 };
  await using result = await table.context.engine.query(first, context);
  return ((await result.next())?.rows ?? 0) > 0;
}

/** Rewrites the rows of partly replaced files that do not fulfil the condition. */
async function copyRest(
  table: DeltaTable,
  request: ReplaceRequest,
  rest: { readonly files: readonly Add[]; readonly condition: TypedExpression },
): Promise<readonly WrittenFile[]> {
  const { current, prepared } = request;
  if (rest.files.length === 0 || current === undefined) return [];
  if (flag(prepared.metadata.configuration, "delta.enableChangeDataFeed", false)) {
    throw error("DELTA_REPLACE_WHERE_WITH_CHANGE_DATA_FEED", { tableName: table.name });
  }
  const fields = current.schema.fields.filter((member) => member.type.type !== "void");
  const input = await scanFiles(table, { files: rest.files, snapshot: current, columns: fields });
  const output = columnsOf(input.schema);
  const condition = notTrue(rebind(rest.condition, output));
  const kept: TypedRelation = {
    kind: "filter",
    input: { kind: "input", input, output },
    condition,
  };
  const stored = prepared.schema.fields.filter((member) => member.type.type !== "void");
  const relation = alignRelation({
    relation: kept,
    schema: struct(stored),
    match: "name",
    table: table.name,
  });
  return writeRows(table, request, relation);
}
