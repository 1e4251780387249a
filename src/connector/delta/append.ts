import type { Add } from "../../log/action.ts";
import type { StructField } from "../../schema/type.ts";
import { scanFiles } from "../../table/scan.ts";
import type { DeltaTable } from "../../table/table.ts";
import { type CommitRule, streamedFiles } from "./commit.ts";
import { snapshotOrder } from "./plan.ts";
import type { Reading } from "./source.ts";

/** The rows that a table has, then those that are appended to it. */
export function appends(
  table: DeltaTable,
  rule: CommitRule,
  columns: readonly StructField[],
): Reading<Add> {
  const { snapshot } = rule;
  return {
    schema: snapshot.schema,
    async snapshot(at) {
      const files = snapshotOrder(await at.files());
      return { version: at.version, initial: true, files };
    },
    commit: async (commit) => streamedFiles(commit, rule),
    async read(versions) {
      const files = versions.flatMap((version) => version.files);
      const rows = rowsOf(files);
      const input = await scanFiles(table, { files, snapshot, columns });
      return rows === undefined ? { input } : { input, rows };
    },
  };
}

/** The number of rows where the statistics of every file tell. */
function rowsOf(files: readonly Add[]): number | undefined {
  let rows = 0;
  for (const { stats, deletionVector } of files) {
    const records = /"numRecords":(\d+)/.exec(stats ?? "")?.[1];
    if (records === undefined) return undefined;
    rows += Number(records) - (deletionVector?.cardinality ?? 0);
  }
  return rows;
}
