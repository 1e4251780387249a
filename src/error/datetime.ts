import type { Condition } from "./kind.ts";

/** Dates, times and the patterns that they are read and written by, wherever that happens. */
export const datetimeConditions = {
  "DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION": {
    kind: "invalid",
    sqlState: "22023",
    message:
      "A part of a date or time is out of bounds: {rangeMessage}. Correct the value, or use the `try_` function or set {ansiConfig} to false to get NULL instead",
  },
  "DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION": {
    kind: "invalid",
    sqlState: "22023",
    message: "A part of a date or time is out of bounds: {rangeMessage}. Correct the value",
  },
  DATETIME_OVERFLOW: {
    kind: "invalid",
    sqlState: "22008",
    message: "Datetime operation overflow: {operation}. Correct the value",
  },
  INVALID_FRACTION_OF_SECOND: {
    kind: "invalid",
    sqlState: "22023",
    message:
      "The fraction of a second is invalid in {secAndMicros}: seconds are 0 to 60, and 60 has none. Correct the value, or use the `try_` function to get NULL instead",
  },
  INVALID_TIMEZONE: {
    kind: "invalid",
    sqlState: "22009",
    message:
      "The time zone {timeZone} is invalid. Write a region such as `America/Los_Angeles`, or an offset such as `+01:00`",
  },
  ILLEGAL_DAY_OF_WEEK: {
    kind: "invalid",
    sqlState: "22009",
    message: "Illegal input for the day of the week: {string}. Write a name such as `Mon`",
  },
  SECOND_FUNCTION_ARGUMENT_NOT_INTEGER: {
    kind: "invalid",
    sqlState: "22023",
    message:
      "The second argument of the function `{functionName}` needs to be an integer. Write a whole number of days",
  },
  "INVALID_PARAMETER_VALUE.DATETIME_UNIT": {
    kind: "invalid",
    sqlState: "22023",
    message:
      "The parameter {parameter} of {functionName} is one of YEAR, QUARTER, MONTH, WEEK, DAY, DAYOFYEAR, HOUR, MINUTE, SECOND, MILLISECOND, MICROSECOND without quotes, but it is {invalidValue}. Write the bare word",
  },
  "INVALID_PARAMETER_VALUE.TIME_UNIT": {
    kind: "invalid",
    sqlState: "22023",
    message:
      "The parameter {parameter} of {functionName} is one of HOUR, MINUTE, SECOND, MILLISECOND, MICROSECOND, but it is {invalidValue}. Write one of them",
  },
  CANNOT_PARSE_TIMESTAMP: {
    kind: "invalid",
    sqlState: "22007",
    message: "The text cannot be read as a timestamp: {message}. Use {func} to get NULL instead",
  },
  CANNOT_PARSE_TIME: {
    kind: "invalid",
    sqlState: "22010",
    message:
      "The text {input} does not fit the time format {format}. Use `try_to_time` to get NULL instead",
  },
  "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER": {
    kind: "invalid",
    sqlState: "22007",
    message:
      "Unrecognized datetime pattern {pattern}: the letter {c} is not allowed in it. Use the letters of Spark's datetime patterns",
  },
  "INVALID_DATETIME_PATTERN.LENGTH": {
    kind: "invalid",
    sqlState: "22007",
    message:
      "Unrecognized datetime pattern: {pattern} repeats its letter too often. Repeat it less often",
  },
  "INVALID_DATETIME_PATTERN.WITH_SUGGESTION": {
    kind: "invalid",
    sqlState: "22007",
    message:
      "Unrecognized datetime pattern {pattern}. Use the letters of Spark's datetime patterns, and quote text",
  },
  "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION": {
    kind: "invalid",
    sqlState: "42K0B",
    message:
      "The datetime pattern {pattern} was known to Spark before 3.0 and is no more. Set {config} to LEGACY to use it as it was, or correct it",
  },
  "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN": {
    kind: "invalid",
    sqlState: "42K0B",
    message:
      "Week-based patterns are not supported since Spark 3.0, but the pattern has the letter {c}. Use the function EXTRACT for weeks",
  },
  "INCONSISTENT_BEHAVIOR_CROSS_VERSION.PARSE_DATETIME_BY_NEW_PARSER": {
    kind: "invalid",
    sqlState: "42K0B",
    message:
      "The text {datetime} was read by Spark before 3.0 and is no more. Set {config} to LEGACY to read it as it was, or to CORRECTED to take it for invalid",
  },
} as const satisfies Record<string, Condition>;
