import { outputOf, type TypedRelation } from "../../analysis/typed.ts";
import type { Catalog, CatalogTable, FileTableDefinition } from "../../catalog/catalog.ts";
import type { ReadRequest } from "../../connector/connector.ts";
import { fileTableDefinition } from "../../connector/file/definition.ts";
import { type FileFormat, fileFormat } from "../../connector/file/format.ts";
import { inferTable } from "../../connector/file/reader.ts";
import { connectorFor, write as writeFormat } from "../../connector/registry.ts";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { CreateTable, SaveMode } from "../../plan/command.ts";
import { keyed } from "../../plan/option.ts";
import { type Options, quoteName } from "../../plan/relation.ts";
import { asNullable } from "../../schema/compare.ts";
import { field, type StructType, struct } from "../../schema/type.ts";
import type { CommandResult } from "../execution.ts";
import { noAnswer } from "./command.ts";
import { type LocalContext, queryContext } from "./context.ts";
import { batchPlan } from "./query.ts";

interface Made {
  readonly catalog: Catalog;
  readonly table: CatalogTable;
}

/**
 * CREATE TABLE … USING a file format. The name is made known last: the files of AS SELECT are
 * there by then, and of two that make it one wins.
 */
export async function createFileTable(
  context: LocalContext,
  command: CreateTable,
  { catalog, table }: Made,
): Promise<CommandResult> {
  const format = await tableFormat(table.provider);
  if (command.orReplace) {
    throw error("UNSUPPORTED_FEATURE.TABLE_OPERATION", {
      tableName: quoteName(table.name),
      operation: command.query ? "CREATE OR REPLACE TABLE AS SELECT" : "CREATE OR REPLACE TABLE",
    });
  }
  if (table.managed) await requireVacant(table);
  const { path: _, ...options } = keyed(command.options);
  const rest = {
    options,
    properties: command.properties,
    createdTime: env.now(),
    ...(command.provider === undefined ? {} : { provider: command.provider }),
    ...(command.comment === undefined ? {} : { comment: command.comment }),
  };
  const name = quoteName(table.name);
  if (command.query) {
    const relation = await batchPlan(context, command.query, "write");
    const { partitionBy } = command;
    const given = { ...rest, schema: schemaOf(relation), partitionBy };
    const definition = fileTableDefinition({ format, table: name, ...given });
    await writeNew(context, { ...table, definition }, { relation, mode: "errorifexists" });
    await catalog.register({ ...table, definition });
    return noAnswer;
  }
  const shape = command.schema
    ? { schema: command.schema, partitionBy: command.partitionBy }
    : await inferTable(readRequest(context, table, options));
  const definition = fileTableDefinition({ format, table: name, ...rest, ...shape });
  await catalog.register({ ...table, definition });
  return noAnswer;
}

/** The format of a provider whose tables the catalog can keep. */
export async function tableFormat(provider: string): Promise<FileFormat> {
  const format = fileFormat(provider);
  if (format && format !== "binaryFile") return format;
  await connectorFor(provider);
  throw error("CREATE_TABLE_PROVIDER_NOT_BUILT", { provider });
}

/** What a table's files are, as the catalog keeps it, or as the files say. */
export async function definitionOf(
  context: LocalContext,
  table: CatalogTable,
): Promise<FileTableDefinition> {
  if (table.definition) return table.definition;
  const shape = await inferTable(readRequest(context, table, {}));
  return { ...shape, options: {}, properties: {}, createdTime: env.now() };
}

/** The columns of a query as a table keeps them. */
export function schemaOf(relation: TypedRelation): StructType {
  const columns = outputOf(relation);
  return asNullable(
    struct(columns.map(({ name, type, metadata }) => field(name, type, true, metadata))),
  );
}

/** Writes the first files of a definition. */
export async function writeNew(
  context: LocalContext,
  table: CatalogTable & { readonly definition: FileTableDefinition },
  { relation, mode }: { readonly relation: TypedRelation; readonly mode: SaveMode },
): Promise<void> {
  const { definition, location, provider } = table;
  await writeFormat({
    format: provider,
    options: definition.options,
    target: { name: table.name.join("."), location },
    mode,
    partitionBy: definition.partitionBy,
    relation,
    query: queryContext(context),
    context: context.connector,
  });
}

function readRequest(context: LocalContext, table: CatalogTable, options: Options): ReadRequest {
  const { name, location, provider } = table;
  return {
    format: provider,
    options,
    paths: [location.store.uri(location.path)],
    table: { name: name.join("."), location },
    context: context.connector,
  };
}

/** A managed table's folder is its own. */
export async function requireVacant({ name, location }: CatalogTable): Promise<void> {
  const { store, path } = location;
  for await (const _ of store.list(`${path}/`, { recursive: true })) {
    throw error("LOCATION_ALREADY_EXISTS", {
      identifier: quoteName(name),
      location: store.uri(path),
    });
  }
}
