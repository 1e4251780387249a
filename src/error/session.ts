import type { Condition } from "./condition.ts";

export const sessionConditions = {
  SQL_CONF_NOT_FOUND: {
    kind: "invalid",
    sqlState: "42K0I",
    message:
      "The SQL config {key} cannot be found. Check the spelling, or give a default to `conf.get`",
  },
  "INVALID_CONF_VALUE.TIME_ZONE": {
    kind: "invalid",
    sqlState: "22022",
    message:
      "The value '{value}' in the config {key} is invalid. Cannot resolve the given time zone: " +
      "use an IANA name such as Europe/Oslo, or an offset such as +02:00",
  },
  WRITE_STREAM_NOT_ALLOWED: {
    kind: "invalid",
    sqlState: "42601",
    message:
      "`writeStream` can be called only on streaming Dataset/DataFrame. Read with `readStream`, " +
      "or write with `write`",
  },
  CALL_ON_STREAMING_DATASET_UNSUPPORTED: {
    kind: "invalid",
    sqlState: "42KDE",
    message:
      "The method {method} can not be called on streaming Dataset/DataFrame. Start the query " +
      "with `writeStream`, or read with `read`",
  },
  QUERY_ONLY_CORRUPT_RECORD: {
    kind: "invalid",
    sqlState: "0A000",
    message: "Cannot answer a query that asks only for the corrupt record column. Persist it first",
  },
  SESSION_CLOSED: {
    kind: "closed",
    sqlState: "08003",
    message: "The session was stopped. Make another with `SparkSession.builder().getOrCreate()`",
  },
  INVALID_SAVE_MODE: {
    kind: "invalid",
    sqlState: "42000",
    message:
      "The specified save mode '{mode}' is invalid. Valid save modes include 'append', " +
      "'overwrite', 'ignore', 'error' and 'errorifexists'",
  },
  "STREAMING_OUTPUT_MODE.INVALID": {
    kind: "invalid",
    sqlState: "42KDE",
    message:
      "Invalid streaming output mode: {outputMode}. Accepted output modes are 'Append', " +
      "'Complete', 'Update'",
  },
  ONLY_ALLOW_SINGLE_TRIGGER: {
    kind: "invalid",
    sqlState: "42000",
    message: "Only a single trigger is allowed. Give one of processingTime, once, availableNow",
  },
  INVALID_TRIGGER_INTERVAL: {
    kind: "invalid",
    sqlState: "42000",
    message:
      "Cannot use '{interval}' as trigger interval: the interval of trigger should not be " +
      "negative, and reads like '10 seconds'",
  },
  WRITE_PATH_MISSING: {
    kind: "invalid",
    sqlState: "42000",
    message: "Cannot save: no path is given. Call `save(path)`, set the option `path`, or use " +
      "`saveAsTable(name)`",
  },
  UNSUPPORTED_ARROWTYPE: {
    kind: "unsupported",
    sqlState: "0A000",
    message: "Unsupported Arrow type {type} of the column `{column}`. Cast the column first",
  },
  INVALID_JOIN_TYPE: {
    kind: "invalid",
    sqlState: "42000",
    message: "Unsupported join type '{type}'. Use inner, cross, left, right, full, semi or anti",
  },
  UNSUPPORTED_TRIGGER: {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "The trigger {trigger} is not built yet. Use processingTime, once or availableNow instead",
  },
} as const satisfies Record<string, Condition>;
