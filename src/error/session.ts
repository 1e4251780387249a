import type { Condition } from "./kind.ts";

export const sessionConditions = {
  SQL_CONF_NOT_FOUND: {
    kind: "invalid",
    sqlState: "42K0I",
    message:
      "The SQL config {key} cannot be found. Check the spelling, or give a default to `conf.get`",
  },
  "INVALID_CONF_VALUE.OUT_OF_RANGE_OF_OPTIONS": {
    kind: "invalid",
    sqlState: "22022",
    message:
      "The value '{confValue}' in the config {confName} is invalid. It must be one of: {confOptions}",
  },
  "INVALID_CONF_VALUE.TIME_ZONE": {
    kind: "invalid",
    sqlState: "22022",
    message:
      "The value '{value}' in the config {key} is invalid. Cannot resolve the given time zone: use an IANA name such as Europe/Oslo, or an offset such as +02:00",
  },
  NULL_QUERY_STRING_EXECUTE_IMMEDIATE: {
    kind: "invalid",
    sqlState: "22004",
    message: "EXECUTE IMMEDIATE needs a statement, but its text is NULL. Give it a value",
  },
  INVALID_EXPR_TYPE_FOR_QUERY_EXECUTE_IMMEDIATE: {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "The text of EXECUTE IMMEDIATE must be a string, but it is of type {exprType}. Cast it",
  },
  INVALID_STATEMENT_FOR_EXECUTE_INTO: {
    kind: "invalid",
    sqlState: "07501",
    message:
      "INTO of EXECUTE IMMEDIATE takes a query, not the statement {sqlString}. Leave INTO out",
  },
  ALL_PARAMETERS_MUST_BE_NAMED: {
    kind: "invalid",
    sqlState: "07001",
    message: "USING has values with and without names. Name all of them, or none",
  },
  VARIABLE_ALREADY_EXISTS: {
    kind: "invalid",
    sqlState: "42723",
    message:
      "Cannot declare the variable {variableName}: there is one of that name. Use DECLARE OR REPLACE, or DROP TEMPORARY VARIABLE first",
  },
  VARIABLE_NOT_FOUND: {
    kind: "invalid",
    sqlState: "42883",
    message:
      "The variable {variableName} cannot be found. Declare it, or use DROP TEMPORARY VARIABLE IF EXISTS",
  },
  UNRESOLVED_VARIABLE: {
    kind: "invalid",
    sqlState: "42883",
    message:
      "Cannot resolve the variable {variableName}. Declare it; only `session` and `system.session` may stand before its name",
  },
  DUPLICATE_VARIABLE_NAME_INSIDE_DECLARE: {
    kind: "invalid",
    sqlState: "42734",
    message: "DECLARE names the variable {variableName} more than once. Name each once",
  },
  DUPLICATE_ASSIGNMENTS: {
    kind: "invalid",
    sqlState: "42701",
    message: "The same name is assigned more than once: {nameList}. Assign each once",
  },
  ASSIGNMENT_ARITY_MISMATCH: {
    kind: "invalid",
    sqlState: "42802",
    message:
      "The number of values assigned ({numExpr}) does not match the number of variables ({numTarget}). Give one for each",
  },
  ROW_SUBQUERY_TOO_MANY_ROWS: {
    kind: "invalid",
    sqlState: "21000",
    message: "More than one row was returned by a subquery used as a row. Add LIMIT 1",
  },
  DEFAULT_PLACEMENT_INVALID: {
    kind: "invalid",
    sqlState: "42608",
    message:
      "DEFAULT can only stand alone, as the whole value of an assignment or a column of a select list",
  },
  "INVALID_DEFAULT_VALUE.SUBQUERY_EXPRESSION": {
    kind: "invalid",
    sqlState: "42623",
    message:
      "{statement} cannot have a subquery in the default of {colName}. Use SET VARIABLE after it",
  },
  "UNSUPPORTED_FEATURE.SET_VARIABLE_USING_SET": {
    kind: "unsupported",
    sqlState: "0A000",
    message: "{variableName} is a variable: SET changes settings only. Use SET VARIABLE",
  },
  CALL_ON_STREAMING_DATASET_UNSUPPORTED: {
    kind: "invalid",
    sqlState: "42KDE",
    message:
      "The method {method} can not be called on streaming Dataset/DataFrame. Start the query with `writeStream`, or read with `read`",
  },
  INVALID_SAVE_MODE: {
    kind: "invalid",
    sqlState: "42000",
    message:
      "The specified save mode '{mode}' is invalid. Valid save modes include 'append', 'overwrite', 'ignore', 'error' and 'errorifexists'",
  },
  "STREAMING_OUTPUT_MODE.INVALID": {
    kind: "invalid",
    sqlState: "42KDE",
    message:
      "Invalid streaming output mode: {outputMode}. Accepted output modes are 'Append', 'Complete', 'Update'",
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
      "Cannot use '{interval}' as trigger interval: the interval of trigger should not be negative, and reads like '10 seconds'",
  },
  PATH_OPTION_AND_PARAMETER: {
    kind: "invalid",
    sqlState: "42000",
    message:
      "There is a 'path' option set and {method}() is called with a path parameter. Either remove the path option, or call {method}() without the parameter",
  },
  PARTITION_BY_NOT_ALLOWED_WITH_INSERT_INTO: {
    kind: "invalid",
    sqlState: "42000",
    message:
      "insertInto() can't be used together with partitionBy(). Partition columns have already been defined for the table. Remove partitionBy()",
  },
  SINK_NOT_RECOVERABLE: {
    kind: "invalid",
    sqlState: "42000",
    message:
      "This query does not support recovering from checkpoint location. Delete {offsets} to start over",
  },
  SINK_NOT_PARTITIONED: {
    kind: "invalid",
    sqlState: "0A000",
    message: "'{format}' does not support partitioning. Remove partitionBy()",
  },
  WRITE_PATH_MISSING: {
    kind: "invalid",
    sqlState: "42000",
    message:
      "Cannot write: no path is given. Call `save(path)` (`start(path)` of a stream), set the option `path`, or name a table with `saveAsTable` (`toTable`)",
  },
  RECURSIVE_VIEW: {
    kind: "invalid",
    sqlState: "42K0H",
    message:
      "Recursive view {viewIdent} detected: it stands on itself, or on views too deep. Define it by other names",
  },
  TEMP_TABLE_OR_VIEW_ALREADY_EXISTS: {
    kind: "invalid",
    sqlState: "42P07",
    message:
      "Cannot create the temporary view {relationName} because it already exists. Choose a different name, drop it, or use `createOrReplaceTempView`",
  },
  CHECKPOINT_LOCATION_MISSING: {
    kind: "invalid",
    sqlState: "42000",
    message:
      'checkpointLocation must be specified either through option("checkpointLocation", ...) or spark.conf.set("spark.sql.streaming.checkpointLocation", ...)',
  },
  TABLE_PROVIDER_MISMATCH: {
    kind: "invalid",
    sqlState: "42809",
    message:
      "The input source({format}) is different from the table {tableName}'s data source provider({provider}). Leave out the format, or choose another table",
  },
  STREAM_TARGET_IS_VIEW: {
    kind: "invalid",
    sqlState: "42809",
    message: "Streaming into views {viewName} is not supported. Choose a table",
  },
  INSERT_INTO_VIEW: {
    kind: "invalid",
    sqlState: "42809",
    message: "Cannot write into {viewName} because it is a temporary view. Write into a table",
  },
  NON_PARTITION_COLUMN: {
    kind: "invalid",
    sqlState: "42000",
    message:
      "PARTITION clause cannot contain the non-partition column: {columnName}. Name only columns the table is partitioned by",
  },
  SOURCE_TABLE_SCHEMA_MISMATCH: {
    kind: "invalid",
    sqlState: "42K03",
    message:
      "The columns of {tableName} are not those of its source: the table has {schema}, the source {actualSchema}. Name no columns in CREATE TABLE; drop a table whose source has changed, and create it again",
  },
  CREATE_TABLE_PROVIDER_NOT_BUILT: {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "Cannot create a table USING {provider}: tables are of delta, parquet, orc, avro, csv, json, text, xml, jdbc or kafka here. Use one of these, or read the source with `spark.read.format`",
  },
  "CREATE_VIEW_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS": {
    kind: "invalid",
    sqlState: "21S01",
    message:
      "Cannot create view {viewName}, the reason is not enough data columns: view columns {viewColumns}, data columns {dataColumns}. Name as many columns as the query has",
  },
  "CREATE_VIEW_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS": {
    kind: "invalid",
    sqlState: "21S01",
    message:
      "Cannot create view {viewName}, the reason is too many data columns: view columns {viewColumns}, data columns {dataColumns}. Name as many columns as the query has",
  },
  "EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE": {
    kind: "invalid",
    sqlState: "42809",
    message:
      "The operation {operation} expects a view but {tableName} is a table. Choose another name, or drop the table",
  },
  WRONG_COMMAND_FOR_OBJECT_TYPE: {
    kind: "invalid",
    sqlState: "42809",
    message:
      "The operation {operation} does not fit {objectName}, which is a {foundType}. Use {alternative} instead",
  },
  "EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE": {
    kind: "invalid",
    sqlState: "42809",
    message:
      "The operation {operation} expects a table but {viewName} is a view. Name the table that the view reads",
  },
  "UNSUPPORTED_FEATURE.TABLE_OPERATION": {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "Table {tableName} does not support {operation}. Drop it and create it anew, or use a Delta table",
  },
  DELTA_TABLE_ONLY_OPERATION: {
    kind: "invalid",
    sqlState: "0AKDD",
    message: "{tableName} is not a Delta table. {operation} is only supported for Delta tables",
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
