import type { Condition } from "./kind.ts";

export const analysisConditions = {
  AMBIGUOUS_ALIAS_IN_NESTED_CTE: {
    kind: "unsupported",
    sqlState: "42KD0",
    message:
      "The name {name} is defined again within a WITH that defines it. Set `spark.sql.legacy.ctePrecedencePolicy` to CORRECTED, so that the inner one is meant, or rename it",
  },
  AMBIGUOUS_REFERENCE: {
    kind: "invalid",
    sqlState: "42704",
    message:
      "Reference {name} is ambiguous, could be: {referenceNames}. Qualify it, or rename one of the columns",
  },
  AMBIGUOUS_REFERENCE_TO_FIELDS: {
    kind: "invalid",
    sqlState: "42000",
    message:
      "Ambiguous reference to the field {field}: it appears {count} times in the struct. Rename one of the fields",
  },
  "UNRESOLVED_COLUMN.WITH_SUGGESTION": {
    kind: "invalid",
    sqlState: "42703",
    message:
      "A column with the name {objectName} cannot be resolved. Did you mean one of the following? [{proposal}]",
  },
  "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION": {
    kind: "invalid",
    sqlState: "42703",
    message:
      "A column with the name {objectName} cannot be resolved: the relation has no columns. Check what it reads from",
  },
  UNRESOLVED_USING_COLUMN_FOR_JOIN: {
    kind: "invalid",
    sqlState: "42703",
    message:
      "USING column {colName} cannot be resolved on the {side} side of the join. The columns there are: [{suggestion}]",
  },
  UNRESOLVED_ROUTINE: {
    kind: "invalid",
    sqlState: "42883",
    message:
      "Cannot resolve the function {routineName}. Check the spelling, or see SHOW FUNCTIONS for those there are",
  },
  CANNOT_RESOLVE_STAR_EXPAND: {
    kind: "invalid",
    sqlState: "42704",
    message:
      "Cannot expand {targetString}.*: it is neither a relation nor a struct column. The columns are: [{columns}]",
  },
  INVALID_USAGE_OF_STAR_OR_REGEX: {
    kind: "invalid",
    sqlState: "42000",
    message:
      "Invalid usage of {elem} in {prettyName}. It stands for columns only in a select list, in count and in struct",
  },
  FIELD_NOT_FOUND: {
    kind: "invalid",
    sqlState: "42704",
    message: "No such struct field {fieldName} in {fields}. Check the spelling",
  },
  INVALID_EXTRACT_BASE_FIELD_TYPE: {
    kind: "invalid",
    sqlState: "42000",
    message:
      "Cannot extract a value from {base}: a struct, map or array is needed, but it has the type {other}",
  },
  INVALID_EXTRACT_FIELD_TYPE: {
    kind: "invalid",
    sqlState: "42000",
    message: "The field name must be a string literal that is not null, but it is {extraction}",
  },
  MISSING_AGGREGATION: {
    kind: "invalid",
    sqlState: "42803",
    message:
      "The expression {expression} is neither in GROUP BY nor an aggregate function. Add it to GROUP BY, or take {expressionAnyValue} if any of its values will do",
  },
  MISSING_GROUP_BY: {
    kind: "invalid",
    sqlState: "42803",
    message:
      "The query has aggregate functions but no GROUP BY, and {expression} is not aggregated. Add GROUP BY, or aggregate it",
  },
  UNRESOLVED_ALL_IN_GROUP_BY: {
    kind: "invalid",
    sqlState: "42803",
    message:
      "GROUP BY ALL finds nothing to group by: what is not aggregated stands within expressions that are. Name the columns in GROUP BY",
  },
  STAR_GROUP_BY_POS: {
    kind: "invalid",
    sqlState: "0A000",
    message:
      "A star is not allowed in a select list that GROUP BY names by position. Name the columns",
  },
  NESTED_AGGREGATE_FUNCTION: {
    kind: "invalid",
    sqlState: "42607",
    message:
      "An aggregate function cannot stand in the argument of another one: {expression}. Compute the inner one in a subquery",
  },
  INVALID_WHERE_CONDITION: {
    kind: "invalid",
    sqlState: "42903",
    message:
      "The WHERE condition {condition} contains invalid expressions: {expressionList}. Aggregates belong in HAVING, window functions and generators in a subquery",
  },
  GROUP_BY_AGGREGATE: {
    kind: "invalid",
    sqlState: "42903",
    message:
      "Aggregate functions are not allowed in GROUP BY, but found {sqlExpr}. Group by the columns themselves",
  },
  GROUPING_COLUMN_MISMATCH: {
    kind: "invalid",
    sqlState: "42803",
    message:
      "The column {grouping} of grouping is not among the grouping columns [{groupingColumns}]. Name one of them",
  },
  GROUPING_ID_COLUMN_MISMATCH: {
    kind: "invalid",
    sqlState: "42803",
    message:
      "The columns {groupingIdColumn} of grouping_id are not the grouping columns [{groupByColumns}]. Give just these, in their order, or none",
  },
  GROUPING_SIZE_LIMIT_EXCEEDED: {
    kind: "invalid",
    sqlState: "54000",
    message: "There are more than {maxSize} grouping columns. Group by fewer",
  },
  UNSUPPORTED_EXPR_FOR_OPERATOR: {
    kind: "invalid",
    sqlState: "42K0E",
    message:
      "The operator takes no aggregate here: {invalidExprSqls}. Select it under a name, and name that",
  },
  UNSUPPORTED_GROUPING_EXPRESSION: {
    kind: "invalid",
    sqlState: "42K0E",
    message:
      "The functions grouping and grouping_id stand only above GROUPING SETS, CUBE or ROLLUP, and not in an aggregate function. Add one of these to GROUP BY",
  },
  GROUP_BY_POS_AGGREGATE: {
    kind: "invalid",
    sqlState: "42903",
    message:
      "GROUP BY {index} refers to {aggExpr}, which contains an aggregate function. Group by the other columns",
  },
  GROUP_BY_POS_OUT_OF_RANGE: {
    kind: "invalid",
    sqlState: "42805",
    message: "GROUP BY position {index} is not in the select list: valid are 1 to {size}",
  },
  ORDER_BY_POS_OUT_OF_RANGE: {
    kind: "invalid",
    sqlState: "42805",
    message: "ORDER BY position {index} is not in the select list: valid are 1 to {size}",
  },
  UNSUPPORTED_EXPR_FOR_WINDOW: {
    kind: "invalid",
    sqlState: "42P20",
    message:
      "The expression {sqlExpr} is not supported within a window: only aggregate, ranking and offset functions are",
  },
  WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE: {
    kind: "invalid",
    sqlState: "42601",
    message: "The window function {funcName} needs an OVER clause. Add OVER (ORDER BY ...)",
  },
  WINDOW_FUNCTION_AND_FRAME_MISMATCH: {
    kind: "invalid",
    sqlState: "42K0E",
    message:
      "The function {funcName} cannot be evaluated over the frame {windowExpr}. Leave the frame out",
  },
  WINDOW_FUNCTION_WITHOUT_ORDER: {
    kind: "invalid",
    sqlState: "42601",
    message: "The window function {funcName} needs ORDER BY in its OVER clause. Add one",
  },
  DISTINCT_WINDOW_FUNCTION_UNSUPPORTED: {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "Distinct window functions are not supported: {windowExpr}. Aggregate in a subquery and join",
  },
  INVALID_WINDOW_SPEC_FOR_AGGREGATION_FUNC: {
    kind: "invalid",
    sqlState: "42601",
    message:
      "The window of {aggFunc} cannot have an order or a frame. Leave PARTITION BY alone in it",
  },
  "INVALID_WITHIN_GROUP_EXPRESSION.DISTINCT_UNSUPPORTED": {
    kind: "invalid",
    sqlState: "42K0K",
    message: "The function {funcName} does not take DISTINCT. Leave it out",
  },
  "INVALID_FORMAT.ESC_IN_THE_MIDDLE": {
    kind: "invalid",
    sqlState: "42601",
    message:
      "The format {format} is invalid: the escape character stands before {char}. Let it escape itself, _ or %, or choose another with ESCAPE",
  },
  "INVALID_FORMAT.ESC_AT_THE_END": {
    kind: "invalid",
    sqlState: "42601",
    message:
      "The format {format} is invalid: it ends with the escape character. Write that twice, or choose another with ESCAPE",
  },
  INVALID_USAGE_OF_STAR_WITH_TABLE_IDENTIFIER_IN_COUNT: {
    kind: "invalid",
    sqlState: "42000",
    message:
      "A count of {tableName}.* leaves out rows with a null, as count(*) does not. Name the columns, or set spark.sql.legacy.allowStarWithSingleTableIdentifierInCount to true",
  },
  "WRONG_NUM_ARGS.WITH_SUGGESTION": {
    kind: "invalid",
    sqlState: "42605",
    message:
      "The function {functionName} requires {expectedNum} parameters but {actualNum} were given. Give it one, or set {legacyConfKey} to {legacyConfValue} for the meaning without any",
  },
  "WRONG_NUM_ARGS.WITHOUT_SUGGESTION": {
    kind: "invalid",
    sqlState: "42605",
    message:
      "The function {functionName} requires {expectedNum} parameters but {actualNum} were given. Check its signature",
  },
  NAMED_PARAMETERS_NOT_SUPPORTED: {
    kind: "invalid",
    sqlState: "4274K",
    message:
      "Named parameters are not supported for the function {functionName}. Give the arguments by their place",
  },
  UNRECOGNIZED_PARAMETER_NAME: {
    kind: "invalid",
    sqlState: "4274K",
    message:
      "The function {routineName} does not take the argument {argumentName} by name. Give arguments by position",
  },
  "INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH": {
    kind: "invalid",
    sqlState: "42K0D",
    message:
      "A higher-order function expects {expectedNumArgs} lambda arguments, but {actualNumArgs} are declared. Check the parameters before the arrow",
  },
  "INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION": {
    kind: "invalid",
    sqlState: "42K0D",
    message:
      "A lambda function can only be given to a higher-order function, but {class} is not one. Give a value",
  },
  "INVALID_LIMIT_LIKE_EXPRESSION.IS_UNFOLDABLE": {
    kind: "invalid",
    sqlState: "42K0E",
    message: "The {name} expression must be constant, but it is {expr}. Write a number",
  },
  "INVALID_LIMIT_LIKE_EXPRESSION.DATA_TYPE": {
    kind: "invalid",
    sqlState: "42K0E",
    message:
      "The {name} expression must be of integer type, but {expr} has the type {dataType}. Write a whole number",
  },
  "INVALID_LIMIT_LIKE_EXPRESSION.IS_NULL": {
    kind: "invalid",
    sqlState: "42K0E",
    message: "The evaluated {name} expression must not be null, but it is {expr}. Write a number",
  },
  "INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE": {
    kind: "invalid",
    sqlState: "42K0E",
    message:
      "The {name} expression must be 0 or more, but it is {v}. Write a number that is not negative",
  },
  NUM_COLUMNS_MISMATCH: {
    kind: "invalid",
    sqlState: "42826",
    message:
      "{operator} needs inputs with the same number of columns, but the first has {firstNumColumns} and the {invalidOrdinalNum} has {invalidNumColumns}. Select the same columns",
  },
  INCOMPATIBLE_COLUMN_TYPE: {
    kind: "invalid",
    sqlState: "42825",
    message:
      "{operator} needs columns of compatible types, but the {columnOrdinalNumber} column of the {tableOrdinalNumber} input is {dataType1}, which does not go with {dataType2}. Cast one of them",
  },
  "UNSUPPORTED_GENERATOR.MULTI_GENERATOR": {
    kind: "unsupported",
    sqlState: "42K0E",
    message:
      "Only one generator is allowed in a select list, but found {num}: {generators}. Use LATERAL VIEW for the others",
  },
  "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS": {
    kind: "unsupported",
    sqlState: "42K0E",
    message:
      "Generators are not supported when nested in expressions: {expression}. Put it alone in the select list, then compute on its output",
  },
  "UNSUPPORTED_GENERATOR.NOT_GENERATOR": {
    kind: "invalid",
    sqlState: "42K0E",
    message:
      "{functionName} is expected to be a generator, but it is not. LATERAL VIEW takes explode, posexplode, inline or stack",
  },
  UDTF_ALIAS_NUMBER_MISMATCH: {
    kind: "invalid",
    sqlState: "42802",
    message:
      "The number of aliases does not match the output columns: {aliasesSize} column names were expected, but got [{aliasesNames}]",
  },
  NULLABLE_COLUMN_OR_FIELD: {
    kind: "invalid",
    sqlState: "42000",
    message:
      "Column or field {name} is nullable while it is required to be non-nullable. Make it nullable in the schema, or replace its nulls with coalesce",
  },
  INVALID_COLUMN_OR_FIELD_DATA_TYPE: {
    kind: "invalid",
    sqlState: "42000",
    message:
      "Column or field {name} is of type {type} while it is required to be {expectedType}. Cast it first",
  },
  EVENT_TIME_MUST_BE_TOP_LEVEL_COLUMN: {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "The event time {eventExpr} must be a top-level column. Give the member of the struct a column of its own with withColumn",
  },
  EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE: {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "The event time {eventName} has the type {eventType}, but a watermark needs a timestamp. Cast it first",
  },
  INVALID_EXTRACT_FIELD: {
    kind: "invalid",
    sqlState: "42601",
    message: "Cannot extract {field} from {expr}. Name a field that it has",
  },
  NON_FOLDABLE_ARGUMENT: {
    kind: "invalid",
    sqlState: "42K08",
    message:
      "The function {funcName} requires the parameter {paramName} to be a constant of the type {paramType}, but it is not. Write a literal",
  },
  CANNOT_PARSE_INTERVAL: {
    kind: "invalid",
    sqlState: "22006",
    message: "Unable to parse {intervalString}. Write a number and a unit, such as `10 minutes`",
  },
  INVALID_DELAY_THRESHOLD: {
    kind: "invalid",
    sqlState: "22006",
    message: "The delay of a watermark must not be negative, but it is {delay}. Write 0 or more",
  },
  INVALID_TIME_WINDOW: {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "The time window {expression} is not valid: {reason}. Give positive durations without months, the slide not longer than the window, the start within the slide",
  },
  UNSUPPORTED_FUNCTION: {
    kind: "unsupported",
    sqlState: "0A000",
    message: "The function {functionName} is known but not built here: {reason}",
  },
  UNSUPPORTED_EXPRESSION: {
    kind: "unsupported",
    sqlState: "0A000",
    message: "The expression {expression} is not supported: {reason}",
  },
  "INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN": {
    kind: "invalid",
    sqlState: "42823",
    message: "A scalar subquery must return one column, but it returns {number}. Select one",
  },
  "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.CORRELATED_REFERENCE": {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "A subquery can ask for {sqlExprs} of the groups around it only in WHERE, and only within HAVING. Compute it outside of the subquery",
  },
  "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_CORRELATED_EXPRESSION_IN_JOIN_CONDITION": {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "The subquery {subqueryExpression} in the condition of a join reads columns of both sides. Join first, and filter by the subquery",
  },
  "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_IN_EXISTS_SUBQUERY": {
    kind: "invalid",
    sqlState: "0A000",
    message:
      "Unsupported subquery expression: IN and EXISTS cannot be ordered by, but {sqlExpr} is. Select it under a name, and order by that",
  },
  IN_SUBQUERY_COLUMNS_MISMATCH: {
    kind: "invalid",
    sqlState: "42K09",
    message: "The left side of IN has {left} columns, the subquery {right}. Make the numbers equal",
  },
  TABLE_COLUMN_ALIASES_MISMATCH: {
    kind: "invalid",
    sqlState: "42802",
    message:
      "{alias} has {columns} columns, but {names} names were given for them. Give one name for each",
  },
  "INVALID_OPTIONS.NON_MAP_FUNCTION": {
    kind: "invalid",
    sqlState: "42K06",
    message: "The options are not valid: they must be a call of `map`. Write map('name', 'value')",
  },
  "INVALID_OPTIONS.NON_STRING_TYPE": {
    kind: "invalid",
    sqlState: "42K06",
    message:
      "The options are not valid: the names and values in `map` must be texts, but it is {mapType}. Write map('name', 'value')",
  },
  INVALID_CORRUPT_RECORD_TYPE: {
    kind: "invalid",
    sqlState: "42804",
    message:
      "The column {columnName} for corrupt records must be a nullable STRING, but it is {actualType}. Change its type, or name another one by columnNameOfCorruptRecord",
  },
  PARSE_MODE_UNSUPPORTED: {
    kind: "invalid",
    sqlState: "42601",
    message:
      "The function {funcName} does not support the mode {mode}, as it gives a value for each text. Use PERMISSIVE or FAILFAST",
  },
  "INVALID_SCHEMA.NON_STRING_LITERAL": {
    kind: "invalid",
    sqlState: "42K07",
    message:
      "The schema {inputSchema} is not a valid one: it must be a string literal and not null. Write it as DDL or JSON text",
  },
  "INVALID_SCHEMA.NON_STRUCT_TYPE": {
    kind: "invalid",
    sqlState: "42K07",
    message:
      "The schema {inputSchema} is not a valid one: it must be a struct, but it is {dataType}. List columns and their types",
  },
  INCOMPATIBLE_VIEW_SCHEMA_CHANGE: {
    kind: "invalid",
    sqlState: "51024",
    message:
      "The SQL query of view {viewName} has an incompatible schema change and column {colName} cannot be resolved. Expected {expectedNum} columns named {colName} but got {actualCols}. Define the view anew with CREATE OR REPLACE VIEW",
  },
  CANNOT_UP_CAST_DATATYPE: {
    kind: "invalid",
    sqlState: "42846",
    message:
      "Cannot up cast {expression} from {sourceType} to {targetType}. Cast it in the query, or choose a higher precision type for the target",
  },
} as const satisfies Record<string, Condition>;
