import type { CatalogTable } from "../../catalog/catalog.ts";
import { filesAt } from "../../connector/file/folder.ts";
import { existing } from "../../connector/file/writer.ts";
import { error } from "../../error/error.ts";
import type { TruncateTable } from "../../plan/command.ts";
import { quoteName } from "../../plan/relation.ts";
import { findField } from "../../schema/compare.ts";
import { openTable } from "../../table/table.ts";
import { truncateTable } from "../../table/truncate.ts";
import type { CommandResult } from "../execution.ts";
import { noAnswer } from "./command.ts";
import { type LocalContext, queryContext } from "./context.ts";
import { definitionOf } from "./file-table.ts";
import { valuesOf } from "./file-write.ts";
import { findTable, temporaryView } from "./name.ts";

/** TRUNCATE TABLE: one commit of a Delta table, or the files of a managed table of files go. */
export async function runTruncate(
  context: LocalContext,
  { target, partition }: TruncateTable,
): Promise<CommandResult> {
  if (target.kind === "path") {
    if (partition) throw unsupported([target.path], "TRUNCATE TABLE of a partition");
    const location = await context.connector.locate(target.path);
    await truncateTable(await openTable(location, context.connector));
    return noAnswer;
  }
  const { name } = target;
  if (temporaryView(context, name)) {
    const viewName = quoteName(name);
    throw error("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", { viewName, operation: "TRUNCATE TABLE" });
  }
  const found = await findTable(context, name, "TRUNCATE TABLE");
  if (!found) throw error("TABLE_OR_VIEW_NOT_FOUND", { relationName: quoteName(name) });
  if (found.provider !== "delta") {
    await truncateFiles(context, found, partition);
    return noAnswer;
  }
  if (partition) throw unsupported(found.name, "TRUNCATE TABLE of a partition");
  await truncateTable(await openTable(found.location, context.connector, found.name.join(".")));
  return noAnswer;
}

async function truncateFiles(
  context: LocalContext,
  table: CatalogTable,
  partition: TruncateTable["partition"],
): Promise<void> {
  const { name, location: folder, managed } = table;
  if (!managed) throw unsupported(name, "TRUNCATE TABLE, as it is external");
  const files = await existing(folder);
  const gone = partition ? await filesOf(context, table, { partition, files }) : files;
  for (const path of gone) await folder.store.delete(path);
}

async function filesOf(
  context: LocalContext,
  table: CatalogTable,
  given: {
    readonly partition: NonNullable<TruncateTable["partition"]>;
    readonly files: readonly string[];
  },
): Promise<readonly string[]> {
  const { schema, partitionBy } = await definitionOf(context, table);
  if (partitionBy.length === 0) {
    throw unsupported(table.name, "TRUNCATE TABLE of a partition, as it has none");
  }
  const columns = partitionBy.flatMap((one) => findField(schema, one) ?? []);
  const fixed = given.partition.map(([name, value]) => ({ name, value }));
  const values = await valuesOf(context, fixed, columns);
  const { timeZone } = queryContext(context);
  return filesAt(given.files, { folder: table.location, columns, values, timeZone });
}

function unsupported(name: readonly string[], operation: string): Error {
  return error("UNSUPPORTED_FEATURE.TABLE_OPERATION", { tableName: quoteName(name), operation });
}
