import type { Condition } from "./kind.ts";

/** `sql` is the text with a caret line under the place; `position` is 0-based, as in Spark. */
export const sqlConditions = {
  PARSE_SYNTAX_ERROR: {
    kind: "invalid",
    sqlState: "42601",
    message:
      "Syntax error at or near {error}{hint} (line {line}, pos {position}). Correct the text there\n\n== SQL ==\n{sql}",
  },
  PARSE_EMPTY_STATEMENT: {
    kind: "invalid",
    sqlState: "42617",
    message: "Syntax error, unexpected empty statement. Write a statement or an expression",
  },
  "NOT_A_CONSTANT_STRING.NOT_CONSTANT": {
    kind: "invalid",
    sqlState: "42601",
    message:
      "The text of {name} must be a constant string, but it is not constant. Use strings, parameters, variables and `||`",
  },
  "NOT_A_CONSTANT_STRING.NULL": {
    kind: "invalid",
    sqlState: "42601",
    message: "The text of {name} must be a constant string, but it is NULL. Give it a value",
  },
  "NOT_A_CONSTANT_STRING.WRONG_TYPE": {
    kind: "invalid",
    sqlState: "42601",
    message: "The text of {name} must be a constant string, but its type is {dataType}. Cast it",
  },
  INVALID_SET_SYNTAX: {
    kind: "invalid",
    sqlState: "42000",
    message: "SET cannot be read. Write SET key = value, or SET VARIABLE name = expression",
  },
  "INVALID_SQL_SYNTAX.VARIABLE_TYPE_OR_DEFAULT_REQUIRED": {
    kind: "invalid",
    sqlState: "42000",
    message: "A variable needs a type, a default, or both. Say DECLARE name INT DEFAULT 1",
  },
  UNCLOSED_BRACKETED_COMMENT: {
    kind: "invalid",
    sqlState: "42601",
    message:
      "Found an unclosed bracketed comment (line {line}, pos {position}). Append */ at its end\n\n== SQL ==\n{sql}",
  },
  "UNSUPPORTED_FEATURE.SQL": {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "The SQL feature {feature} is not supported (line {line}, pos {position}). Say it without this clause or statement\n\n== SQL ==\n{sql}",
  },
  INVALID_IDENTIFIER: {
    kind: "invalid",
    sqlState: "42602",
    message:
      "The unquoted identifier {ident} is invalid (line {line}, pos {position}). Quote it with backticks: `{ident}`\n\n== SQL ==\n{sql}",
  },
  INVALID_TYPED_LITERAL: {
    kind: "invalid",
    sqlState: "42604",
    message:
      "The value of the typed literal {valueType} is invalid: {value} (line {line}, pos {position}). Write a value of that type\n\n== SQL ==\n{sql}",
  },
  UNSUPPORTED_TYPED_LITERAL: {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "Literals of the type {unsupportedType} are not supported. Supported types are DATE, TIME, TIMESTAMP, TIMESTAMP_NTZ, TIMESTAMP_LTZ, INTERVAL and X (line {line}, pos {position})\n\n== SQL ==\n{sql}",
  },
  INVALID_NUMERIC_LITERAL_RANGE: {
    kind: "invalid",
    sqlState: "22003",
    message:
      "Numeric literal {rawStrippedQualifier} is outside the range of {typeName} with minimum value of {minValue} and maximum value of {maxValue}. Use a wider type",
  },
  _LEGACY_ERROR_TEMP_0028: {
    kind: "invalid",
    sqlState: "42601",
    message:
      "Intervals from {from} to {to} are not supported (line {line}, pos {position}). Go from a larger field to a smaller one, within YEAR TO MONTH or DAY TO SECOND\n\n== SQL ==\n{sql}",
  },
  _LEGACY_ERROR_TEMP_0029: {
    kind: "invalid",
    sqlState: "42601",
    message:
      "Cannot mix year-month and day-time fields: {literal} (line {line}, pos {position}). Write two intervals\n\n== SQL ==\n{sql}",
  },
  _LEGACY_ERROR_TEMP_0051: {
    kind: "invalid",
    sqlState: "42601",
    message:
      "{element} takes no empty set of columns (line {line}, pos {position}). Leave it out: the group of all rows is always there\n\n== SQL ==\n{sql}",
  },
  "INVALID_INTERVAL_FORMAT.TIMEZONE_INTERVAL_OUT_OF_RANGE": {
    kind: "invalid",
    sqlState: "22006",
    message:
      "Error parsing {input} to interval: a time zone is at most 18 hours away, in whole seconds (line {line}, pos {position}). Write a smaller interval\n\n== SQL ==\n{sql}",
  },
  DUPLICATED_CTE_NAMES: {
    kind: "invalid",
    sqlState: "42602",
    message: "CTE definition cannot have duplicate names: {duplicateNames}. Rename one of them",
  },
  "INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE": {
    kind: "invalid",
    sqlState: "42000",
    message: "Invalid SQL syntax: IN predicate requires at least one value, but got none. Add one",
  },
  "INVALID_SQL_SYNTAX.REPETITIVE_WINDOW_DEFINITION": {
    kind: "invalid",
    sqlState: "42000",
    message: "Invalid SQL syntax: the window {windowName} is defined twice. Rename one of them",
  },
  MISSING_WINDOW_SPECIFICATION: {
    kind: "invalid",
    sqlState: "42P20",
    message:
      "Window specification is not defined in the WINDOW clause for {windowName}. Define it, or write the window in place",
  },
  INCOMPATIBLE_JOIN_TYPES: {
    kind: "invalid",
    sqlState: "42613",
    message: "A join cannot be {joinType1} and {joinType2} at once. Leave one of them out",
  },
  "UNSUPPORTED_FEATURE.LATERAL_JOIN_USING": {
    kind: "unsupported",
    sqlState: "0A000",
    message: "JOIN USING is not supported with LATERAL. Write the condition with ON",
  },
  MULTIPLE_QUERY_RESULT_CLAUSES_WITH_PIPE_OPERATORS: {
    kind: "invalid",
    sqlState: "42000",
    message:
      "{clause1} and {clause2} cannot stand in one pipe operator (line {line}, pos {position}). Write |> before each\n\n== SQL ==\n{sql}",
  },
  "INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH": {
    kind: "invalid",
    sqlState: "42000",
    message:
      "Invalid inline table: expected {expectedNumCols} columns but found {actualNumCols} in row {rowIndex}. Give every row as many values",
  },
  UNBOUND_SQL_PARAMETER: {
    kind: "invalid",
    sqlState: "42P02",
    message: "Found the unbound parameter {name}. Give it a value in the arguments of sql()",
  },
  DELTA_CDC_READ_NULL_RANGE_BOUNDARY: {
    kind: "invalid",
    sqlState: "22004",
    message:
      "The range of changes begins or ends at NULL. Give a version or a timestamp, or leave the end out",
  },
  DELTA_UNSUPPORTED_EXPRESSION: {
    kind: "invalid",
    sqlState: "0A000",
    message:
      "Unsupported expression type {expType} for {causedBy}. The supported types are {supportedTypes}",
  },
  INCORRECT_NUMBER_OF_ARGUMENTS: {
    kind: "invalid",
    sqlState: "42605",
    message:
      "{failure}: {functionName} requires at least {minArgs} and at most {maxArgs} arguments. Give as many",
  },
} as const satisfies Record<string, Condition>;
