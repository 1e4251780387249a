import type { ScanRequest } from "../analysis/dataset.ts";
import { placeOf } from "../engine/local.ts";
import { error } from "../error/error.ts";
import type { Add, DeletionVector } from "../log/action.ts";
import { columnMappingMode, physicalField, physicalName } from "../log/column-mapping.ts";
import type { VectorOfFile } from "../log/deletion-vector.ts";
import { partitionValue } from "../log/partition.ts";
import { filePath } from "../log/path.ts";
import { checkReadable } from "../log/protocol.ts";
import { trackedColumns } from "../log/row-tracking.ts";
import type { FileFilter, Snapshot } from "../log/snapshot.ts";
import { parseStatistics, plainStatistics } from "../log/statistics.ts";
import { isWidened } from "../log/type-widening.ts";
import type { InputFile, ParquetInput, Skipping } from "../plan/input.ts";
import type { RowSet } from "../plan/row-set.ts";
import { findField } from "../schema/compare.ts";
import { type StructField, struct } from "../schema/type.ts";
import { setMember, type Value } from "../schema/value.ts";
import type { Location } from "../storage/store.ts";
import { recency } from "./calendar.ts";
import { partitionFields } from "./file.ts";
import { prunedBy, readsRows } from "./predicate.ts";
import { presence } from "./presence.ts";
import { pruner } from "./prune.ts";
import type { DeltaTable } from "./table.ts";

/** The files of a snapshot a scan needs, as the engine's input. */
export async function scanTable(
  table: DeltaTable,
  snapshot: Snapshot,
  request: ScanRequest,
): Promise<ParquetInput> {
  checkReadable(snapshot, table.name);
  if (snapshot.schema.fields.length === 0) {
    throw error("DELTA_READ_TABLE_WITHOUT_COLUMNS", { tableName: table.name });
  }
  const { filter, skipping } = filterOf(snapshot, request);
  const files = await snapshot.files(filter);
  const input = await scanFiles(table, { files, snapshot, columns: request.columns });
  return request.explained ? { ...input, skipping: skipping() } : input;
}

/** Keeps the files in which a row may fulfil the conditions; counts the others if that is asked. */
function filterOf(
  snapshot: Snapshot,
  request: ScanRequest,
): { readonly filter: FileFilter | undefined; readonly skipping: () => Skipping } {
  const { conditions, explained = false } = request;
  const pruned = prunedBy(snapshot, request);
  const reasonOf = pruner(conditions, pruned);
  const skipped = { "partition values": 0, statistics: 0 };
  let files = 0;
  const keeps = (file: Add): boolean => {
    files += 1;
    const reason = reasonOf(file);
    if (reason !== undefined) skipped[reason] += 1;
    return reason === undefined;
  };
  const skipping = (): Skipping => {
    const { "partition values": byPartitionValues, statistics: byStatistics } = skipped;
    return { files, byPartitionValues, byStatistics };
  };
  if (explained) return { filter: { keeps }, skipping };
  if (conditions.length === 0) return { filter: undefined, skipping };
  const condition: FileFilter["condition"] = async (columns) => {
    const { skippingFilter } = await import("./skip.ts");
    return skippingFilter(conditions, pruned, columns);
  };
  const isRead = conditions.some((condition) => readsRows(condition, pruned));
  const withoutStatistics = !isRead && recency(ownColumns(snapshot, request.columns)) === undefined;
  return { filter: { keeps, condition, withoutStatistics }, skipping };
}

async function loaded(
  table: DeltaTable,
  vectors: readonly (VectorOfFile | undefined)[],
): Promise<readonly (RowSet | undefined)[]> {
  const { vectorRows } = await import("./deletion-vector.ts");
  return vectorRows(table, vectors);
}

/** A data file to be read: an `add`, or what has less. */
export interface ScannedFile
  extends Pick<Add, "path" | "size" | "modificationTime" | "partitionValues">,
    Partial<Pick<Add, "stats" | "deletionVector" | "baseRowId" | "defaultRowCommitVersion">> {
  /** Values of columns that are none of the table's, the same in each row of the file. */
  readonly constants?: Readonly<Record<string, Value>>;
  /** The rows that this deletes are those that are wanted. */
  readonly only?: DeletionVector;
}

export interface FileScan {
  /** In the order they are to be read. */
  readonly files: readonly ScannedFile[];
  readonly snapshot: Snapshot;
  readonly columns: readonly StructField[];
}

/**
 * Names with a UUID are never given twice. Others are those of a table that was converted, and the
 * next one at the same place may have them again.
 */
const uniqueName = /[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}[^/]*$/i;

