import type { Condition } from "./kind.ts";

export const connectorConditions = {
  DATA_SOURCE_NOT_FOUND: {
    kind: "invalid",
    sqlState: "42K02",
    message:
      "Failed to find the data source: {provider}. Check the spelling; the formats built here are {known}",
  },
  DATA_SOURCE_NOT_BUILT: {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "The data source {format} is not built yet. Use another format, or run on a Spark cluster; the formats built here are {known}",
  },
  DATA_SOURCE_ALREADY_EXISTS: {
    kind: "invalid",
    sqlState: "42710",
    message:
      "Data source '{provider}' already exists. Choose a different name for the new data source",
  },
  UNSUPPORTED_DATA_SOURCE_OPERATION: {
    kind: "unsupported",
    sqlState: "0A000",
    message: "The data source {format} cannot {operation}. Use another format for it",
  },
  UNSUPPORTED_DATA_SOURCE_OPTION: {
    kind: "unsupported",
    sqlState: "0A000",
    message: "The option {name} = '{value}' of {format} is not built yet. {remedy}",
  },
  INVALID_OPTION_VALUE: {
    kind: "invalid",
    sqlState: "22023",
    message: "Invalid value '{value}' for option '{name}': it {expected}",
  },
  MISSING_OPTION: {
    kind: "invalid",
    sqlState: "42000",
    message: "The data source {format} needs the option '{name}'. Set it with option('{name}', …)",
  },
  CONFLICTING_OPTIONS: {
    kind: "invalid",
    sqlState: "42000",
    message: "The options {names} cannot be set together. Remove one of them",
  },
  USER_SPECIFIED_SCHEMA_NOT_ALLOWED: {
    kind: "invalid",
    sqlState: "42K0E",
    message:
      "The data source {format} does not take a schema: it has its own. Remove schema(…) from the read",
  },
  UNSUPPORTED_WRITE_OPTION: {
    kind: "unsupported",
    sqlState: "0A000",
    message: "Cannot write with the option {option} = {value}: it is not built. Supported: {known}",
  },
  "UNSUPPORTED_FEATURE.WRITE_FOR_BINARY_SOURCE": {
    kind: "unsupported",
    sqlState: "0A000",
    message: "The binary file data source cannot be written. Use another format for it",
  },
  "UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN": {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "Queries from raw {format} files are disallowed when the referenced columns only include the " +
      "column {column} of corrupt records. Keep the rows first: cache the frame, or save it",
  },
  UNABLE_TO_INFER_SCHEMA: {
    kind: "invalid",
    sqlState: "42KD9",
    message:
      "Unable to infer schema for {format}: there is no file in {path}. Give one with schema(…)",
  },
  STREAMING_SCHEMA_NOT_SET: {
    kind: "invalid",
    sqlState: "42KD9",
    message:
      "Schema must be specified when creating a streaming source DataFrame of {format} files. Give one with schema(…), or set spark.sql.streaming.schemaInference to true",
  },
  BINARY_FILE_DATA_SOURCE_SCHEMA: {
    kind: "invalid",
    sqlState: "42KD9",
    message:
      "Binary file data source expects the columns {expected}, but got {columns}. Read without a " +
      "schema, and select the columns that are wanted",
  },
  TEXT_DATA_SOURCE_SCHEMA: {
    kind: "invalid",
    sqlState: "42KD9",
    message:
      "Text data source supports only a single column of type string, and you have {number} columns: {columns}. Read with 'value STRING' and take the text apart in the query",
  },
  CONFLICTING_PARTITION_COLUMN_NAMES: {
    kind: "invalid",
    sqlState: "KD009",
    message:
      "Conflicting partition column names detected: {names}. Folders at one level must have one column; read them one by one otherwise",
  },
  INVALID_PARTITION_VALUE: {
    kind: "invalid",
    sqlState: "42846",
    message:
      "Failed to cast partition value '{value}' of column {column} to {type}. Give the column another type in the schema",
  },
  CONFLICTING_DIRECTORY_STRUCTURES: {
    kind: "invalid",
    sqlState: "KD009",
    message:
      "Conflicting directory structures detected in {path}: some files lie in partition folders, some do not. Set basePath, or read them one by one",
  },
  CANNOT_PARSE_SOURCE_LOG: {
    kind: "corrupt",
    sqlState: "58030",
    message:
      "Cannot read the file source log {path}: {reason}. Restore the checkpoint, or start a new one",
  },
  COPY_INTO_LOG_LOST: {
    kind: "corrupt",
    sqlState: "58030",
    message:
      "Cannot tell which files are loaded already by {path}: {reason}. Remove that folder to begin " +
      "a new list: COPY INTO then loads all files that are there",
  },
  CHECKPOINT_EXISTS: {
    kind: "invalid",
    sqlState: "42K04",
    message: "{path} exists already. Choose a folder for the copy where there is nothing",
  },
  SOURCE_LOG_NOT_EMPTY: {
    kind: "invalid",
    sqlState: "55000",
    message:
      "The query has read files by {path}. Import into the checkpoint of a query that has not " +
      "started yet",
  },
  CLOUD_FILES_STATE_NO_CHECKPOINT: {
    kind: "invalid",
    sqlState: "42K03",
    message:
      "No checkpoint of a stream that reads files into {table} is known here. Name it: " +
      "cloud_files_state('<checkpoint location>')",
  },
  SOURCE_LOG_ENTRY_MISSING: {
    kind: "corrupt",
    sqlState: "58030",
    message:
      "The file source log {path} has no entry {entry}. Restore the checkpoint, or start a new one",
  },
  INVALID_SOURCE_OFFSET: {
    kind: "corrupt",
    sqlState: "58030",
    message:
      "The offset {offset} is not one of the source {source}. The checkpoint belongs to another query: choose another checkpointLocation",
  },
  COLUMN_ALREADY_EXISTS: {
    kind: "invalid",
    sqlState: "42711",
    message:
      "The column {columnName} already exists. Choose another name or rename the existing column",
  },
  COLUMN_NOT_DEFINED_IN_TABLE: {
    kind: "invalid",
    sqlState: "42703",
    message:
      "The {colType} column {colName} is not defined in table {tableName}. Its columns are: {tableCols}",
  },
  ALL_PARTITION_COLUMNS_NOT_ALLOWED: {
    kind: "invalid",
    sqlState: "KD005",
    message:
      "Cannot use all columns for partition columns. Leave at least one for the files themselves",
  },
  INVALID_PARTITION_COLUMN_DATA_TYPE: {
    kind: "invalid",
    sqlState: "0A000",
    message:
      "Cannot use {type} for partition column. Folders are named by it: choose a column of a simple type",
  },
  UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE: {
    kind: "invalid",
    sqlState: "0A000",
    message:
      "The {format} datasource has no way to hold the column {columnName} of the type {columnType}. Cast it to a type that the format has",
  },
  "INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS": {
    kind: "invalid",
    sqlState: "21S01",
    message:
      "Cannot write to {tableName}, the reason is not enough data columns: table columns {tableColumns}, data columns {dataColumns}. Give a value for each, or list the columns meant",
  },
  "INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS": {
    kind: "invalid",
    sqlState: "21S01",
    message:
      "Cannot write to {tableName}, the reason is too many data columns: table columns {tableColumns}, data columns {dataColumns}. Leave out what the table has no column for",
  },
  "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST": {
    kind: "invalid",
    sqlState: "KD000",
    message:
      "Cannot write incompatible data for the table {tableName}: cannot safely cast {colName} {srcType} to {targetType}. Cast it in the query",
  },
  "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_FIND_DATA": {
    kind: "invalid",
    sqlState: "KD000",
    message:
      "Cannot write incompatible data for the table {tableName}: cannot find data for the output column {colName}. Add it to the query",
  },
  "INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS": {
    kind: "invalid",
    sqlState: "KD000",
    message:
      "Cannot write incompatible data for the table {tableName}: cannot write extra columns {extraColumns}. Leave them out of the query",
  },
  LOCATION_ALREADY_EXISTS: {
    kind: "invalid",
    sqlState: "42710",
    message:
      "Cannot name the managed table as {identifier}, as its associated location {location} already exists. Pick a different table name, or remove the existing location first",
  },
  PATH_ALREADY_EXISTS: {
    kind: "invalid",
    sqlState: "42K04",
    message:
      "Path {path} already exists. Set mode as 'overwrite' to replace it, or 'append' to add to it",
  },
  QUERY_NAME_MISSING: {
    kind: "invalid",
    sqlState: "42000",
    message: "queryName must be specified for the {format} sink. Set it with queryName(…)",
  },
  MEMORY_SOURCE_NOT_RECOVERABLE: {
    kind: "invalid",
    sqlState: "42000",
    message:
      "The memory source has no rows up to offset {offset}: they were added in another process or released. Start with a new checkpointLocation",
  },
  FOREACH_FUNCTION_MISSING: {
    kind: "invalid",
    sqlState: "42000",
    message: "The sink {format} has no function. Give one with {format}(…)",
  },
  FOREACH_USER_FUNCTION_ERROR: {
    kind: "invalid",
    sqlState: "39000",
    message:
      "An error occurred in the user provided function in foreach sink. Reason: {reason}. It is the cause of this error; the batch comes again at the next start",
  },
  FOREACH_BATCH_USER_FUNCTION_ERROR: {
    kind: "invalid",
    sqlState: "39000",
    message:
      "An error occurred in the user provided function in foreach batch sink. Reason: {reason}. It is the cause of this error; the batch comes again at the next start",
  },
  INCORRECT_RAMP_UP_RATE: {
    kind: "invalid",
    sqlState: "22003",
    message:
      "Max offset with {rowsPerSecond} rowsPerSecond is {maxSeconds}, but 'rampUpTimeSeconds' is {rampUpTimeSeconds}. Lower one of them",
  },
  INCORRECT_END_OFFSET: {
    kind: "invalid",
    sqlState: "22003",
    message:
      "Max offset with {rowsPerSecond} rowsPerSecond is {maxSeconds}, but it's {endSeconds} now. Lower rowsPerSecond, and start with a new checkpointLocation",
  },

  DELTA_CDC_START_VERSION_AFTER_LATEST: {
    kind: "invalid",
    sqlState: "22003",
    message:
      "Cannot read changes from version {start} on: the latest version of the table is {latest}. Start at or before it",
  },
  DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_DATA_SCHEMA: {
    kind: "unsupported",
    sqlState: "0AKDC",
    message:
      "Cannot read the changes of versions {start} to {end}: the data of version {incompatibleVersion} cannot be read with the schema {readSchema} of version {readVersion}. Set `{config}` to `endVersion` to read with the schema of the last version asked for",
  },
  DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_SCHEMA_CHANGE: {
    kind: "unsupported",
    sqlState: "0AKDC",
    message:
      "Cannot read the changes of versions {start} to {end}: version {incompatibleVersion} changed the schema so that it does not go with the schema {readSchema} of version {readVersion}. Read the versions before {incompatibleVersion} and those from it on separately",
  },
  DELTA_INVALID_CDC_RANGE: {
    kind: "invalid",
    sqlState: "22003",
    message: "The range of changes from {start} to {end} is invalid: its end is before its start",
  },
  DELTA_MISSING_CHANGE_DATA: {
    kind: "invalid",
    sqlState: "KD002",
    message:
      "Cannot read the changes of versions {startVersion} to {endVersion}: they were not recorded for version {version}, as `{key}` was not true then. Ask for versions with it, or set it to true on the table to have later ones",
  },
  DELTA_MULTIPLE_CDC_BOUNDARY: {
    kind: "invalid",
    sqlState: "42614",
    message:
      "The range of changes has both {startingOrEnding}Version and {startingOrEnding}Timestamp. Give one of them",
  },
  DELTA_NO_START_FOR_CDC_READ: {
    kind: "invalid",
    sqlState: "42601",
    message:
      "Cannot read changes: there is no startingVersion and no startingTimestamp. Give one of them",
  },
  DELTA_REMOVE_FILE_CDC_MISSING_EXTENDED_METADATA: {
    kind: "unsupported",
    sqlState: "XXKDS",
    message:
      "Cannot read the changes of version {version}: it removed {file} without saying the file's partition values. Ask for other versions",
  },
  DELTA_UNSUPPORTED_TIME_TRAVEL_VIEWS: {
    kind: "invalid",
    sqlState: "0AKDC",
    message:
      "Cannot time travel views, subqueries, streams or change data feed queries. Give the range of changes by startingVersion and endingVersion alone",
  },
  DELTA_UNSUPPORTED_OUTPUT_MODE: {
    kind: "unsupported",
    sqlState: "0AKDC",
    message:
      "Data source delta does not support {mode} output mode. Use append or complete, or MERGE in foreachBatch",
  },
  DELTA_UNSUPPORTED_TIME_TRAVEL_STREAM: {
    kind: "invalid",
    sqlState: "0AKDC",
    message:
      "Cannot time travel Delta streams: option {name}. Use startingVersion or startingTimestamp",
  },
  DELTA_TIME_TRAVEL_INVALID_OPTIONS: {
    kind: "invalid",
    sqlState: "42000",
    message: "Time travel was asked for twice: {first} and {second}. Use one of them",
  },
  DELTA_STARTING_VERSION_AND_TIMESTAMP_BOTH_SET: {
    kind: "invalid",
    sqlState: "42613",
    message: "Please either provide '{first}' or '{second}', not both",
  },
  DELTA_NULL_SCHEMA_IN_STREAMING_WRITE: {
    kind: "invalid",
    sqlState: "42P18",
    message:
      "Delta does not accept data types of NullType in streaming writes: column {column} is {type}. Cast it to the type it is to have",
  },
  DELTA_STARTING_TIMESTAMP_AFTER_LATEST: {
    kind: "invalid",
    sqlState: "42816",
    message:
      "The startingTimestamp {timestamp} is after the latest version {version} of {table}. Use an earlier one, or startingVersion latest",
  },
  DELTA_SOURCE_TABLE_IGNORE_CHANGES: {
    kind: "invalid",
    sqlState: "0A000",
    message:
      "Detected a data update (file {file}) in the source table at version {version}; a stream takes appends only. To ignore such commits set skipChangeCommits to true; to process changes read the change feed; or start anew with a fresh checkpoint. The table: {table}",
  },
  DELTA_SOURCE_IGNORE_DELETE: {
    kind: "invalid",
    sqlState: "0A000",
    message:
      "Detected deleted data (file {file}) from streaming source at version {version}; a stream takes appends only. To ignore deletes set ignoreDeletes to true. The table: {table}",
  },
  DELTA_SCHEMA_CHANGED_WITH_VERSION: {
    kind: "invalid",
    sqlState: "KD007",
    message:
      "Detected schema change in version {version}: {detail}. Read schema: {readSchema}. Data schema: {dataSchema}. Restart the query to go on with the new schema; if it fails again, start with a new checkpoint",
  },
  DELTA_SCHEMA_CHANGE_SINCE_ANALYSIS: {
    kind: "invalid",
    sqlState: "KD007",
    message:
      "The schema of the Delta table {tableName} has changed in an incompatible way since it was analyzed: {schemaDiff}. Define the DataFrame or start the query again",
  },
  DELTA_STREAMING_INCOMPATIBLE_SCHEMA_CHANGE_USE_SCHEMA_LOG: {
    kind: "unsupported",
    sqlState: "42KD4",
    message:
      "Streaming read is not supported over the schema change at version {version}: {detail}. Read schema: {readSchema}. Data schema: {dataSchema}. schemaTrackingLocation is not built: start after that version with startingVersion and a new checkpoint",
  },
  DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE: {
    kind: "invalid",
    sqlState: "55019",
    message:
      "The streaming query was reading from another Delta table (id {oldTableId}) than it finds now ({newTableId}): the table was deleted and made again, or another path is read. Delete the checkpoint, or read the table it began with",
  },
  DELTA_LOG_FILE_NOT_FOUND_FOR_STREAMING_SOURCE: {
    kind: "invalid",
    sqlState: "42K03",
    message:
      "The commit {version} of {table} is gone: the query lags behind the retention of the log, or files were removed. Start from scratch with a new checkpoint, or set failOnDataLoss to false to go on at the oldest commit",
  },
  DELTA_INVALID_SOURCE_VERSION: {
    kind: "unsupported",
    sqlState: "XXKDS",
    message:
      "The source version {version} of the stream offset is not one this source reads (1 to 3). Update the package, or start with a new checkpoint",
  },
  DELTA_INVALID_SOURCE_OFFSET_FORMAT: {
    kind: "corrupt",
    sqlState: "XXKDS",
    message:
      "The stored source offset format is invalid: {offset}. Restore the checkpoint, or start a new one",
  },
  DELTA_STREAM_OPTION_NOT_BUILT: {
    kind: "unsupported",
    sqlState: "0A000",
    message: "The option {name} of a Delta stream is not built yet. Read the table without it",
  },

  CF_INVALID_OPTION_VALUE: {
    kind: "invalid",
    sqlState: "22023",
    message: "Invalid value '{value}' for Auto Loader option '{name}': it {expected}",
  },
  CF_EVENT_NOTIFICATION_SETUP_FAILED: {
    kind: "invalid",
    sqlState: "22000",
    message: "Nothing tells this stream of new files yet: {reason}. {remedy}",
  },
  CF_NOTIFICATION_QUEUE_UNAVAILABLE: {
    kind: "unavailable",
    sqlState: "58030",
    message:
      "The {queue} does not answer: {reason}. Nothing is lost: it keeps what is not acknowledged. Start again",
  },
  CF_MISSING_FORMAT: {
    kind: "invalid",
    sqlState: "42000",
    message: "Please set the cloudFiles.format option: {formats}",
  },
  CF_UNKNOWN_OPTION_KEYS_ERROR: {
    kind: "invalid",
    sqlState: "42616",
    message:
      "Found unknown option keys: {keys}. Check the spelling; to skip this check set cloudFiles.validateOptions to false",
  },
  CF_SCHEMA_LOCATION_MISSING: {
    kind: "invalid",
    sqlState: "42000",
    message:
      "Please give a schema with schema(…), or a schema location with option('cloudFiles.schemaLocation', path), to make this stream",
  },
  CF_EMPTY_DIR_FOR_SCHEMA_INFERENCE: {
    kind: "invalid",
    sqlState: "42000",
    message:
      "Cannot infer schema when the input path {path} is empty. Start the stream when there are files in it, or give a schema",
  },
  CF_INVALID_SCHEMA_EVOLUTION_MODE: {
    kind: "invalid",
    sqlState: "42000",
    message: "Schema evolution mode {mode} is not allowed {when}. Use one of: {modes}",
  },
  CF_SCHEMA_LOG_CORRUPT: {
    kind: "corrupt",
    sqlState: "58030",
    message:
      "Cannot read the schema file {path}: {reason}. Restore it, or choose another cloudFiles.schemaLocation",
  },
  UNKNOWN_FIELD_EXCEPTION: {
    kind: "invalid",
    sqlState: "KD003",
    message:
      "UnknownFieldException: encountered unknown fields during parsing: {fields}, in {path}. {remedy}",
  },
} as const satisfies Record<string, Condition>;
