import { allFunctions, findFunction } from "../../analysis/function/registry.ts";
import { outputOf } from "../../analysis/typed.ts";
import type { CatalogRelation } from "../../catalog/catalog.ts";
import { findCatalog, resolveNamespace } from "../../catalog/name.ts";
import { error } from "../../error/error.ts";
import type { Show } from "../../plan/command.ts";
import { quoteName } from "../../plan/relation.ts";
import { boolean, field, string, struct } from "../../schema/type.ts";
import type { Row } from "../../schema/value.ts";
import { openTable, snapshotOf } from "../../table/table.ts";
import type { CommandResult } from "../execution.ts";
import type { LocalContext } from "./context.ts";
import { findTable, typedPlan } from "./resolve.ts";

/** SHOW CATALOGS, SCHEMAS, TABLES, VIEWS, COLUMNS, TBLPROPERTIES, FUNCTIONS. */
export async function runShow(context: LocalContext, command: Show): Promise<CommandResult> {
  const matches = matcher(command.pattern);
  const named = (name: string, values: readonly string[]): CommandResult => ({
    schema: struct([field(name, string, false)]),
    rows: values.filter(matches).map((value) => ({ [name]: value })),
  });
  switch (command.what) {
    case "catalogs":
      return named("catalog", [...context.catalogs.keys()].sort());
    case "schemas":
      return named("namespace", [...(await schemasOf(context, command.of))].sort());
    case "functions":
      return named("function", [...allFunctions().keys()].filter(findFunction).sort());
    case "columns":
      return named("col_name", await columnsOf(context, command.of ?? []));
    case "tblproperties":
      return properties(context, command.of ?? []);
    case "views":
      return tables(viewRows(context), matches);
    case "tables":
      return tables([...(await tableRows(context, command.of)), ...viewRows(context)], matches);
  }
}

async function schemasOf(context: LocalContext, of: readonly string[] | undefined) {
  const name = of?.[0] ?? context.current.catalog;
  return findCatalog(context.catalogs, name).schemas();
}

async function columnsOf(context: LocalContext, name: readonly string[]): Promise<string[]> {
  const read = { kind: "read", streaming: false, table: name, paths: [], options: {} } as const;
  return outputOf(await typedPlan(context, read)).map((column) => column.name);
}

async function properties(context: LocalContext, name: readonly string[]): Promise<CommandResult> {
  const found = await findTable(context, name, "SHOW TBLPROPERTIES");
  if (!found) throw error("TABLE_OR_VIEW_NOT_FOUND", { relationName: quoteName(name) });
  const table = await openTable(found.location, context.connector, found.name.join("."));
  const { metadata, protocol } = await snapshotOf(table);
  const all = {
    ...metadata.configuration,
    "delta.minReaderVersion": String(protocol.minReaderVersion),
    "delta.minWriterVersion": String(protocol.minWriterVersion),
  };
  const entries = Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    schema: struct([field("key", string, false), field("value", string, false)]),
    rows: entries.map(([key, value]) => ({ key, value })),
  };
}

function viewRows(context: LocalContext): Row[] {
  return [...context.views.keys()].map((tableName) => ({
    namespace: "",
    tableName,
    isTemporary: true,
  }));
}

async function tableRows(context: LocalContext, of: readonly string[] | undefined) {
  const place = of ? resolveNamespace(of, context.current, context.catalogs) : context.current;
  const found = await findCatalog(context.catalogs, place.catalog).relations(place.schema);
  return found.map(({ name: [, namespace, tableName] }: CatalogRelation): Row => {
    return { namespace, tableName, isTemporary: false };
  });
}

function tables(rows: readonly Row[], matches: (name: string) => boolean): CommandResult {
  return {
    schema: struct([
      field("namespace", string, false),
      field("tableName", string, false),
      field("isTemporary", boolean, false),
    ]),
    rows: rows.filter((row) => matches(row["tableName"] as string)),
  };
}

/** A LIKE pattern of SHOW: `*` is any text, `|` is or; without case. */
function matcher(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true;
  const expressions = pattern.split("|").map((part) => {
    const escaped = part.trim().replace(/[.+?^${}()[\]\\]/g, "\\$&");
    return new RegExp(`^${escaped.replaceAll("*", ".*")}$`, "i");
  });
  return (name) => expressions.some((expression) => expression.test(name));
}