/** Given files of a table as the engine's input, without the rows that their vectors delete. */
export async function scanFiles(table: DeltaTable, scan: FileScan): Promise<ParquetInput> {
  const { snapshot, columns } = scan;
  const mode = columnMappingMode(snapshot.metadata);
  const deleting = scan.files.some(({ deletionVector, only }) => deletionVector ?? only);
  const sets = deleting ? await loaded(table, scan.files.flatMap(vectorsOf)) : [];
  const stored = storedColumns(snapshot, columns);
  const own = storedColumns(snapshot, ownColumns(snapshot, columns));
  const isRecent = recency(own);
  const presentIn = presence(own);
  const partitionOf = partitions(snapshot);
  const files = scan.files.map((file, at): InputFile => {
    const { stats } = file;
    const present = stats === undefined ? undefined : () => presentIn(plainStatistics(stats));
    const plain = plainFile(table.location, file, { partition: partitionOf(file), present });
    if (isRecent === undefined && !deleting && file.baseRowId === undefined) return plain;
    return {
      ...plain,
      ...(isRecent?.(plainStatistics(stats)) ? { recent: true } : {}),
      ...rowsOf(sets[at * 2], sets[at * 2 + 1]),
      ...trackingOf(file),
    };
  });
  const changed = columns.filter(({ name }) => isWidened(findField(snapshot.schema, name)));
  const widened = changed.map((column) => column.name);
  const tracked = trackedColumns(snapshot);
  const mayBeOld = isRecent !== undefined && files.some(({ recent }) => !recent);
  const input: ParquetInput = {
    ...{ kind: "parquet", schema: struct(columns), files, widened },
    ...(tracked === undefined ? {} : { tracked }),
    ...(mayBeOld ? { rebase: {} } : {}),
  };
  return mode === "none" ? input : { ...input, stored: struct(stored), match: mode };
}

/** What every file has: made at one go, for there may be a million. */
function plainFile(
  table: Location,
  file: ScannedFile,
  known: Pick<InputFile, "partition" | "present">,
): InputFile {
  const { store } = table;
  const path = filePath(table, file.path);
  const { size, modificationTime } = file;
  const { partition, present } = known;
  const uri = store.uri(path);
  const immutable = uniqueName.test(file.path);
  const plain = { path, uri, size, immutable, modificationTime, partition, present };
  return store.scheme === "file" ? plain : { ...plain, ...placeOf({ store, path }) };
}

/** Values of partitions that are kept, a column. */
const valuesKept = 10_000;

/** The typed values of a file's partition: a text that comes again is read once. */
function partitions({ schema, metadata }: Snapshot): (file: ScannedFile) => InputFile["partition"] {
  const mode = columnMappingMode(metadata);
  const columns = partitionFields(schema, metadata).map((field) => {
    const known = new Map<string | null | undefined, Value>();
    return { ...field, key: physicalName(field, mode), known };
  });
  return ({ constants, partitionValues }) => {
    const partition: Record<string, Value> = constants === undefined ? {} : { ...constants };
    for (const { name, key, type, known } of columns) {
      const text = Object.hasOwn(partitionValues, key) ? partitionValues[key] : null;
      let value = known.get(text);
      if (value === undefined) {
        if (known.size >= valuesKept) known.clear();
        value = partitionValue(text, type);
        known.set(text, value);
      }
      setMember(partition, name, value);
    }
    return partition;
  };
}

/** The columns that are in the table's files. */
function ownColumns(
  { schema, metadata }: Snapshot,
  columns: readonly StructField[],
): readonly StructField[] {
  const { partitionColumns } = metadata;
  return columns.filter(({ name }) => findField(schema, name) && !partitionColumns.includes(name));
}

/** Columns as the files have them. */
function storedColumns(
  { schema, metadata }: Snapshot,
  columns: readonly StructField[],
): readonly StructField[] {
  const mode = columnMappingMode(metadata);
  if (mode === "none") return columns;
  return columns.map((column) => {
    // What the table does not have (`_metadata`, columns of change files) has no other name.
    const field = findField(schema, column.name);
    return field === undefined ? column : physicalField(field, mode);
  });
}

/** The vector that deletes rows of a file, and that which says what rows are wanted. */
function vectorsOf(scanned: ScannedFile): readonly (VectorOfFile | undefined)[] {
  const { path: file, stats, deletionVector, only } = scanned;
  const vectors = [deletionVector, only];
  if (vectors.every((vector) => vector === undefined)) return [undefined, undefined];
  const records = parseStatistics(stats)?.numRecords;
  const rows = records === undefined ? {} : { rows: records };
  return vectors.map((vector) => vector && { vector, file, ...rows });
}

function rowsOf(deleted: RowSet | undefined, only: RowSet | undefined): Partial<InputFile> {
  return {
    ...(deleted === undefined || deleted.size === 0 ? {} : { deleted }),
    ...(only === undefined ? {} : { only }),
  };
}

/** What the log says of rows that do not say it themselves; older files have none of it. */
function trackingOf({ baseRowId, defaultRowCommitVersion }: ScannedFile) {
  if (baseRowId === undefined || defaultRowCommitVersion === undefined) return {};
  const rowCommitVersion = BigInt(defaultRowCommitVersion);
  return { tracking: { baseRowId: BigInt(baseRowId), rowCommitVersion } };
}
