import type { CatalogTable, TableName } from "../../catalog/catalog.ts";
import { formatName } from "../../connector/registry.ts";
import { error } from "../../error/error.ts";
import type { CreateTable } from "../../plan/command.ts";
import { keyed } from "../../plan/option.ts";
import { quoteName } from "../../plan/relation.ts";
import type { StructType } from "../../schema/type.ts";
import { type CreateRequest, createTable } from "../../table/create.ts";
import { type DeltaTable, tableAt } from "../../table/table.ts";
import { writeTable } from "../../table/write.ts";
import type { CommandResult } from "../execution.ts";
import { noAnswer } from "./command.ts";
import { type LocalContext, queryContext } from "./context.ts";
import { createFileTable } from "./file-table.ts";
import { placeOf } from "./name.ts";
import { batchPlan } from "./query.ts";
import { isSource } from "./source.ts";
import { createSourceTable } from "./source-table.ts";

/** CREATE [OR REPLACE] TABLE, with columns, AS SELECT, or over what lies at a LOCATION. */
export async function runCreateTable(
  context: LocalContext,
  command: CreateTable,
): Promise<CommandResult> {
  const path = deltaPath(command.name);
  if (path !== undefined) return createAt(context, command, path);
  const { catalog, schema, table } = await placeOf(context, command.name);
  const name: TableName = [catalog.name, schema, table];
  const found = await catalog.relation(schema, table);
  if (found && command.ifNotExists) return noAnswer;
  if (found && !command.orReplace) {
    throw error("TABLE_OR_VIEW_ALREADY_EXISTS", { relationName: quoteName(name) });
  }
  if (!(await catalog.schemas()).includes(schema)) {
    throw error("SCHEMA_NOT_FOUND", { schemaName: quoteName([catalog.name, schema]) });
  }
  const provider = formatName(command.provider ?? context.conf.get("spark.sql.sources.default"));
  if (found && (found.kind === "view" || found.provider !== "delta" || provider !== "delta")) {
    const operation = command.query ? "REPLACE TABLE AS SELECT" : "REPLACE TABLE";
    throw error("UNSUPPORTED_FEATURE.TABLE_OPERATION", { tableName: quoteName(name), operation });
  }
  const given = command.location ?? keyed(command.options)["path"];
  const managed = given === undefined;
  const location = managed
    ? (found?.location ?? catalog.defaultLocation(schema, table))
    : await context.connector.locate(given);
  const made: CatalogTable = { kind: "table", name, location, provider, managed };
  if (await isSource(context, provider)) {
    return createSourceTable(context, command, { catalog, table: made });
  }
  if (provider !== "delta") return createFileTable(context, command, { catalog, table: made });
  const delta = await tableAt(location, context.connector, name.join("."));
  await makeDelta(context, command, { table: delta, managed });
  const stays = found?.kind === "table" && found.location.path === location.path;
  if (!managed && !stays) await catalog.register(made);
  return noAnswer;
}

/** The path of a name such as delta.`/data/events`, which no catalog keeps. */
function deltaPath(name: readonly string[]): string | undefined {
  const [format, path, ...rest] = name;
  if (format?.toLowerCase() !== "delta" || rest.length > 0) return undefined;
  return path?.includes("/") ? path : undefined;
}

async function createAt(
  context: LocalContext,
  command: CreateTable,
  path: string,
): Promise<CommandResult> {
  const table = await tableAt(await context.connector.locate(path), context.connector);
  const exists = (await table.log.update()) !== undefined;
  if (exists && command.ifNotExists) return noAnswer;
  if (exists && !command.orReplace) {
    throw error("DELTA_TABLE_ALREADY_EXISTS", { tableName: table.name });
  }
  await makeDelta(context, command, { table, managed: false });
  return noAnswer;
}

async function makeDelta(
  context: LocalContext,
  command: CreateTable,
  made: { readonly table: DeltaTable; readonly managed: boolean },
): Promise<void> {
  const { table, managed } = made;
  // Delta keeps a table's options among its properties under this prefix.
  const options = Object.entries(command.options).map(([key, value]) => [`option.${key}`, value]);
  const definition = {
    partitionBy: command.partitionBy,
    properties: { ...command.properties, ...Object.fromEntries(options) },
    ...(command.comment === undefined ? {} : { comment: command.comment }),
  };
  const mode = command.orReplace ? "createOrReplace" : "create";
  if (command.query) {
    await writeTable(table, {
      relation: await batchPlan(context, command.query, "write"),
      context: queryContext(context),
      mode: command.orReplace ? "overwrite" : "errorifexists",
      match: "name",
      options: {},
      ...(command.partitionBy.length > 0 ? { partitionBy: command.partitionBy } : {}),
      create: { definition, mode, isManaged: managed },
    });
    return;
  }
  const schema: StructType | undefined = command.schema;
  if (!schema || schema.fields.length === 0) {
    // Over a table that is there: its own schema counts.
    if ((await table.log.update()) !== undefined) return;
    throw error("DELTA_SCHEMA_NOT_SET", {});
  }
  const request: CreateRequest = {
    definition: { ...definition, schema },
    mode,
    isManaged: managed,
  };
  if (!managed && !command.orReplace && (await table.log.update()) !== undefined) return;
  await createTable(table, request);
}
