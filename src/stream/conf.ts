/**
 * What a query's checkpoint fixes of the session's configuration: Spark's
 * `OffsetSeqMetadata.relevantSQLConfs`, in the order in which Spark 4.2.0 writes them.
 */

/** The provider named in the checkpoints of stateful queries; Spark refuses it by name. */
export const stateProvider = "io.millrace.state.ParquetStateStoreProvider";

export const providerKey = "spark.sql.streaming.stateStore.providerClass";
const shuffleKey = "spark.sql.shuffle.partitions";
export const policyKey = "spark.sql.streaming.multipleWatermarkPolicy";

const sparkProvider = "org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider";

interface CheckpointKey {
  readonly key: string;
  /** What a session has that does not set it. */
  readonly session: string;
  /** What an offset file means that lacks it; absent: the session's value holds. */
  readonly legacy?: string;
}

const keys: readonly CheckpointKey[] = [
  { key: providerKey, session: sparkProvider, legacy: sparkProvider },
  {
    key: "spark.sql.streaming.stateStore.rocksdb.mergeOperatorVersion",
    session: "2",
    legacy: "1",
  },
  { key: "spark.sql.streaming.stateStore.rocksdb.formatVersion", session: "5" },
  {
    key: "spark.sql.streaming.queryEvolution.enableSourceEvolution",
    session: "false",
    legacy: "false",
  },
  {
    key: "spark.sql.streaming.stateStore.encodingFormat",
    session: "unsaferow",
    legacy: "unsaferow",
  },
  {
    key: "spark.sql.streaming.statefulOperator.useStrictDistribution",
    session: "true",
    legacy: "false",
  },
  {
    key: "spark.sql.streaming.flatMapGroupsWithState.stateFormatVersion",
    session: "2",
    legacy: "1",
  },
  { key: policyKey, session: "min", legacy: "min" },
  {
    key: "spark.sql.streaming.stateStore.rowChecksum.enabled",
    session: "false",
    legacy: "false",
  },
  {
    key: "spark.sql.streaming.aggregation.stateFormatVersion",
    session: "2",
    legacy: "1",
  },
  { key: "spark.sql.function.protobufExtensions.enabled", session: "false" },
  { key: shuffleKey, session: "200" },
  { key: "spark.sql.streaming.join.stateFormatVersion", session: "2", legacy: "1" },
  {
    key: "spark.sql.streaming.stateStore.compression.codec",
    session: "lz4",
    legacy: "lz4",
  },
  {
    key: "spark.sql.optimizer.pruneFiltersCanPruneStreamingSubplan",
    session: "false",
    legacy: "true",
  },
];

export type CheckpointConf = Readonly<Record<string, string>>;

/** The confs of a new checkpoint, in Spark's order: all are written, none is left to defaults. */
export function newConf(session: CheckpointConf, stateful: boolean): CheckpointConf {
  const conf: Record<string, string> = {};
  for (const { key, session: initial } of keys) conf[key] = session[key] ?? initial;
  if (stateful) conf[providerKey] = stateProvider;
  return conf;
}

/** The confs of a query that continues: the checkpoint's win over the session's. */
export function recoveredConf(stored: CheckpointConf, session: CheckpointConf): CheckpointConf {
  const conf: Record<string, string> = {};
  for (const { key, session: initial, legacy } of keys) {
    conf[key] = stored[key] ?? legacy ?? session[key] ?? initial;
  }
  return conf;
}
