import { allFunctions, findFunction } from "../../analysis/function/registry.ts";
import { outputOf } from "../../analysis/typed.ts";
import { findCatalog, resolveNamespace } from "../../catalog/name.ts";
import type { Show } from "../../plan/command.ts";
import { boolean, field, string, struct } from "../../schema/type.ts";
import type { CommandResult } from "../execution.ts";
import type { LocalContext } from "./context.ts";
import { showProperties } from "./property.ts";
import { typedPlan } from "./resolve.ts";
import { showCreate } from "./show-create.ts";

/** SHOW CATALOGS, SCHEMAS, TABLES, VIEWS, COLUMNS, TBLPROPERTIES, FUNCTIONS, CREATE TABLE. */
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
      return showProperties(context, command.of ?? [], command.pattern);
    case "create table":
      return showCreate(context, command.of ?? []);
    case "views":
    case "tables": {
      const views = command.what === "views";
      const found = await relationRows(context, command.of, views);
      return relations([...found, ...viewRows(context)], matches, views);
    }
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

function viewRows(context: LocalContext): readonly Found[] {
  return [...context.views.keys()].map((name) => ({ namespace: "", name, isTemporary: true }));
}

interface Found {
  readonly namespace: string;
  readonly name: string;
  readonly isTemporary: boolean;
}

async function relationRows(
  context: LocalContext,
  of: readonly string[] | undefined,
  views: boolean,
): Promise<readonly Found[]> {
  const place = of ? resolveNamespace(of, context.current, context.catalogs) : context.current;
  const found = await findCatalog(context.catalogs, place.catalog).relations(place.schema);
  return found
    .filter(({ kind }) => !views || kind === "view")
    .map(({ name: [, namespace, name] }) => ({ namespace, name, isTemporary: false }));
}

function relations(
  found: readonly Found[],
  matches: (name: string) => boolean,
  views: boolean,
): CommandResult {
  const label = views ? "viewName" : "tableName";
  return {
    schema: struct([
      field("namespace", string, false),
      field(label, string, false),
      field("isTemporary", boolean, false),
    ]),
    rows: found
      .filter(({ name }) => matches(name))
      .map(({ namespace, name, isTemporary }) => ({ namespace, [label]: name, isTemporary })),
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
