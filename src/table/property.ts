import { error } from "../error/error.ts";
import type { Configuration } from "../log/property.ts";
import { intervalMs } from "../schema/interval.ts";

type Check = (value: string) => string | undefined;

const text: Check = () => undefined;
const truth: Check = (value) =>
  /^(true|false)$/i.test(value) ? undefined : "it must be true or false";
const interval: Check = (value) => {
  const ms = intervalMs(value);
  return ms !== undefined && ms >= 0
    ? undefined
    : "it must be an interval such as `interval 7 days`, without months and years";
};
const integer =
  (min: number): Check =>
  (value) =>
    /^-?\d+$/.test(value) && Number(value) >= min
      ? undefined
      : `it must be an integer of at least ${min}`;
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.includes(value) ? undefined : `it must be one of ${values.join(", ")}`;

/** The `delta.*` properties there are. */
const known: Readonly<Record<string, Check>> = {
  appendOnly: truth,
  "autoOptimize.autoCompact": text,
  "autoOptimize.optimizeWrite": truth,
  autoOptimize: truth,
  checkpointInterval: integer(1),
  checkpointPolicy: oneOf("classic", "v2"),
  checkpointRetentionDuration: interval,
  "checkpoint.writeStatsAsJson": truth,
  "checkpoint.writeStatsAsStruct": truth,
  "columnMapping.mode": oneOf("none", "id", "name"),
  "columnMapping.maxColumnId": integer(0),
  "compatibility.symlinkFormatManifest.enabled": truth,
  dataSkippingNumIndexedCols: integer(-1),
  dataSkippingStatsColumns: text,
  dataSkippingStringPrefixLength: integer(0),
  deletedFileRetentionDuration: interval,
  "dropFeatureTruncateHistory.retentionDuration": interval,
  enableChangeDataCapture: truth,
  enableChangeDataFeed: truth,
  enableDeletionVectors: truth,
  enableExpiredLogCleanup: truth,
  enableFullRetentionRollback: truth,
  enableIcebergCompatV1: truth,
  enableIcebergCompatV2: truth,
  enableIcebergCompatV3: truth,
  enableInCommitTimestamps: truth,
  enableMaterializePartitionColumnsFeature: truth,
  enableRowTracking: truth,
  enableTypeWidening: truth,
  enableVariantShredding: truth,
  ignoreProtocolDefaults: truth,
  inCommitTimestampEnablementTimestamp: integer(0),
  inCommitTimestampEnablementVersion: integer(0),
  isolationLevel: oneOf("Serializable"),
  logRetentionDuration: interval,
  minReaderVersion: integer(1),
  minWriterVersion: integer(1),
  "parquet.compression.codec": text,
  "parquet.format.version": text,
  randomizeFilePrefixes: truth,
  randomPrefixLength: integer(1),
  requireCheckpointProtectionBeforeVersion: integer(0),
  "rowTracking.materializedRowCommitVersionColumnName": text,
  "rowTracking.materializedRowIdColumnName": text,
  rowTrackingSuspended: truth,
  sampleRetentionDuration: interval,
  setTransactionRetentionDuration: interval,
  targetFileSize: text,
  tuneFileSizesForRewrites: truth,
  "universalFormat.enabledFormats": text,
  writePartitionColumnsToParquet: truth,
  castIcebergTimeType: truth,
};

const byLowerName = new Map(Object.keys(known).map((name) => [name.toLowerCase(), name]));
const families = /^delta\.(constraints|feature)\./i;

/**
 * Properties as they are to be stored: keys of `delta.` in their own spelling, values checked.
 * DELTA_UNKNOWN_CONFIGURATION for a `delta.` key there is not.
 */
export function checkProperties(properties: Configuration): Configuration {
  const checked: Record<string, string> = {};
  for (const [key, value] of Object.entries(properties)) {
    if (!key.toLowerCase().startsWith("delta.") || families.test(key)) {
      checked[key] = value;
      continue;
    }
    const name = byLowerName.get(key.slice("delta.".length).toLowerCase());
    if (name === undefined) throw error("DELTA_UNKNOWN_CONFIGURATION", { config: key });
    const explain = known[name]?.(value);
    if (explain !== undefined) {
      throw error("DELTA_INVALID_PROPERTY_VALUE", { value, config: `delta.${name}`, explain });
    }
    checked[`delta.${name}`] = value;
  }
  return checked;
}
