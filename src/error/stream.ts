import type { Condition } from "./kind.ts";

export const streamConditions = {
  STREAM_FAILED: {
    kind: "unavailable",
    sqlState: "XXKST",
    message: "Query [id = {id}, runId = {runId}] terminated with exception: {message}",
  },
  CONCURRENT_STREAM_LOG_UPDATE: {
    kind: "conflict",
    sqlState: "40000",
    message:
      "Concurrent update to the log. Multiple streaming jobs detected for {batchId}. Please make sure only one streaming job runs on a specific checkpoint location at a time",
  },
  STREAMING_CHECKPOINT_MISSING_METADATA_FILE: {
    kind: "corrupt",
    sqlState: "42K03",
    message:
      "Checkpoint location {checkpointLocation} is in an inconsistent state: the metadata file is missing but offset and/or commit logs contain data. Please restore the metadata file or create a new checkpoint directory",
  },
  STREAMING_CHECKPOINT_MALFORMED: {
    kind: "corrupt",
    sqlState: "KD010",
    message:
      "Cannot read {path} of the checkpoint: {reason}. Restore the file, or start with a new checkpoint location",
  },
  STREAMING_CHECKPOINT_VERSION_NOT_SUPPORTED: {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "Cannot read {path} of the checkpoint: log version {version} is not built here (known: {known}). Use a checkpoint without source or sink evolution",
  },
  STREAMING_CHECKPOINT_MISSING_BATCH: {
    kind: "corrupt",
    sqlState: "KD010",
    message:
      "batch {batchId} doesn't exist in {path}. Recovery needs it: restore the file, or start with a new checkpoint location",
  },
  STREAMING_CHECKPOINT_SOURCES_CHANGED: {
    kind: "invalid",
    sqlState: "42K03",
    message:
      "assertion failed: There are [{found}] sources in the checkpoint offsets and now there are [{requested}] sources requested by the query. Cannot continue",
  },
  STATE_STORE_CHECKPOINT_LOCATION_NOT_EMPTY: {
    kind: "invalid",
    sqlState: "42K03",
    message:
      "The checkpoint location {checkpointLocation} should be empty on batch 0. Please either use a new checkpoint location, or delete the existing data in the checkpoint location",
  },
  STATE_STORE_PROVIDER_NOT_SUPPORTED: {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "Cannot continue from {checkpointLocation}: its state was written by the state store provider `{provider}`, which is not built here (built: `{built}`). Finish the query in the system that wrote it, or start with a new checkpoint location",
  },
  STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA: {
    kind: "invalid",
    sqlState: "42K03",
    message:
      "Streaming stateful operator name does not match with the operator in state metadata. This likely to happen when user adds/removes/changes stateful operator of existing streaming query. Stateful operators in the metadata: [{inMetadata}]; Stateful operators in current batch: [{inBatch}]",
  },
  STREAMING_STATEFUL_OPERATOR_MISSING_STATE_DIRECTORY: {
    kind: "corrupt",
    sqlState: "42K03",
    message:
      "Cannot restart streaming query with stateful operators because the state of version {version} is missing in {path}. Restore it, or start with a new checkpoint location",
  },
  STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE: {
    kind: "invalid",
    sqlState: "42K06",
    message:
      "Provided key schema does not match existing state key schema. Existing key_schema={stored}; provided key_schema={provided}. Use the grouping the checkpoint was made with, or start with a new checkpoint location",
  },
  STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE: {
    kind: "invalid",
    sqlState: "42K06",
    message:
      "Provided value schema does not match existing state value schema. Existing value_schema={stored}; provided value_schema={provided}. Use the aggregates the checkpoint was made with, or start with a new checkpoint location",
  },
  "STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE": {
    kind: "invalid",
    sqlState: "42KDE",
    message:
      "Invalid streaming output mode: {outputMode}. This output mode is not supported in Data Source {sink}",
  },
  "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION": {
    kind: "invalid",
    sqlState: "42KDE",
    message:
      "Invalid streaming output mode: {outputMode}. This output mode is not supported for {operation} on streaming DataFrames/DataSets",
  },
  UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK: {
    kind: "invalid",
    sqlState: "0A000",
    message:
      "{outputMode} output mode not supported for {operator} on streaming DataFrames/DataSets without watermark",
  },
  NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING: {
    kind: "invalid",
    sqlState: "42KDE",
    message:
      "Window function is not supported in {functions} (as column {columns}) on streaming DataFrames/Datasets. Structured Streaming only supports time-window aggregation using the WINDOW function",
  },
  UNSUPPORTED_STREAMING_OPERATION: {
    kind: "invalid",
    sqlState: "0A000",
    message: "{reason}",
  },
  STREAMING_OPERATION_NOT_BUILT: {
    kind: "unsupported",
    sqlState: "0A000",
    message: "{operation} on streaming DataFrames/Datasets is not built here. {remedy}",
  },
  WRITE_STREAM_NOT_ALLOWED: {
    kind: "invalid",
    sqlState: "42601",
    message: "`writeStream` can be called only on streaming Dataset/DataFrame",
  },
  STREAMING_QUERY_NAME_ACTIVE: {
    kind: "invalid",
    sqlState: "42710",
    message:
      "Cannot start query with name {name} as a query with that name is already active in this SparkSession. Stop it first, or choose another name",
  },
  STREAMING_QUERY_ID_ACTIVE: {
    kind: "conflict",
    sqlState: "40000",
    message:
      "Cannot start query with id {id} as another query with same id is already active. Stop it first, or set spark.sql.streaming.stopActiveRunOnRestart to true",
  },
  STREAMING_QUERY_AWAITS_ITSELF: {
    kind: "invalid",
    sqlState: "42000",
    message:
      "Cannot wait for a query state from the batch that is running the query: {id} would wait for itself. Wait outside of foreachBatch and foreach",
  },
  NEGATIVE_TRIGGER_INTERVAL: {
    kind: "invalid",
    sqlState: "22003",
    message: "the interval of trigger should not be negative: {interval} ms",
  },
} as const satisfies Record<string, Condition>;
