import { error } from "../error/error.ts";
import { binaryStyle } from "../schema/binary.ts";
import type { TimestampName } from "../schema/ddl.ts";
import { zoneOf } from "../schema/zone.ts";

/** The configuration keys that mean something here, with Spark's defaults where it has them. */
const defaults: Readonly<Record<string, string>> = {
  "spark.sql.analyzer.lowerEmptyGroupingSetToGlobalAggregate.enabled": "true",
  "spark.sql.ansi.doubleQuotedIdentifiers": "false",
  "spark.sql.ansi.enabled": "true",
  "spark.sql.ansi.enforceReservedKeywords": "false",
  "spark.sql.caseSensitive": "false",
  "spark.sql.decimalOperations.allowPrecisionLoss": "true",
  "spark.sql.defaultCatalog": "main",
  "spark.sql.groupByOrdinal": "true",
  "spark.sql.legacy.allowParameterlessCount": "false",
  "spark.sql.legacy.allowStarWithSingleTableIdentifierInCount": "false",
  "spark.sql.legacy.consecutiveStringLiterals.enabled": "false",
  "spark.sql.legacy.ctePrecedencePolicy": "CORRECTED",
  "spark.sql.legacy.interval.enabled": "false",
  "spark.sql.legacy.negativeIndexInArrayInsert": "false",
  "spark.sql.legacy.parser.havingWithoutGroupByAsWhere": "false",
  "spark.sql.legacy.setopsPrecedence.enabled": "false",
  "spark.sql.legacy.timeParserPolicy": "CORRECTED",
  "spark.sql.optimizer.decorrelateExistsSubqueryLegacyIncorrectCountHandling.enabled": "false",
  "spark.sql.optimizer.decorrelateSubqueryLegacyIncorrectCountHandling.enabled": "false",
  "spark.sql.orderByOrdinal": "true",
  "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
  "spark.sql.parquet.int96RebaseModeInRead": "CORRECTED",
  "spark.sql.parser.escapedStringLiterals": "false",
  "spark.sql.parser.singleCharacterPipeOperator.enabled": "true",
  "spark.sql.prioritizeOrdinalResolutionInSort.enabled": "true",
  "spark.sql.session.timeZone": "UTC",
  "spark.sql.shuffle.partitions": "200",
  "spark.sql.sources.binaryFile.maxLength": "2147483647",
  "spark.sql.sources.default": "delta",
  "spark.sql.sources.partitionOverwriteMode": "STATIC",
  "spark.sql.streaming.minBatchesToRetain": "100",
  "spark.sql.streaming.multipleWatermarkPolicy": "min",
  "spark.sql.streaming.noDataMicroBatches.enabled": "true",
  "spark.sql.streaming.noDataProgressEventInterval": "10000",
  "spark.sql.streaming.numRecentProgressUpdates": "100",
  "spark.sql.streaming.schemaInference": "false",
  "spark.sql.streaming.stopActiveRunOnRestart": "true",
  "spark.sql.streaming.unsupportedOperationCheck": "true",
  "spark.sql.timestampType": "TIMESTAMP_LTZ",
  "spark.sql.warehouse.dir": "spark-warehouse",
  "spark.databricks.delta.changeDataFeed.defaultSchemaModeForColumnMappingTable": "endVersion",
  "spark.databricks.delta.changeDataFeed.timestampOutOfRange.enabled": "false",
  "spark.databricks.delta.schema.autoMerge.enabled": "false",
  "spark.databricks.delta.state.corruptionIsFatal": "false",
  "millrace.cache.dir": "",
  "millrace.cache.size": "8g",
  "millrace.engine.memoryLimit": "",
  "millrace.engine.threads": "",
};

/** `spark.conf`: text by key. A key without a value and without a default is an error to get. */
export interface Conf {
  get(key: string, fallback?: string): string;
  /** Undefined where there is neither a value nor a default. */
  lookup(key: string): string | undefined;
  set(key: string, value: string | number | boolean): void;
  unset(key: string): void;
  /** Every key with its value, defaults included, in key order. */
  entries(): readonly (readonly [key: string, value: string])[];
}

export function createConf(initial: Readonly<Record<string, string>>): Conf {
  const values = new Map<string, string>(Object.entries(initial));
  const lookup = (key: string): string | undefined => values.get(key) ?? defaults[key];
  return {
    lookup,
    get(key, fallback) {
      const value = values.get(key) ?? fallback ?? defaults[key];
      if (value === undefined) throw error("SQL_CONF_NOT_FOUND", { key });
      return value;
    },
    set(key, value) {
      const text = String(value);
      if (key === "spark.sql.session.timeZone") checkTimeZone(text);
      if (key === "spark.sql.binaryOutputStyle") binaryStyle(text, "HEX_DISCRETE");
      values.set(key, text);
    },
    unset: (key) => void values.delete(key),
    entries: () =>
      Object.entries({ ...defaults, ...Object.fromEntries(values) }).sort(([a], [b]) =>
        a < b ? -1 : 1,
      ),
  };
}

/** What TIMESTAMP alone means by `spark.sql.timestampType`. */
export function timestampTypeOf(conf: Conf): TimestampName {
  const ntz = conf.get("spark.sql.timestampType").toUpperCase() === "TIMESTAMP_NTZ";
  return ntz ? "timestamp_ntz" : "timestamp";
}

function checkTimeZone(value: string): void {
  if (zoneOf(value) !== undefined) return;
  throw error("INVALID_CONF_VALUE.TIME_ZONE", { value, key: "spark.sql.session.timeZone" });
}
