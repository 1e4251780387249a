import type { Catalog, CatalogTable } from "../../catalog/catalog.ts";
import { fileTableDefinition } from "../../connector/file/definition.ts";
import { fileFormat } from "../../connector/file/format.ts";
import { error } from "../../error/error.ts";
import type { AddColumns } from "../../plan/command.ts";
import { quoteName } from "../../plan/relation.ts";
import { addColumns } from "../../table/column.ts";
import { tableAt } from "../../table/table.ts";
import type { CommandResult } from "../execution.ts";
import { noAnswer } from "./command.ts";
import type { LocalContext } from "./context.ts";
import { findTable, placeOf } from "./name.ts";

/** ALTER TABLE … ADD COLUMNS: one commit of a Delta table, or another definition of files. */
export async function runAddColumns(
  context: LocalContext,
  { name, columns }: AddColumns,
): Promise<CommandResult> {
  const operation = "ALTER TABLE ... ADD COLUMNS";
  const found = await findTable(context, name, operation);
  if (!found) throw error("TABLE_OR_VIEW_NOT_FOUND", { relationName: quoteName(name) });
  const { catalog } = await placeOf(context, found.name);
  if (found.provider !== "delta") await redefine(catalog, found, { columns, operation });
  else {
    await addColumns(
      await tableAt(found.location, context.connector, found.name.join(".")),
      columns,
    );
  }
  return noAnswer;
}

async function redefine(
  catalog: Catalog,
  table: CatalogTable,
  { columns, operation }: Pick<AddColumns, "columns"> & { readonly operation: string },
): Promise<void> {
  const { definition, name } = table;
  const format = fileFormat(table.provider);
  if (!definition || !format || format === "text") {
    throw error("UNSUPPORTED_FEATURE.TABLE_OPERATION", { tableName: quoteName(name), operation });
  }
  const { fields } = definition.schema;
  const schema = { type: "struct", fields: [...fields, ...columns] } as const;
  const made = fileTableDefinition({ ...definition, schema, format, table: quoteName(name) });
  await catalog.replace({ ...table, definition: made });
}
