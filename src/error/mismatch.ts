import type { Condition } from "./kind.ts";

/** Conditions of `analysis` that say what type was given and what is taken. */
export const mismatchConditions = {
  "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE": {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "Cannot resolve {sqlExpr}: the {paramIndex} parameter requires the type {requiredType}, but {inputSql} has the type {inputType}. Cast it",
  },
  "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES": {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "Cannot resolve {sqlExpr}: the left and right operands have incompatible types ({left} and {right}). Cast one of them",
  },
  "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE": {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "Cannot resolve {sqlExpr}: the operator requires the type {inputType}, not {actualDataType}. Cast the operands",
  },
  "DATATYPE_MISMATCH.UNEXPECTED_RETURN_TYPE": {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "Cannot resolve {sqlExpr}: {functionName} must return the type {expectedType}, but it returns {actualType}. Cast what it returns",
  },
  "DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE": {
    kind: "invalid",
    sqlState: "42K09",
    message: "Cannot resolve {sqlExpr}: the key of a map cannot be {keyType}. Use another key",
  },
  "DATATYPE_MISMATCH.MAP_ZIP_WITH_DIFF_TYPES": {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "Cannot resolve {sqlExpr}: {functionName} takes maps of one key type, but the keys are {leftType} and {rightType}. Cast one of the maps",
  },
  "DATATYPE_MISMATCH.MAP_FUNCTION_DIFF_TYPES": {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "Cannot resolve {sqlExpr}: {functionName} takes a {dataType} and a key of its type, but they are {leftType} and {rightType}. Cast the key",
  },
  "DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES": {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "Cannot resolve {sqlExpr}: {functionName} takes an {dataType} and an element of its type, but they are {leftType} and {rightType}. Cast the element",
  },
  "DATATYPE_MISMATCH.NULL_TYPE": {
    kind: "invalid",
    sqlState: "42K09",
    message: "Cannot resolve {sqlExpr}: {functionName} takes no NULL without a type. Cast it",
  },
  "DATATYPE_MISMATCH.RANGE_FRAME_WITHOUT_ORDER": {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "Cannot resolve {sqlExpr}: a RANGE frame counts from the key of ORDER BY. Add one, or use ROWS",
  },
  "DATATYPE_MISMATCH.RANGE_FRAME_MULTI_ORDER": {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "Cannot resolve {sqlExpr}: a RANGE frame with an offset takes one key in ORDER BY. Leave one, or use ROWS",
  },
  "DATATYPE_MISMATCH.RANGE_FRAME_INVALID_TYPE": {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "Cannot resolve {sqlExpr}: the key of ORDER BY has the type {orderSpecType} and cannot be moved by {valueBoundaryType}. Cast one of them",
  },
  "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE": {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "Cannot resolve {sqlExpr}: the {location} bound of the frame has the type {exprType}, but the frame takes {expectedType}. Cast it",
  },
  "DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES": {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "Cannot resolve {sqlExpr} due to data type mismatch: {functionName} takes two whole numbers and a number as its step, or two dates or timestamps and an interval. Cast the arguments",
  },
  "DATATYPE_MISMATCH.DATA_DIFF_TYPES": {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "Cannot resolve {sqlExpr}: the inputs of {functionName} must have one type, but they are [{dataType}]. Cast them to one type",
  },
  "DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION": {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "Cannot resolve {sqlExpr}: {srcType} cannot be cast to {targetType} in ANSI mode. Set spark.sql.ansi.enabled to false, or convert it in steps",
  },
  "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION": {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "Cannot resolve {sqlExpr}: {srcType} cannot be cast to {targetType}. Convert it in steps",
  },
  "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN": {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "Cannot resolve {sqlExpr}: the condition {filter} has the type {type}, but a condition is BOOLEAN. Compare it with something",
  },
  "DATATYPE_MISMATCH.HASH_MAP_TYPE": {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "Cannot resolve {sqlExpr}: {functionName} takes no map, because equal maps may differ in the order of their entries. Hash the sorted map_entries() instead",
  },
  "UNSUPPORTED_FEATURE.SET_OPERATION_ON_VARIANT_TYPE": {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "Rows cannot be told apart (DISTINCT, INTERSECT, EXCEPT) by the column {colName}, because variants are not compared and its type is {dataType}. Compare a part of it",
  },
  GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE: {
    kind: "invalid",
    sqlState: "42822",
    message:
      "The expression {sqlExpr} cannot be used as a grouping expression because its data type {dataType} is not an orderable data type. Group by a part of it",
  },
  EXPRESSION_TYPE_IS_NOT_ORDERABLE: {
    kind: "invalid",
    sqlState: "42822",
    message:
      "The expression {expr} cannot be sorted because its type {exprType} is not orderable. Sort by a part of it",
  },
  "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE": {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "Cannot resolve {sqlExpr}: {functionName} does not support ordering on the type {dataType}. Order by a part of it",
  },
  "DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT": {
    kind: "invalid",
    sqlState: "42K09",
    message: "Cannot resolve {sqlExpr}: {msg}. {hint}",
  },
  "DATATYPE_MISMATCH.INVALID_XML_SCHEMA": {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "Cannot resolve {sqlExpr}: the schema {schema} is neither a struct nor a variant. List columns and their types",
  },
  "DATATYPE_MISMATCH.INVALID_XML_MAP_KEY_TYPE": {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "Cannot resolve {sqlExpr}: the schema {schema} has a map whose keys are no texts, as names in XML are. Make them STRING",
  },
  "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT": {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "Cannot resolve {sqlExpr}: the input {inputName} must be a constant of the type {inputType}, but it is {inputExpr}. Write it as a literal",
  },
  "DATATYPE_MISMATCH.UNEXPECTED_NULL": {
    kind: "invalid",
    sqlState: "42K09",
    message: "Cannot resolve {sqlExpr}: {exprName} must not be null. Give it a value",
  },
  "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE": {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "Cannot resolve {sqlExpr}: {exprName} must be in {valueRange}, but it is {currentValue}. Choose a value in that range",
  },
  "DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING": {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "Cannot resolve {sqlExpr}: field names must be constant strings, but they are {inputExprs}. Write them as string literals",
  },
} as const satisfies Record<string, Condition>;
