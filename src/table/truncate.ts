import { error } from "../error/error.ts";
import { removeOf } from "./file.ts";
import type { DeltaTable } from "./table.ts";
import { commitTransaction } from "./transaction.ts";

/** TRUNCATE TABLE: one commit that removes every file; of an empty table there is nothing to do. */
export async function truncateTable(table: DeltaTable): Promise<void> {
  const snapshot = await table.log.update();
  if (snapshot === undefined) throw error("DELTA_TABLE_NOT_FOUND", { tableName: table.name });
  const files = await snapshot.files();
  if (files.length === 0) return;
  const numRemovedBytes = files.reduce((sum, { size }) => sum + size, 0);
  await commitTransaction(table, {
    snapshot,
    operation: {
      name: "TRUNCATE",
      parameters: {},
      metrics: { numRemovedFiles: files.length, numRemovedBytes },
    },
    actions: files.map((file) => ({ remove: removeOf(file) })),
    reads: { wholeTable: true },
  });
}
