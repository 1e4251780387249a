import { error } from "../../error/error.ts";
import type { Target } from "../../plan/command.ts";
import { quoteName } from "../../plan/relation.ts";
import { type DeltaTable, openTable } from "../../table/table.ts";
import type { LocalContext } from "./context.ts";
import { findTable } from "./name.ts";

/** The Delta table a command is about; an error if there is none, or if it is of another kind. */
export async function deltaTableOf(context: LocalContext, target: Target): Promise<DeltaTable> {
  if (target.kind === "path") {
    const location = await context.connector.locate(target.path);
    return openTable(location, context.connector);
  }
  const found = await findTable(context, target.name, "this command");
  if (!found) throw error("TABLE_OR_VIEW_NOT_FOUND", { relationName: quoteName(target.name) });
  const name = found.name.join(".");
  if (found.provider !== "delta") {
    throw error("DELTA_TABLE_ONLY_OPERATION", { tableName: name, operation: "this command" });
  }
  return openTable(found.location, context.connector, name);
}
