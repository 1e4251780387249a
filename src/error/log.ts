import type { Condition } from "./kind.ts";

export const logConditions = {
  DELTA_LOG_CORRUPT: {
    kind: "corrupt",
    sqlState: "XXKDS",
    message:
      "Cannot read line {line} of {path}: {reason}. The log was damaged: restore the file from a copy",
  },
  DELTA_STATE_RECOVER_ERROR: {
    kind: "corrupt",
    sqlState: "XXKDS",
    message:
      "The {operation} of the Delta table at {path} could not be recovered while reconstructing version {version}. Check whether files of the _delta_log directory were deleted by hand",
  },
  DELTA_VERSIONS_NOT_CONTIGUOUS: {
    kind: "corrupt",
    sqlState: "KD00C",
    message:
      "Versions ({versionList}) are not contiguous. A gap in the Delta log {path} between versions {startVersion} and {endVersion} was detected while loading version {versionToLoad}. Restore the missing commit files",
  },
  DELTA_TRUNCATED_TRANSACTION_LOG: {
    kind: "corrupt",
    sqlState: "42K03",
    message:
      "{path}: Unable to reconstruct state at version {version}: the transaction log has been truncated, and no checkpoint covers it. Choose a later version, or restore the missing files",
  },
  DELTA_LOG_FILE_NOT_FOUND: {
    kind: "invalid",
    sqlState: "42K03",
    message:
      "Cannot find the commit file of version {version} in {path}: the oldest commit kept is {earliest}. Older ones were removed by log retention: start from a later version",
  },
  DELTA_NO_COMMITS_FOUND: {
    kind: "invalid",
    sqlState: "KD006",
    message: "No commits found at {path}. Check that this is a Delta table",
  },
  DELTA_VERSION_NOT_FOUND: {
    kind: "invalid",
    sqlState: "22003",
    message:
      "Cannot time travel Delta table to version {userVersion}. Available versions: [{earliest}, {latest}]",
  },
  DELTA_TIMESTAMP_GREATER_THAN_COMMIT: {
    kind: "invalid",
    sqlState: "42816",
    message:
      "The provided timestamp ({providedTimestamp}) is after the latest version available to this table ({lastCommitTimestamp}). Use a timestamp before or at {lastCommitTimestamp}",
  },
  DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION: {
    kind: "invalid",
    sqlState: "42816",
    message:
      "The provided timestamp ({userTimestamp}) is before the earliest version available to this table ({commitTs}). Use a timestamp at or after {commitTs}",
  },
  DELTA_UNSUPPORTED_FEATURES_FOR_READ: {
    kind: "unsupported",
    sqlState: "56038",
    message:
      "Unsupported Delta read feature: table {table} requires reader table feature(s) that are not supported here: {unsupported}. Read it with an engine that has them, or drop the feature there first",
  },
  DELTA_UNSUPPORTED_FEATURES_FOR_WRITE: {
    kind: "unsupported",
    sqlState: "56038",
    message:
      "Unsupported Delta write feature: table {table} requires writer table feature(s) that are not supported here: {unsupported}. Write it with an engine that has them, or drop the feature there first",
  },
  DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE: {
    kind: "unsupported",
    sqlState: "0AKDC",
    message:
      "The column mapping mode {mode} is not supported: the modes are none, name and id. Read the table with an engine that has it",
  },
  DELTA_MISSING_COLUMN_MAPPING: {
    kind: "corrupt",
    sqlState: "XXKDS",
    message:
      "Field {field} of the table's schema lacks {key}, which column mapping mode {mode} needs. Its data cannot be found: restore an earlier version of the table with the engine that wrote it",
  },
  DELTA_UNSUPPORTED_TYPE_CHANGE_IN_SCHEMA: {
    kind: "unsupported",
    sqlState: "0AKDC",
    message:
      "Unable to operate on this table because an unsupported type change was applied. Field {fieldName} was changed from {fromType} to {toType}. Rewrite the table with the engine that changed it",
  },
  DELTA_PATH_BASED_ACCESS_TO_CATALOG_MANAGED_TABLE_BLOCKED: {
    kind: "unsupported",
    sqlState: "KD00G",
    message:
      "Path-based access is not allowed for the catalog-managed table {path}: its newest commits may be known to its catalog alone, so what lies in its folder may be out of date. Read it through its catalog, or drop the feature catalogManaged there first",
  },
  DELTA_TXN_LOG_FAILED_INTEGRITY: {
    kind: "corrupt",
    sqlState: "XXKDS",
    message:
      "The transaction log has failed integrity checks at version {version}: what it says differs from its checksum {path} in {mismatch}. Some file of the log was changed after it was committed: restore it from a copy, or delete the checksum if you trust the log",
  },
  DELTA_DELETION_VECTOR_CARDINALITY_MISMATCH: {
    kind: "corrupt",
    sqlState: "XXKDS",
    message:
      "The deletion vector of file {file} deletes {found} rows, the log says {expected}. The vector was damaged or is another file's: restore it from a copy",
  },
  DELTA_DELETION_VECTOR_CHECKSUM_MISMATCH: {
    kind: "corrupt",
    sqlState: "XXKDS",
    message:
      "The deletion vector of file {file} does not have the checksum written beside it. It was damaged: restore it from a copy",
  },
  DELTA_DELETION_VECTOR_CORRUPT: {
    kind: "corrupt",
    sqlState: "XXKDS",
    message:
      "Cannot read the deletion vector of file {file}: {reason}. It was damaged, or written by a newer format: restore it from a copy",
  },
  DELTA_DELETION_VECTOR_FILE_NOT_FOUND: {
    kind: "corrupt",
    sqlState: "42K03",
    message:
      "The deletion vector of file {file} is not there: {path}. It was deleted by hand, or by VACUUM: restore it, or read a newer version",
  },
  DELTA_DELETION_VECTOR_INVALID_DESCRIPTOR: {
    kind: "corrupt",
    sqlState: "XXKDS",
    message:
      "The log does not tell where the deletion vector of file {file} is: {reason}. Restore the commit from a copy, or read it with the engine that wrote it",
  },
  DELTA_DELETION_VECTOR_INVALID_ROW_INDEX: {
    kind: "corrupt",
    sqlState: "XXKDS",
    message:
      "The deletion vector of file {file} deletes row {row}, but the file has {rows} rows. The vector is another file's: restore it from a copy",
  },
  DELTA_DELETION_VECTOR_SIZE_MISMATCH: {
    kind: "corrupt",
    sqlState: "XXKDS",
    message:
      "The deletion vector of file {file} has {found} bytes, the log says {expected}. The vector was damaged or is another file's: restore it from a copy",
  },
  DELTA_INVALID_PROTOCOL_VERSION: {
    kind: "unsupported",
    sqlState: "KD004",
    message:
      "Unsupported Delta protocol version: table {table} requires reader version {readerRequired} and writer version {writerRequired}; supported are readers {supportedReaders} and writers {supportedWriters}. Upgrade to a newer release",
  },
  DELTA_DUPLICATE_ACTIONS_FOUND: {
    kind: "invalid",
    sqlState: "2D521",
    message:
      "File operation '{actionType}' for path {path} was specified several times in one commit. Give each file once",
  },
  DELTA_MAX_COMMIT_RETRIES_EXCEEDED: {
    kind: "conflict",
    sqlState: "40000",
    message:
      "This commit to {path} was tried {numAttempts} times but did not succeed: other writers were always first. Commit started at version {startVersion}, failed at version {failVersion}. Run it again when fewer write",
  },
  DELTA_CANNOT_MODIFY_APPEND_ONLY: {
    kind: "invalid",
    sqlState: "42809",
    message:
      "Table {table} is configured to only allow appends. To permit updates or deletes set its property delta.appendOnly to false",
  },
  DELTA_METADATA_ABSENT: {
    kind: "internal",
    sqlState: "XXKDS",
    message: "Cannot find metadata while committing the first version of the Delta table at {path}",
  },
  DELTA_INVALID_FILE_PATH: {
    kind: "corrupt",
    sqlState: "XXKDS",
    message:
      "The log of table {table} names a file {file}, which is not opened: {reason}. No writer makes such a path: check where the log comes from",
  },
  DELTA_UNSUPPORTED_FILE_PATH: {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "Cannot open file {file} of table {table}: it lies in another store than the table. Copy it into the table, or read the table where the file can be reached",
  },
} as const satisfies Record<string, Condition>;
