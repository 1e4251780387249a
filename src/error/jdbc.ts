import type { Condition } from "./kind.ts";

export const jdbcConditions = {
  JDBC_URL_UNSUPPORTED: {
    kind: "invalid",
    sqlState: "42000",
    message: "The option url = '{url}' names no database known here: {reason}. Write it as {known}",
  },
  "FAILED_JDBC.CONNECTION": {
    kind: "unavailable",
    sqlState: "HV000",
    message:
      "Failed JDBC {url} on the operation: connect to the database or stay connected: {reason}. Check that it runs, and the options url, user and password",
  },
  "FAILED_JDBC.UNCLASSIFIED": {
    kind: "invalid",
    sqlState: "HV000",
    message: "Failed JDBC {url} on the operation: {operation}: the database says: {reason}",
  },
  UNRECOGNIZED_SQL_TYPE: {
    kind: "unsupported",
    sqlState: "42704",
    message:
      "Unrecognized SQL type - name: {typeName}, id: {jdbcType}. Read the column as text: cast it in the option query",
  },
  HINT_UNSUPPORTED_FOR_JDBC_DIALECT: {
    kind: "unsupported",
    sqlState: "42822",
    message:
      "The option hint is not supported for {jdbcDialect} in the JDBC data source: MySQL alone has hints. Leave it out",
  },
  JDBC_TYPE_UNSUPPORTED: {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "Cannot get JDBC type for {type}: {database} cannot hold the column {column}. Cast it to another type, such as STRING",
  },
  JDBC_VALUE_INVALID: {
    kind: "invalid",
    sqlState: "22000",
    message:
      "The value '{value}' of the column {column} is none of the type {type}. Name another type for it in the option customSchema",
  },
  JDBC_VALUE_UNSUPPORTED: {
    kind: "unsupported",
    sqlState: "22003",
    message:
      "{database} cannot hold the value {value} of the column {column}. Replace it in the query, with NULL say",
  },
  JDBC_DUPLICATE_KEY: {
    kind: "invalid",
    sqlState: "23505",
    message:
      "A batch has several rows with the same {keys}: which of them to keep for {table} is not known. Aggregate by the key columns, or drop duplicates first",
  },
} as const satisfies Record<string, Condition>;
