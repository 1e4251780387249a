import type { Condition } from "./kind.ts";

export const engineConditions = {
  ENGINE_FAILED: {
    kind: "internal",
    sqlState: "XX000",
    message:
      "The embedded engine could not run the query: {reason}. The statement it was given is in the error's cause",
  },
  ENGINE_CLOSED: {
    kind: "closed",
    sqlState: "08003",
    message: "The engine was stopped, and runs no more queries. Start a new session",
  },
  ENGINE_OUT_OF_MEMORY: {
    kind: "invalid",
    sqlState: "53200",
    message:
      "The query needs more memory than the engine may use: {reason}. Raise the memory limit, or let the query touch less data at a time",
  },
  ENGINE_UNSUPPORTED_TYPE: {
    kind: "unsupported",
    sqlState: "0A000",
    message: "The embedded engine cannot hold values of the type {type}",
  },
  ENGINE_UNSUPPORTED_FUNCTION: {
    kind: "unsupported",
    sqlState: "0A000",
    message: "The function `{name}` is known, but the embedded engine cannot compute it",
  },
  CACHED_RESULT_RELEASED: {
    kind: "closed",
    sqlState: "HY007",
    message:
      "The rows of this frame are gone: it was given to foreachBatch and that batch is done, or it was unpersisted. Use it before, or keep its rows in a table",
  },
  OPERATION_CANCELED: {
    kind: "closed",
    sqlState: "HY008",
    message: "The operation was canceled before it was done",
  },
  "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER": {
    kind: "corrupt",
    sqlState: "KD001",
    message:
      "Cannot read the footer of the file {path}: {reason}. The file is cut short, or is of another format",
  },
  "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH": {
    kind: "corrupt",
    sqlState: "KD001",
    message:
      "Cannot read {path}: the data type of a Parquet column is not what the schema says. {reason}",
  },
  PARQUET_TYPE_ILLEGAL: {
    kind: "invalid",
    sqlState: "42846",
    message:
      "Illegal Parquet type: {type} of the column {column} has no type of Spark's. Read the others " +
      "with a schema that does not have it",
  },
  PARQUET_TYPE_NOT_RECOGNIZED: {
    kind: "invalid",
    sqlState: "42846",
    message:
      "Unrecognized Parquet type: {type} of the column {column}, which is a group. Read the others " +
      "with a schema that does not have it",
  },
  PARQUET_TYPE_NOT_SUPPORTED: {
    kind: "unsupported",
    sqlState: "42846",
    message:
      "Parquet type not yet supported: {type} of the column {column}. Read the others with a schema " +
      "that does not have it",
  },
  "FAILED_READ_FILE.PARQUET_COLUMN_MISSING": {
    kind: "corrupt",
    sqlState: "KD001",
    message:
      "Cannot read {path}: it has no column {column}, and the table's log says that values of it are there. The file was damaged or written over; write it again, or restore it from where it is whole",
  },
  "FAILED_READ_FILE.PARQUET_FIELD_ID_MISSING": {
    kind: "corrupt",
    sqlState: "KD001",
    message:
      "Cannot read {path}: its columns are to be found by field id, and no column of the file has one. Write the file again with an engine that gives columns their ids",
  },
  "UNSUPPORTED_FEATURE.ORC_TYPE": {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "The ORC file {path} has a column of the type {type}, which is no type of Spark's. Write it as a struct of its variants, or leave the column out of the schema of the read",
  },
  "UNSUPPORTED_FEATURE.ORC_TYPE_CAST": {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "Unable to convert {orcType} of the ORC file {path} to the data type {toType}. Read it as the type it has, and cast",
  },
  "UNSUPPORTED_FEATURE.ORC_TIMESTAMP": {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "ORC cannot hold the instant {value}: fractions of the last second before 1970 are read as of the first one after. Write it as a string, or in another format",
  },
  "UNSUPPORTED_FEATURE.ORC_ENCRYPTION": {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "Columns of the ORC file {path} are encrypted (with the keys {keys}), and no key can be asked for. Write the file again without encryption",
  },
  CAST_INVALID_INPUT: {
    kind: "invalid",
    sqlState: "22018",
    message:
      "The value {expression} of the type {sourceType} cannot be cast to {targetType} because it is malformed. Correct the value, or use `try_cast` to get NULL instead",
  },
  EXCEED_LIMIT_LENGTH: {
    kind: "invalid",
    sqlState: "54006",
    message:
      "Exceeds char/varchar type length limitation: {limit}. Cut the text, or widen the column",
  },
  CAST_OVERFLOW: {
    kind: "invalid",
    sqlState: "22003",
    message:
      "The value {value} of the type {sourceType} cannot be cast to {targetType} due to an overflow. Use `try_cast` to get NULL instead",
  },
  "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION": {
    kind: "invalid",
    sqlState: "22003",
    message:
      "The {value} rounded half up from the original cannot be represented as Decimal({precision}, {scale}). Use a wider type, or `try_cast` to get NULL instead",
  },
  ARITHMETIC_OVERFLOW: {
    kind: "invalid",
    sqlState: "22003",
    message:
      "Arithmetic overflow: {reason}. Use a wider type, or a `try_` function to get NULL instead",
  },
  "INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION": {
    kind: "invalid",
    sqlState: "22015",
    message:
      "Integer overflow while operating with intervals. Use `{functionName}` to get NULL instead",
  },
  "INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION": {
    kind: "invalid",
    sqlState: "22015",
    message: "Integer overflow while operating with intervals. Use smaller ones",
  },
  INTERVAL_DIVIDED_BY_ZERO: {
    kind: "invalid",
    sqlState: "22012",
    message: "Division of an interval by zero. Use `try_divide` to get NULL instead",
  },
  DIVIDE_BY_ZERO: {
    kind: "invalid",
    sqlState: "22012",
    message: "Division by zero. Use `try_divide` to get NULL instead",
  },
  REMAINDER_BY_ZERO: {
    kind: "invalid",
    sqlState: "22012",
    message: "Remainder by zero. Use `try_mod` to get NULL instead",
  },
  INVALID_ARRAY_INDEX: {
    kind: "invalid",
    sqlState: "22003",
    message:
      "The index {indexValue} is out of bounds. The array has {arraySize} elements. Use `get()` to get NULL instead",
  },
  INVALID_ARRAY_INDEX_IN_ELEMENT_AT: {
    kind: "invalid",
    sqlState: "22003",
    message:
      "The index {indexValue} is out of bounds. The array has {arraySize} elements. Use `try_element_at` to get NULL instead",
  },
  INVALID_INDEX_OF_ZERO: {
    kind: "invalid",
    sqlState: "22003",
    message: "The index 0 is invalid. An index is below 0 or above 0 (the first element has 1)",
  },
  "INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX": {
    kind: "invalid",
    sqlState: "22023",
    message:
      "The value of parameter(s) {parameter} in {functionName} is invalid: the pattern has {groupCount} groups, and {groupIndex} is asked for. Give a number from 0 to as many",
  },
  "INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE": {
    kind: "invalid",
    sqlState: "22023",
    message:
      "The value of parameter(s) {parameter} in {functionName} is invalid: it must be from 0 to below {upper}, but it is {invalidValue}. Give a position of a bit",
  },
  COMPARATOR_RETURNS_NULL: {
    kind: "invalid",
    sqlState: "22004",
    message:
      "The comparator of an array has given NULL for two elements. Return a number for all, 0 for equal ones",
  },
  NULL_MAP_KEY: {
    kind: "invalid",
    sqlState: "2200E",
    message: "Cannot use null as map key. Filter the null keys out before",
  },
  DUPLICATED_MAP_KEY: {
    kind: "invalid",
    sqlState: "23505",
    message: "Duplicate map key {key} was found. Remove the duplicate from the input",
  },
  SCALAR_SUBQUERY_TOO_MANY_ROWS: {
    kind: "invalid",
    sqlState: "21000",
    message:
      "More than one row returned by a subquery used as an expression. Aggregate it or limit it",
  },
  USER_RAISED_EXCEPTION: {
    kind: "invalid",
    sqlState: "P0001",
    message: "{errorMessage}",
  },
  INVALID_REGEXP: {
    kind: "invalid",
    sqlState: "22023",
    message: "The regular expression cannot be used: {reason}. Correct the pattern",
  },
  INVALID_PARAMETER: {
    kind: "invalid",
    sqlState: "22023",
    message: "A parameter of the function `{function}` is not valid: {reason}. Correct the value",
  },
} as const satisfies Record<string, Condition>;
