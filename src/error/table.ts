import type { Condition } from "./kind.ts";

export const tableConditions = {
  FIELD_ALREADY_EXISTS: {
    kind: "invalid",
    sqlState: "42710",
    message:
      "Cannot {op} the column {fieldNames}: one of this name is in {struct}. Choose another name",
  },
  DELTA_TABLE_NOT_FOUND: {
    kind: "invalid",
    sqlState: "42P01",
    message: "Delta table {tableName} does not exist. Check the name, or write data into it first",
  },
  DELTA_PATH_DOES_NOT_EXIST: {
    kind: "invalid",
    sqlState: "42K03",
    message: "{path} does not exist, or is not a Delta table. Check the path",
  },
  DELTA_MISSING_DELTA_TABLE: {
    kind: "invalid",
    sqlState: "42P01",
    message: "{tableName} is not a Delta table. Name its format to read the files that are there",
  },
  DELTA_TABLE_ALREADY_EXISTS: {
    kind: "invalid",
    sqlState: "42P07",
    message: "Table {tableName} already exists. Choose another name, or say IF NOT EXISTS",
  },
  DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION: {
    kind: "invalid",
    sqlState: "42601",
    message:
      "Cannot create table {tableId}: the location {tableLocation} is not empty and also not a Delta table. Choose an empty location",
  },
  DELTA_SCHEMA_NOT_SET: {
    kind: "invalid",
    sqlState: "KD008",
    message: "Table schema is not set. Write data into it or use CREATE TABLE to set the schema",
  },
  DELTA_READ_TABLE_WITHOUT_COLUMNS: {
    kind: "invalid",
    sqlState: "42604",
    message:
      "Cannot read Delta table {tableName} because it has no columns. Write data into it with mergeSchema first",
  },
  DELTA_METADATA_MISMATCH: {
    kind: "invalid",
    sqlState: "42KDG",
    message: "A metadata mismatch was detected when writing to the Delta table.\n{details}",
  },
  DELTA_INSERT_COLUMN_ARITY_MISMATCH: {
    kind: "invalid",
    sqlState: "42802",
    message:
      "Cannot write to {tableName}: target table has {numColumns} column(s) but the inserted data has {insertColumns} column(s). Name the columns, or give all of them",
  },
  DELTA_INCOMPATIBLE_WRITE_TYPE: {
    kind: "invalid",
    sqlState: "KD000",
    message:
      "Cannot write incompatible data to table {tableName}: column `{columnName}` of type {srcType} cannot be stored as {targetType}. Cast it",
  },
  DELTA_UNKNOWN_CONFIGURATION: {
    kind: "invalid",
    sqlState: "F0000",
    message:
      "Unknown configuration was specified: {config}. Properties of the user's own must not begin with `delta.`",
  },
  DELTA_INVALID_PROPERTY_VALUE: {
    kind: "invalid",
    sqlState: "42616",
    message: "Invalid value '{value}' for table property {config}: {explain}",
  },
  DELTA_ILLEGAL_OPTION: {
    kind: "invalid",
    sqlState: "42616",
    message: "Invalid value '{input}' for option '{name}': {explain}",
  },
  DELTA_INVALID_IDEMPOTENT_WRITES_OPTIONS: {
    kind: "invalid",
    sqlState: "42616",
    message:
      "Invalid options for idempotent DataFrame writes: both txnVersion and txnAppId must be specified",
  },
  DELTA_OVERWRITE_SCHEMA_WITH_DYNAMIC_PARTITION_OVERWRITE: {
    kind: "invalid",
    sqlState: "42613",
    message:
      "'overwriteSchema' cannot be used in dynamic partition overwrite mode. Use one or the other",
  },
  DELTA_REPLACE_WHERE_WITH_DYNAMIC_PARTITION_OVERWRITE: {
    kind: "invalid",
    sqlState: "42613",
    message:
      "A 'replaceWhere' expression and 'partitionOverwriteMode'='dynamic' cannot both be set. Use one or the other",
  },
  DELTA_REPLACE_WHERE_MISMATCH: {
    kind: "invalid",
    sqlState: "44000",
    message:
      "Written data does not conform to partial table overwrite condition or constraint '{replaceWhere}'. Write only rows that fulfil it",
  },
  DELTA_NOT_NULL_CONSTRAINT_VIOLATED: {
    kind: "invalid",
    sqlState: "23502",
    message: "NOT NULL constraint violated for column: {columnName}. Give every row a value",
  },
  DELTA_MISSING_NOT_NULL_COLUMN_VALUE: {
    kind: "invalid",
    sqlState: "23502",
    message:
      "Column {columnName}, which has a NOT NULL constraint, is missing from the data being written into the table. Add it",
  },
  DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES: {
    kind: "invalid",
    sqlState: "42K05",
    message:
      "Found invalid character(s) in the column names of your schema: {invalidColumnNames}. Blanks, commas, semicolons, braces, parentheses, newlines, tabs and = cannot be used: rename the columns",
  },
  DELTA_DUPLICATE_COLUMNS_FOUND: {
    kind: "invalid",
    sqlState: "42711",
    message:
      "Found duplicate column(s): {duplicateCols}. Names are compared without case: rename them",
  },
  DELTA_UNSUPPORTED_DATA_TYPES: {
    kind: "invalid",
    sqlState: "0AKDC",
    message: "Found columns using unsupported data types: {dataTypeList}. Cast or drop them",
  },
  DELTA_PARTITION_COLUMN_NOT_FOUND: {
    kind: "invalid",
    sqlState: "42703",
    message: "Partition column {columnName} not found in schema [{schemaMap}]. Check the spelling",
  },
  DELTA_INVALID_PARTITION_COLUMN_TYPE: {
    kind: "invalid",
    sqlState: "42996",
    message:
      "Using column {name} of type {dataType} as a partition column is not supported. Choose a column of an atomic type",
  },
  DELTA_CANNOT_USE_ALL_COLUMNS_FOR_PARTITION: {
    kind: "invalid",
    sqlState: "428FT",
    message: "Cannot use all columns for partition columns. Leave at least one column for the data",
  },
  DELTA_EMPTY_DATA: {
    kind: "invalid",
    sqlState: "428GU",
    message: "Data used in creating the Delta table does not have any columns. Add one",
  },
  DELTA_CONCURRENT_APPEND: {
    kind: "conflict",
    sqlState: "2D521",
    message:
      "Transaction conflict detected: a concurrent commit added data to table {tableName} in version {version}: {detail}. Run the operation again",
  },
  DELTA_CONCURRENT_DELETE_READ: {
    kind: "conflict",
    sqlState: "2D521",
    message:
      "Transaction conflict detected: a concurrent commit deleted data of table {tableName} that this transaction read, in version {version}: {detail}. Run the operation again",
  },
  DELTA_CONCURRENT_DELETE_DELETE: {
    kind: "conflict",
    sqlState: "2D521",
    message:
      "Transaction conflict detected: a concurrent commit deleted data of table {tableName} that this transaction attempted to delete, in version {version}: {detail}. Run the operation again",
  },
  DELTA_CONCURRENT_TRANSACTION: {
    kind: "conflict",
    sqlState: "2D521",
    message:
      "Transaction conflict detected on table {tableName} in version {version}: {detail}. This happens when several streaming queries use the same checkpoint: run only one of them",
  },
  DELTA_METADATA_CHANGED: {
    kind: "conflict",
    sqlState: "2D521",
    message:
      "The metadata of Delta table {tableName} has been changed by a concurrent update in version {version}: {detail}. Run the operation again",
  },
  DELTA_PROTOCOL_CHANGED: {
    kind: "conflict",
    sqlState: "2D521",
    message:
      "The protocol version of Delta table {tableName} has been changed by a concurrent update in version {version}: {detail}. Run the operation again",
  },
  DELTA_CONCURRENT_WRITE: {
    kind: "conflict",
    sqlState: "2D521",
    message:
      "A concurrent transaction has written to Delta table {tableName} since this transaction read it, in version {version}: {detail}. Run the operation again",
  },
  DELTA_REPLACE_WHERE_WITH_CHANGE_DATA_FEED: {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "Cannot replace part of the rows of a file of table {tableName}: its change data feed is on, and writing it is not supported here. Use a condition on partition columns only",
  },
  DELTA_TABLE_ALREADY_CONTAINS_CDC_COLUMNS: {
    kind: "invalid",
    sqlState: "42711",
    message:
      "The table has reserved columns {columnList}, which its change data feed has itself. Rename or drop them",
  },
  RESERVED_CDC_COLUMNS_ON_WRITE: {
    kind: "invalid",
    sqlState: "42939",
    message:
      "The write has reserved columns {columnList}, which the change data feed of the table has itself. Rename or drop them, or set `{config}` to false",
  },
} as const satisfies Record<string, Condition>;
