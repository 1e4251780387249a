import type { CatalogRelation } from "../../catalog/catalog.ts";
import { error } from "../../error/error.ts";
import type { DropTable } from "../../plan/command.ts";
import { quoteName } from "../../plan/relation.ts";
import { forgetTable } from "../../table/table.ts";
import type { CommandResult } from "../execution.ts";
import { noAnswer } from "./command.ts";
import type { LocalContext } from "./context.ts";
import { placeOf } from "./name.ts";

/** DROP TABLE and DROP VIEW. A temporary view hides a table of its name, also here. */
export async function runDrop(context: LocalContext, command: DropTable): Promise<CommandResult> {
  const [only] = command.name;
  const isView = command.name.length === 1 && context.views.has(only!.toLowerCase());
  if (isView) {
    context.views.delete(only!.toLowerCase());
    return noAnswer;
  }
  const { catalog, schema, table } = await placeOf(context, command.name);
  const found = await catalog.relation(schema, table);
  if (!found) return absent(command);
  if (found.kind !== (command.view ? "view" : "table")) throw wrongKind(command, found);
  await catalog.drop(schema, table);
  if (found.kind === "table") forgetTable(found.location, context.connector);
  return noAnswer;
}

function wrongKind(command: DropTable, found: CatalogRelation): Error {
  const [operation, alternative] = command.view
    ? (["DROP VIEW", "DROP TABLE"] as const)
    : (["DROP TABLE", "DROP VIEW"] as const);
  return error("WRONG_COMMAND_FOR_OBJECT_TYPE", {
    operation,
    objectName: quoteName(found.name),
    foundType: found.kind,
    alternative,
  });
}

function absent(command: DropTable): CommandResult {
  if (command.ifExists) return noAnswer;
  throw error("TABLE_OR_VIEW_NOT_FOUND", { relationName: quoteName(command.name) });
}
