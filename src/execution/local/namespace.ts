import { findCatalog, resolveNamespace } from "../../catalog/name.ts";
import { error } from "../../error/error.ts";
import type { CreateNamespace, DropNamespace, Use } from "../../plan/command.ts";
import { quoteName } from "../../plan/relation.ts";
import type { CommandResult } from "../execution.ts";
import { noAnswer } from "./command.ts";
import type { LocalContext } from "./context.ts";

/** CREATE SCHEMA. */
export async function runCreateNamespace(
  context: LocalContext,
  command: CreateNamespace,
): Promise<CommandResult> {
  const { catalog, schema } = resolveNamespace(command.name, context.current, new Map());
  await findCatalog(context.catalogs, catalog).createSchema(schema, command.ifNotExists);
  return noAnswer;
}

/** DROP SCHEMA, with what is in it if CASCADE says so. */
export async function runDropNamespace(
  context: LocalContext,
  command: DropNamespace,
): Promise<CommandResult> {
  const { catalog: name, schema } = resolveNamespace(command.name, context.current, new Map());
  const catalog = findCatalog(context.catalogs, name);
  if (!(await catalog.schemas()).includes(schema)) {
    if (command.ifExists) return noAnswer;
    throw error("SCHEMA_NOT_FOUND", { schemaName: quoteName([catalog.name, schema]) });
  }
  await catalog.dropSchema(schema, command.cascade);
  return noAnswer;
}

/** USE: the schema must be there. */
export async function runUse(context: LocalContext, command: Use): Promise<CommandResult> {
  const { catalog, schema } = resolveNamespace(command.name, context.current, context.catalogs);
  const schemas = await findCatalog(context.catalogs, catalog).schemas();
  if (!schemas.includes(schema)) {
    throw error("SCHEMA_NOT_FOUND", { schemaName: quoteName([catalog, schema]) });
  }
  context.current.catalog = catalog;
  context.current.schema = schema;
  return noAnswer;
}
