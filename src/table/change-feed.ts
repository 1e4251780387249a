import type { ScanRequest } from "../analysis/dataset.ts";
import { error } from "../error/error.ts";
import type { Metadata } from "../log/action.ts";
import { flag } from "../log/property.ts";
import type { Snapshot } from "../log/snapshot.ts";
import type { ParquetInput } from "../plan/input.ts";
import { findField } from "../schema/compare.ts";
import {
  field,
  long,
  type StructField,
  type StructType,
  string,
  struct,
  timestamp,
} from "../schema/type.ts";
import { Timestamp, type Value } from "../schema/value.ts";
import type { ChangeFile } from "./changes.ts";
import { partitionFields } from "./file.ts";
import { prunedBy } from "./predicate.ts";
import { pruner } from "./prune.ts";
import { type ScannedFile, scanFiles } from "./scan.ts";
import type { DeltaTable } from "./table.ts";

/** The property that has a table's writers record its changes. */
export const changeDataFeedProperty = "delta.enableChangeDataFeed";

/** Its name of before Delta 1.2. */
const formerProperty = "delta.enableChangeDataCapture";

/** Whether changes are recorded under a table's metadata. */
export function hasChangeDataFeed({ configuration }: Metadata): boolean {
  const former = flag(configuration, formerProperty, false);
  return flag(configuration, changeDataFeedProperty, former);
}

const changeType = "_change_type";
const commitVersion = "_commit_version";
const commitTimestamp = "_commit_timestamp";

/** What a row of the feed says beside the row that changed. */
const changeFields: readonly StructField[] = [
  field(changeType, string),
  field(commitVersion, long),
  field(commitTimestamp, timestamp),
];

/** The columns of a table that have names of the feed's own. */
export function reservedColumns(schema: StructType): string[] {
  return changeFields.flatMap(({ name }) => findField(schema, name)?.name ?? []);
}

/** The columns of the feed: those of the table, then `_change_type` and its kin. */
export function changeFeedSchema(schema: StructType): StructType {
  const columnList = reservedColumns(schema).join(", ");
  if (columnList !== "") throw error("DELTA_TABLE_ALREADY_CONTAINS_CDC_COLUMNS", { columnList });
  return struct([...schema.fields, ...changeFields]);
}

/** Files with changes that one commit made. */
export interface CommittedChanges {
  readonly version: number;
  /** ms since the epoch. */
  readonly timestamp: number;
  readonly files: readonly ChangeFile[];
}

export interface ChangeScan {
  readonly changes: readonly CommittedChanges[];
  /** What rows are read with. */
  readonly snapshot: Snapshot;
  /** Of the feed's schema. */
  readonly columns: readonly StructField[];
  /** What every row that matters fulfils: files of other partitions are left out. */
  readonly wanted?: Pick<ScanRequest, "conditions" | "timeZone" | "explained">;
}

/** The changed rows of files as the engine's input. */
export async function scanChanges(table: DeltaTable, scan: ChangeScan): Promise<ParquetInput> {
  const { snapshot, columns, wanted } = scan;
  const partitioned = partitionFields(snapshot.schema, snapshot.metadata).length > 0;
  const prune = wanted && pruner(wanted.conditions, prunedBy(snapshot, wanted));
  const files: ScannedFile[] = [];
  let byPartitionValues = 0;
  for (const { version, timestamp: modificationTime, files: changed } of scan.changes) {
    for (const file of changed) {
      const { path, size, partitionValues = partitioned ? undefined : {} } = file;
      if (partitionValues === undefined) {
        const parameters = { file: path, version };
        throw error("DELTA_REMOVE_FILE_CDC_MISSING_EXTENDED_METADATA", parameters);
      }
      if (file.other !== undefined && file.other.deletionVector === undefined) continue;
      const plain = { path, size, partitionValues, modificationTime };
      if (prune?.({ ...plain, dataChange: true }) !== undefined) {
        byPartitionValues += 1;
        continue;
      }
      const { deletionVector, other } = file;
      files.push({
        ...plain,
        constants: constantsOf(file, version, modificationTime),
        ...(deletionVector === undefined ? {} : { deletionVector }),
        ...(other?.deletionVector === undefined ? {} : { only: other.deletionVector }),
      });
    }
  }
  const input = await scanFiles(table, { files, snapshot, columns });
  if (!wanted?.explained) return input;
  const skipping = { files: files.length + byPartitionValues, byPartitionValues, byStatistics: 0 };
  return { ...input, skipping };
}

/** What every row of a file says of its commit, and of itself where the file does not. */
function constantsOf(
  { changeType: type }: ChangeFile,
  version: number,
  timestampMs: number,
): Readonly<Record<string, Value>> {
  return {
    [commitVersion]: BigInt(version),
    [commitTimestamp]: new Timestamp(BigInt(Math.trunc(timestampMs)) * 1000n),
    ...(type === undefined ? {} : { [changeType]: type }),
  };
}
