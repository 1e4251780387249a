import { field, long, type StructField } from "../schema/type.ts";
import { flag } from "./property.ts";
import type { Snapshot } from "./snapshot.ts";

/** Whether rows have ids that last (PROTOCOL.md#row-tracking). */
function tracksRows({ metadata }: Pick<Snapshot, "metadata">): boolean {
  return flag(metadata.configuration, "delta.enableRowTracking", false);
}

/** The columns of files in which rows that were moved keep their ids and versions. */
export function trackedColumns(
  snapshot: Pick<Snapshot, "metadata">,
): { readonly rowId: string; readonly rowCommitVersion: string } | undefined {
  const { configuration } = snapshot.metadata;
  const rowId = configuration["delta.rowTracking.materializedRowIdColumnName"];
  const rowCommitVersion =
    configuration["delta.rowTracking.materializedRowCommitVersionColumnName"];
  if (!tracksRows(snapshot) || rowId === undefined || rowCommitVersion === undefined) {
    return undefined;
  }
  return { rowId, rowCommitVersion };
}

/** The fields of `_metadata` that a table with row tracking has (RowTracking.scala). */
export function trackingFields(snapshot: Pick<Snapshot, "metadata">): readonly StructField[] {
  if (!tracksRows(snapshot)) return [];
  const constants = [field("base_row_id", long), field("default_row_commit_version", long)];
  if (trackedColumns(snapshot) === undefined) return constants;
  return [field("row_id", long), ...constants, field("row_commit_version", long)];
}
