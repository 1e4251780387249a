import type { Dataset } from "../../analysis/dataset.ts";
import type { CatalogTable } from "../../catalog/catalog.ts";
import type { ReadRequest } from "../../connector/connector.ts";
import { fileFormat } from "../../connector/file/format.ts";
import { connectorFor } from "../../connector/registry.ts";
import { error } from "../../error/error.ts";
import { type Options, quoteName } from "../../plan/relation.ts";
import { sameType } from "../../schema/compare.ts";
import { toDdl } from "../../schema/ddl.ts";
import type { StructType } from "../../schema/type.ts";
import type { LocalContext } from "./context.ts";

/** Whether tables of a provider are options of a source, and no files. */
export async function isSource(context: LocalContext, provider: string): Promise<boolean> {
  if (provider === "delta" || fileFormat(provider)) return false;
  return (await connectorFor(provider, context.connector)).tables !== undefined;
}

/** How a source is asked for what is in a table of it. */
export function sourceTableRequest(
  context: LocalContext,
  { provider, definition }: CatalogTable,
  options: Options,
): ReadRequest {
  return {
    format: provider,
    options: { ...definition?.options, ...options },
    paths: [],
    context: context.connector,
  };
}

/** What a source has, as the table of it; SOURCE_TABLE_SCHEMA_MISMATCH if it is another by now. */
export function sameColumns(table: CatalogTable, dataset: Dataset): Dataset {
  if (table.definition) checkColumns(table, table.definition.schema, dataset.schema);
  return { ...dataset, name: table.name.join(".") };
}

/** SOURCE_TABLE_SCHEMA_MISMATCH unless columns have the names and types of the source's. */
export function checkColumns(
  { name }: Pick<CatalogTable, "name">,
  schema: StructType,
  actual: StructType,
): void {
  const same =
    schema.fields.length === actual.fields.length &&
    schema.fields.every((one, at) => {
      const other = actual.fields[at];
      return one.name === other?.name && sameType(one.type, other.type);
    });
  if (same) return;
  throw error("SOURCE_TABLE_SCHEMA_MISMATCH", {
    tableName: quoteName(name),
    schema: toDdl(schema),
    actualSchema: toDdl(actual),
  });
}
