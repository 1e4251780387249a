import type { TypedRelation } from "../../analysis/typed.ts";
import type { Catalog, CatalogTable, FileTableDefinition } from "../../catalog/catalog.ts";
import { findCatalog } from "../../catalog/name.ts";
import { connectorFor, resolveRead, write as writeFormat } from "../../connector/registry.ts";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { CreateTable, SaveMode, Write } from "../../plan/command.ts";
import { keyed } from "../../plan/option.ts";
import { type Options, quoteName } from "../../plan/relation.ts";
import type { CommandResult } from "../execution.ts";
import { noAnswer } from "./command.ts";
import { type LocalContext, queryContext } from "./context.ts";
import { alignedRelation } from "./file-write.ts";
import { batchPlan } from "./query.ts";
import { checkColumns, sourceTableRequest } from "./source.ts";
import type { SessionView } from "./unfold.ts";

interface Made {
  readonly catalog: Catalog;
  readonly table: CatalogTable;
}

/** CREATE TABLE … USING a source without files: the catalog keeps its options and its columns. */
export async function createSourceTable(
  context: LocalContext,
  command: CreateTable,
  { catalog, table }: Made,
): Promise<CommandResult> {
  if (command.orReplace) throw unsupported(table, "CREATE OR REPLACE TABLE");
  if (command.partitionBy.length > 0) throw unsupported(table, "CREATE TABLE ... PARTITIONED BY");
  const definition = {
    partitionBy: [],
    options: keyed(command.options),
    properties: command.properties,
    createdTime: env.now(),
    ...(command.provider === undefined ? {} : { provider: command.provider }),
    ...(command.comment === undefined ? {} : { comment: command.comment }),
  };
  if (command.query) {
    const relation = await batchPlan(context, command.query, "write");
    await put(context, table, { ...definition, relation, mode: "errorifexists" });
  }
  const made = await registered(context, table, definition);
  if (command.schema) checkColumns(table, command.schema, made.definition.schema);
  await catalog.register(made);
  return noAnswer;
}

/** `saveAsTable` of a free name: the rows, then the name. */
export async function createSourceTableAs(
  context: LocalContext,
  write: Write,
  { catalog, table }: Made,
): Promise<void> {
  if (write.partitionBy.length > 0) throw unsupported(table, "saveAsTable with partitionBy");
  const { options, mode } = write;
  const relation = await batchPlan(context, write.input, "write");
  await put(context, table, { options, relation, mode });
  const definition = { partitionBy: [], options, properties: {}, createdTime: env.now() };
  await catalog.register(await registered(context, table, definition));
}

/** INSERT, and `saveAsTable` where the name is taken: columns as the table has them. */
export async function writeSourceTable(
  context: LocalContext,
  write: Write,
  table: CatalogTable,
): Promise<void> {
  const { definition, name } = table;
  if (!definition || write.partition || write.replaceWhere) throw unsupported(table, "INSERT");
  const options = { ...definition.options, ...write.options };
  if (write.create && write.mode === "overwrite") {
    const relation = await batchPlan(context, write.input, "write");
    await put(context, table, { options, relation, mode: write.mode });
    const made = await registered(context, table, { ...definition, options });
    await findCatalog(context.catalogs, name[0]).replace(made);
    return;
  }
  const actual = await resolveRead(sourceTableRequest(context, table, {}));
  checkColumns(table, definition.schema, actual.schema);
  const relation = await alignedRelation(context, write, { name, definition });
  await put(context, table, { options, relation, mode: write.mode });
}

/** INSERT into a temporary view that is a source itself. False: it is another one. */
export async function insertIntoView(
  context: LocalContext,
  write: Write,
  { name, view: { plan } }: { readonly name: readonly string[]; readonly view: SessionView },
): Promise<boolean> {
  if (plan.kind !== "read" || plan.format === undefined || plan.streaming) return false;
  const { format, options } = plan;
  const { tables } = await connectorFor(format, context.connector);
  if (tables !== "insert" || write.partition || write.replaceWhere) return false;
  const request = { format, options, paths: plan.paths, context: context.connector };
  const { schema } = await resolveRead(request);
  const definition = { schema, partitionBy: [] };
  const relation = await alignedRelation(context, write, { name, definition });
  await put(context, { name, provider: format }, { options, relation, mode: write.mode });
  return true;
}

/** The table with the columns that its source has. */
async function registered(
  context: LocalContext,
  table: CatalogTable,
  given: Omit<FileTableDefinition, "schema">,
): Promise<CatalogTable & { readonly definition: FileTableDefinition }> {
  // There are no files that DROP could take.
  const made = { ...table, managed: false };
  const options = given.options;
  const { schema } = await resolveRead(sourceTableRequest(context, made, options));
  return { ...made, definition: { ...given, schema } };
}

async function put(
  context: LocalContext,
  { name, provider }: { readonly name: readonly string[]; readonly provider: string },
  rows: { readonly options: Options; readonly relation: TypedRelation; readonly mode: SaveMode },
): Promise<void> {
  const { tables } = await connectorFor(provider, context.connector);
  if (tables !== "insert") throw unsupported({ name }, "INSERT");
  const { options, relation, mode } = rows;
  await writeFormat({
    ...{ format: provider, options, relation, mode, partitionBy: [] },
    ...{ query: queryContext(context), context: context.connector },
  });
}

function unsupported({ name }: { readonly name: readonly string[] }, operation: string): Error {
  return error("UNSUPPORTED_FEATURE.TABLE_OPERATION", { tableName: quoteName(name), operation });
}
