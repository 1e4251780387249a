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
} from "../schema/type.ts";

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

/**
 * The columns of a checkpoint as Spark writes them (PROTOCOL.md#checkpoint-schema); with `stats` a
 * struct type, statistics come as that struct under `stats_parsed` instead of as text.
 */
export function checkpointSchema(statsParsed?: DataType): StructType {
  const { stats, ...rest } = add;
  const adds =
    statsParsed === undefined ? { ...rest, stats } : { ...rest, stats_parsed: statsParsed };
  return fields({
    txn: fields({ appId: string, version: long, lastUpdated: long }),
    add: fields(adds),
    remove: fields(remove),
    metaData: fields(metaData),
    protocol: fields({
      minReaderVersion: integer,
      minWriterVersion: integer,
      readerFeatures: array(string),
      writerFeatures: array(string),
    }),
    domainMetadata: fields({ domain: string, configuration: string, removed: boolean }),
  });
}

/** The type of `add.stats_parsed`, where a checkpoint holds statistics only so. */
export function structOnlyStats(schema: StructType): DataType | undefined {
  const type = schema.fields.find((member) => member.name === "add")?.type;
  if (type?.type !== "struct") return undefined;
  if (type.fields.some((member) => member.name === "stats")) return undefined;
  return type.fields.find((member) => member.name === "stats_parsed")?.type;
}
