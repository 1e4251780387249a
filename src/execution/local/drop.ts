import { error } from "../../error/error.ts";
import type { DropTable } from "../../plan/command.ts";
import { quoteName } from "../../plan/relation.ts";
import { forgetTable } from "../../table/table.ts";
import type { CommandResult } from "../execution.ts";
import { noAnswer } from "./command.ts";
import type { LocalContext } from "./context.ts";
import { placeOf } from "./resolve.ts";

/** DROP TABLE and DROP VIEW. A temporary view hides a table of its name, also here. */
export async function runDrop(context: LocalContext, command: DropTable): Promise<CommandResult> {
  const [only] = command.name;
  const isView = command.name.length === 1 && context.views.has(only!.toLowerCase());
  if (isView) {
    context.views.delete(only!.toLowerCase());
    return noAnswer;
  }
  if (command.view) return absent(command);
  const { catalog, schema, table } = await placeOf(context, command.name);
  const found = await catalog.table(schema, table);
  if (!found) return absent(command);
  await catalog.drop(schema, table);
  forgetTable(found.location, context.connector);
  return noAnswer;
}

function absent(command: DropTable): CommandResult {
  if (command.ifExists) return noAnswer;
  throw error("TABLE_OR_VIEW_NOT_FOUND", { relationName: quoteName(command.name) });
}
