import { tableFeatures } from "../log/protocol.ts";
import type { Snapshot } from "../log/snapshot.ts";
import {
  array,
  field,
  integer,
  long,
  map,
  type StructType,
  string,
  struct,
  timestamp,
} from "../schema/type.ts";
import { type Row, Timestamp } from "../schema/value.ts";
import type { DeltaTable } from "./table.ts";

/** The columns of DESCRIBE DETAIL, as Spark has them. */
export const detailSchema: StructType = struct([
  field("format", string),
  field("id", string),
  field("name", string),
  field("description", string),
  field("location", string),
  field("createdAt", timestamp),
  field("lastModified", timestamp),
  field("partitionColumns", array(string)),
  field("clusteringColumns", array(string)),
  field("numFiles", long),
  field("sizeInBytes", long),
  field("properties", map(string, string)),
  field("minReaderVersion", integer),
  field("minWriterVersion", integer),
  field("tableFeatures", array(string)),
]);

/** The row of DESCRIBE DETAIL; `name` is that in the catalog, if it has one. */
export async function tableDetail(
  table: DeltaTable,
  snapshot: Snapshot,
  name?: string,
): Promise<Row> {
  const { metadata, protocol } = snapshot;
  const { store, path } = table.location;
  const { numFiles, sizeInBytes } = await snapshot.totals();
  return {
    format: "delta",
    id: metadata.id,
    name: name ?? metadata.name ?? null,
    description: metadata.description ?? null,
    location: store.uri(path),
    createdAt: metadata.createdTime === undefined ? null : instant(metadata.createdTime),
    lastModified: instant(snapshot.timestamp),
    partitionColumns: metadata.partitionColumns,
    clusteringColumns: clusteringColumns(snapshot),
    numFiles: BigInt(numFiles),
    sizeInBytes: BigInt(sizeInBytes),
    properties: new Map(Object.entries(metadata.configuration)),
    minReaderVersion: protocol.minReaderVersion,
    minWriterVersion: protocol.minWriterVersion,
    tableFeatures: tableFeatures(protocol),
  };
}

function instant(ms: number): Timestamp {
  return new Timestamp(BigInt(Math.trunc(ms)) * 1000n);
}

/** The domain `delta.clustering` holds paths of physical names. */
function clusteringColumns(snapshot: Snapshot): readonly string[] {
  const text = snapshot.domains.get("delta.clustering")?.configuration;
  if (text === undefined) return [];
  const { clusteringColumns: paths } = JSON.parse(text) as { clusteringColumns?: string[][] };
  return (paths ?? []).map((names) => names.join("."));
}
