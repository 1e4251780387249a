import type { Condition } from "./kind.ts";

/** Of functions written in SQL, in whichever room. */
export const functionConditions = {
  ROUTINE_ALREADY_EXISTS: {
    kind: "invalid",
    sqlState: "42723",
    message:
      "Cannot create the {newRoutineType} {routineName}: there is a {existingRoutineType} of that name. Use CREATE OR REPLACE FUNCTION, or DROP FUNCTION first",
  },
  ROUTINE_NOT_FOUND: {
    kind: "invalid",
    sqlState: "42883",
    message:
      "The routine {routineName} cannot be found. Verify the spelling and the schema, or use DROP FUNCTION IF EXISTS",
  },
  UNRESOLVABLE_TABLE_VALUED_FUNCTION: {
    kind: "invalid",
    sqlState: "42883",
    message:
      "Cannot resolve {name} as a table function. Check the spelling, or create it with RETURNS TABLE",
  },
  NOT_A_SCALAR_FUNCTION: {
    kind: "invalid",
    sqlState: "42887",
    message: "{functionName} gives a table and cannot stand in an expression. Call it in FROM",
  },
  NOT_A_TABLE_FUNCTION: {
    kind: "invalid",
    sqlState: "42887",
    message: "{functionName} gives a value and cannot stand in FROM. Call it in an expression",
  },
  CYCLIC_FUNCTION_REFERENCE: {
    kind: "invalid",
    sqlState: "42887",
    message: "A function cannot call itself, not even by others: {path}. Take one of the calls out",
  },
  DUPLICATE_ROUTINE_PARAMETER_NAMES: {
    kind: "invalid",
    sqlState: "42734",
    message:
      "The routine {routineName} has more than one parameter of the names {names}. Rename them",
  },
  DUPLICATE_ROUTINE_RETURNS_COLUMNS: {
    kind: "invalid",
    sqlState: "42711",
    message:
      "The routine {routineName} returns more than one column of the names {columns}. Rename them",
  },
  "DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.DOUBLE_NAMED_ARGUMENT_REFERENCE": {
    kind: "invalid",
    sqlState: "4274K",
    message:
      "The call of {routineName} gives the parameter {parameterName} twice by its name. Give it once",
  },
  "DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.BOTH_POSITIONAL_AND_NAMED": {
    kind: "invalid",
    sqlState: "4274K",
    message:
      "The call of {routineName} gives the parameter {parameterName} both by its place and by its name. Give it once",
  },
  UNEXPECTED_POSITIONAL_ARGUMENT: {
    kind: "invalid",
    sqlState: "4274K",
    message:
      "The call of {routineName} has an argument without a name behind one with a name. Move it forward, or name it",
  },
  REQUIRED_PARAMETER_NOT_FOUND: {
    kind: "invalid",
    sqlState: "4274K",
    message:
      "The call of {routineName} does not give the parameter {parameterName}, which has no default. Give it",
  },
  INVALID_SQL_FUNCTION_DATA_ACCESS: {
    kind: "invalid",
    sqlState: "42K0E",
    message:
      "A function with CONTAINS SQL cannot read tables or call a function that does. Say READS SQL DATA",
  },
  INVALID_TEMP_OBJ_REFERENCE: {
    kind: "invalid",
    sqlState: "42K0F",
    message:
      "Cannot create the persistent {obj} {objName}: it uses the temporary {tempObj} {tempObjName}. Make what it uses persistent, or make it temporary",
  },
  INVALID_TEMP_OBJ_QUALIFIER: {
    kind: "invalid",
    sqlState: "42602",
    message:
      "A temporary {objectType} has no {qualifier} before its name {objectName}. Leave that out",
  },
  "USER_DEFINED_FUNCTIONS.CANNOT_CONTAIN_COMPLEX_FUNCTIONS": {
    kind: "invalid",
    sqlState: "42601",
    message:
      "The body of a function cannot have aggregate, window or generator functions outside a subquery: {queryText}. Put them in one",
  },
  "USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_EXPRESSION": {
    kind: "invalid",
    sqlState: "42601",
    message:
      "The default of the parameter {parameterName} of {functionName} cannot have a subquery, an aggregate, a window function or a generator. Use a plain expression",
  },
  "USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_PARAMETER_POSITION": {
    kind: "invalid",
    sqlState: "42601",
    message:
      "The parameter {parameterName} of {functionName} has a default, and {nextParameterName} behind it has none. Give it one, or move it forward",
  },
  "USER_DEFINED_FUNCTIONS.NOT_NULL_ON_FUNCTION_PARAMETERS": {
    kind: "invalid",
    sqlState: "42601",
    message: "NOT NULL cannot stand at a parameter or column of a function: {input}. Leave it out",
  },
  "USER_DEFINED_FUNCTIONS.RETURN_COLUMN_COUNT_MISMATCH": {
    kind: "invalid",
    sqlState: "42601",
    message:
      "{name} is to return {expected} columns, but its body has {outputSize}. Give one for each",
  },
  "USER_DEFINED_FUNCTIONS.SQL_TABLE_UDF_BODY_MUST_BE_A_QUERY": {
    kind: "invalid",
    sqlState: "42601",
    message: "The body of the table function {name} must be a query: RETURN, then SELECT",
  },
  "INVALID_SQL_SYNTAX.CREATE_ROUTINE_WITH_IF_NOT_EXISTS_AND_REPLACE": {
    kind: "invalid",
    sqlState: "42000",
    message: "CREATE FUNCTION takes OR REPLACE or IF NOT EXISTS, not both",
  },
  "INVALID_SQL_SYNTAX.CREATE_TEMP_FUNC_WITH_IF_NOT_EXISTS": {
    kind: "invalid",
    sqlState: "42000",
    message: "CREATE TEMPORARY FUNCTION takes no IF NOT EXISTS. Use OR REPLACE",
  },
  "INVALID_SQL_SYNTAX.CREATE_FUNC_WITH_GENERATED_COLUMNS_AS_PARAMETERS": {
    kind: "invalid",
    sqlState: "42000",
    message: "GENERATED cannot stand at a parameter of a function. Leave it out",
  },
  "INVALID_SQL_SYNTAX.CREATE_FUNC_WITH_COLUMN_CONSTRAINTS": {
    kind: "invalid",
    sqlState: "42000",
    message: "A constraint cannot stand at a parameter of a function. Leave it out",
  },
  UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING: {
    kind: "unsupported",
    sqlState: "0A000",
    message: "CHAR and VARCHAR cannot be types of a function. Use STRING",
  },
} as const satisfies Readonly<Record<string, Condition>>;
