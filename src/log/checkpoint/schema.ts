import {
  array,
  boolean,
  type DataType,
  field,
  integer,
  long,
  map,
  type StructType,
  string,
  struct,
} from "../../schema/type.ts";

const texts = map(string, string);

function fields(types: Readonly<Record<string, DataType>>): StructType {
  return struct(Object.entries(types).map(([name, type]) => field(name, type)));
}

const deletionVector = fields({
  storageType: string,
  pathOrInlineDv: string,
  offset: integer,
  sizeInBytes: integer,
  cardinality: long,
});

const add = {
  path: string,
  partitionValues: texts,
  size: long,
  modificationTime: long,
  dataChange: boolean,
  tags: texts,
  deletionVector,
  baseRowId: long,
  defaultRowCommitVersion: long,
  clusteringProvider: string,
  stats: string,
};

const remove = {
  path: string,
  deletionTimestamp: long,
  dataChange: boolean,
  extendedFileMetadata: boolean,
  partitionValues: texts,
  size: long,
  deletionVector,
  baseRowId: long,
  defaultRowCommitVersion: long,
};

const metaData = {
  id: string,
  name: string,
  description: string,
  format: fields({ provider: string, options: texts }),
  schemaString: string,
  partitionColumns: array(string),
  configuration: texts,
  createdTime: long,
};

const txn = { appId: string, version: long, lastUpdated: long };
const protocol = {
  minReaderVersion: integer,
  minWriterVersion: integer,
  readerFeatures: array(string),
  writerFeatures: array(string),
};
const domainMetadata = { domain: string, configuration: string, removed: boolean };

/** The columns of a checkpoint as Spark writes them (PROTOCOL.md#checkpoint-schema). */
export const checkpointSchema: StructType = fields({
  txn: fields(txn),
  add: fields(add),
  remove: fields(remove),
  metaData: fields(metaData),
  protocol: fields(protocol),
  domainMetadata: fields(domainMetadata),
});

/**
 * The columns of a checkpoint that are no files of the table's: few rows have any. The first member
 * of each is never null. `sidecar` and `checkpointMetadata` are those of PROTOCOL.md#v2-spec.
 */
export const smallSchema: StructType = fields({
  txn: fields(txn),
  metaData: fields(metaData),
  protocol: fields(protocol),
  domainMetadata: fields(domainMetadata),
  sidecar: fields({ path: string, sizeInBytes: long, modificationTime: long }),
  checkpointMetadata: fields({ version: long }),
});

/** What is read of `remove`. */
export const removeType: StructType = fields(remove);

/** What is read of `add`: with `stats` a struct type, statistics come so, under `stats_parsed`. */
export function addType(statsParsed?: DataType): StructType {
  if (statsParsed === undefined) return fields(add);
  const { stats: _, ...rest } = add;
  return fields({ ...rest, stats_parsed: statsParsed });
}

/** The type of `add.stats_parsed`, where a checkpoint holds statistics only so. */
export function structOnlyStats(schema: StructType): DataType | undefined {
  const type = schema.fields.find((member) => member.name === "add")?.type;
  if (type?.type !== "struct") return undefined;
  if (type.fields.some((member) => member.name === "stats")) return undefined;
  return type.fields.find((member) => member.name === "stats_parsed")?.type;
}
