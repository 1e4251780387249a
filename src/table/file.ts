import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { WrittenFile } from "../engine/engine.ts";
import { env } from "../env.ts";
import type { Add, Metadata, Remove } from "../log/action.ts";
import { partitionFolder, partitionText } from "../log/partition.ts";
import { encodePath } from "../log/path.ts";
import { indexedLeaves, statisticsText } from "../log/statistics.ts";
import { findField } from "../schema/compare.ts";
import type { StructField, StructType } from "../schema/type.ts";
import { join } from "../storage/store.ts";
import type { DeltaTable } from "./table.ts";

/** Files made durable at a time. */
const publishesAtOnce = 8;

/** The `remove` of a live file. */
export function removeOf(file: Add, dataChange = true): Remove {
  return {
    path: file.path,
    deletionTimestamp: env.now(),
    dataChange,
    extendedFileMetadata: true,
    partitionValues: file.partitionValues,
    size: file.size,
    ...(file.tags === undefined ? {} : { tags: file.tags }),
    ...(file.deletionVector === undefined ? {} : { deletionVector: file.deletionVector }),
    ...(file.baseRowId === undefined ? {} : { baseRowId: file.baseRowId }),
    ...(file.defaultRowCommitVersion === undefined
      ? {}
      : { defaultRowCommitVersion: file.defaultRowCommitVersion }),
  };
}

/** The partition columns of a table, in their order. */
export function partitionFields(
  schema: StructType,
  metadata: Pick<Metadata, "partitionColumns">,
): StructField[] {
  return metadata.partitionColumns.flatMap((name) => findField(schema, name) ?? []);
}

export interface PublishRequest {
  readonly files: readonly WrittenFile[];
  readonly schema: StructType;
  readonly metadata: Metadata;
  readonly codec: string;
  readonly dataChange: boolean;
}

/** Makes written files durable in the table's folder, under Spark's names; they become `add`s. */
export async function publishFiles(table: DeltaTable, request: PublishRequest): Promise<Add[]> {
  const { schema, metadata, files } = request;
  const columns = partitionFields(schema, metadata);
  const indexed = indexedLeaves(schema, metadata.partitionColumns, metadata.configuration);
  const suffix = request.codec === "uncompressed" ? "parquet" : `${request.codec}.parquet`;
  const publish = async (file: WrittenFile, index: number): Promise<Add> => {
    const part = String(index).padStart(5, "0");
    const name = `part-${part}-${env.uuid()}${columns.length > 0 ? "." : "-"}c000.${suffix}`;
    const folder = partitionFolder(columns, file.partition);
    const path = folder === "" ? name : `${folder}/${name}`;
    const status = await table.location.store.publish(file.path, join(table.location, path).path);
    return {
      path: encodePath(path),
      partitionValues: Object.fromEntries(
        columns.map(({ name: column, type }) => [
          column,
          partitionText(file.partition[column], type),
        ]),
      ),
      size: status.size,
      modificationTime: status.modificationTime,
      dataChange: request.dataChange,
      stats: statisticsText({ ...file, indexed, configuration: metadata.configuration }),
    };
  };
  const adds: Add[] = [];
  for (let start = 0; start < files.length; start += publishesAtOnce) {
    const slice = files.slice(start, start + publishesAtOnce);
    adds.push(...(await Promise.all(slice.map((file, index) => publish(file, start + index)))));
  }
  return adds;
}

/**
 * Removes what is left of written files in the staging folder: those that were not published, and
 * the folders of partitions. A published file is gone from there: a rename took it away.
 */
export async function discardStaged(
  table: DeltaTable,
  files: readonly WrittenFile[],
): Promise<void> {
  const { staging } = table.context;
  const names = files.map((file) => file.path.slice(staging.length + 1).split("/", 1)[0]!);
  const roots = [...new Set(names)].map((name) => `${staging}/${name}`);
  const left = roots.filter((root) => existsSync(root));
  await Promise.all(left.map((root) => rm(root, { recursive: true, force: true })));
}
