import type { Condition } from "./kind.ts";

export const schemaConditions = {
  MALFORMED_VARIANT: {
    kind: "corrupt",
    sqlState: "22023",
    message:
      "Variant binary is malformed: its value and metadata do not fit together. Check the data source",
  },
  UNKNOWN_PRIMITIVE_TYPE_IN_VARIANT: {
    kind: "unsupported",
    sqlState: "22023",
    message:
      "Unknown primitive type with id {id} was found in a variant value. Read the variant with the program that wrote it",
  },
  VARIANT_DUPLICATE_KEY: {
    kind: "invalid",
    sqlState: "22023",
    message:
      "Failed to build variant because of a duplicate object key `{key}`. Give each field a name of its own",
  },
  VARIANT_SIZE_LIMIT: {
    kind: "invalid",
    sqlState: "22023",
    message:
      "Cannot build a variant bigger than {sizeLimit}. Split the value into several rows, or keep it as a string",
  },
  INVALID_VARIANT_CAST: {
    kind: "invalid",
    sqlState: "22023",
    message:
      "The variant value `{value}` cannot be cast into {dataType}. Use `try_variant_get` or `try_cast` to get NULL instead",
  },
  INVALID_VARIANT_GET_PATH: {
    kind: "invalid",
    sqlState: "22023",
    message:
      "The path `{path}` is not a valid variant extraction path in {functionName}. Write `$`, then parts such as `[123]`, `.name`, `['name']` or `[\"name\"]`",
  },
  UNSUPPORTED_DATATYPE: {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "Unsupported data type {typeName}. Use one of Spark's types, such as BIGINT, STRING, DECIMAL(10,2) or STRUCT<a: INT>",
  },
  "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING": {
    kind: "invalid",
    sqlState: "22006",
    message:
      "Error parsing '{input}' to interval: it does not match a {intervalStr} interval of the type {typeName}. Write as {supportedFormat}",
  },
  "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING_WITH_NOTICE": {
    kind: "invalid",
    sqlState: "22006",
    message:
      "Error parsing '{input}' to interval: it does not match a {intervalStr} interval of the type {typeName}. Write as {supportedFormat}",
  },
  "INVALID_INTERVAL_FORMAT.INTERVAL_PARSING": {
    kind: "invalid",
    sqlState: "22006",
    message:
      "Error parsing '{input}' to interval: a part of the {interval} interval is out of range. Write a smaller one",
  },
  "INVALID_INTERVAL_FORMAT.UNRECOGNIZED_NUMBER": {
    kind: "invalid",
    sqlState: "22006",
    message:
      "Error parsing '{input}' to interval: it is not pairs of a number and a unit. Write as `3 days 2 hours`",
  },
  "INVALID_INTERVAL_FORMAT.INVALID_UNIT": {
    kind: "invalid",
    sqlState: "22006",
    message:
      "Error parsing '{input}' to interval: a unit is not known. Write year, month, week, day, hour, minute, second, millisecond or microsecond",
  },
  "INVALID_INTERVAL_FORMAT.INVALID_FRACTION": {
    kind: "invalid",
    sqlState: "22006",
    message:
      "Error parsing '{input}' to interval: only seconds have a fraction. Write whole numbers",
  },
  "INVALID_INTERVAL_FORMAT.INVALID_VALUE": {
    kind: "invalid",
    sqlState: "22006",
    message:
      "Error parsing '{input}' to interval: a number is not one, or its fraction has more than nine digits. Write fewer",
  },
  "INVALID_INTERVAL_FORMAT.ARITHMETIC_EXCEPTION": {
    kind: "invalid",
    sqlState: "22006",
    message: "Error parsing '{input}' to interval: it is out of range. Write a smaller one",
  },
  DATATYPE_MISSING_SIZE: {
    kind: "invalid",
    sqlState: "42K01",
    message: "DataType {type} requires a length parameter, for example {type}(10)",
  },
  INCOMPLETE_TYPE_DEFINITION: {
    kind: "invalid",
    sqlState: "42K01",
    message: "Incomplete complex type {type}: its element types are missing. Write {example}",
  },
  DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION: {
    kind: "invalid",
    sqlState: "22003",
    message:
      "Decimal precision {precision} exceeds max precision {maxPrecision}. Use a smaller one",
  },
  UNSUPPORTED_TIME_PRECISION: {
    kind: "unsupported",
    sqlState: "0A001",
    message:
      "The seconds precision {precision} of the TIME data type is out of the supported range [0, 6]. Use one in it",
  },
  INVALID_SCHEMA: {
    kind: "invalid",
    sqlState: "42K07",
    message: "The input schema {inputSchema} is not a valid schema: {reason}",
  },
  DELTA_FAILED_TO_MERGE_FIELDS: {
    kind: "invalid",
    sqlState: "22005",
    message:
      "Failed to merge fields '{currentField}' and '{updateField}': {reason}. Cast the new data to the type of the table",
  },
  CANNOT_INFER_EMPTY_SCHEMA: {
    kind: "invalid",
    sqlState: "42K07",
    message: "Cannot infer a schema from an empty dataset. Give the schema",
  },
  CANNOT_DETERMINE_TYPE: {
    kind: "invalid",
    sqlState: "42K07",
    message: "Cannot determine the type of {value} at `{path}`. Give the schema",
  },
  CANNOT_MERGE_TYPE: {
    kind: "invalid",
    sqlState: "42825",
    message: "Cannot merge type {left} and {right} of `{path}` in the rows. Give the schema",
  },
  FIELD_DATA_TYPE_UNACCEPTABLE: {
    kind: "invalid",
    sqlState: "42804",
    message: "Field `{path}` of type {dataType} cannot accept {value}. Give {accepted}",
  },
  FIELD_NOT_NULLABLE: {
    kind: "invalid",
    sqlState: "42000",
    message: "Field `{path}` is not nullable, but got null. Give a value, or make it nullable",
  },
  VALUE_OUT_OF_BOUNDS: {
    kind: "invalid",
    sqlState: "22003",
    message: "Value {value} of `{path}` does not fit into {dataType}. Use a wider type",
  },
  UNEXPECTED_FIELD: {
    kind: "invalid",
    sqlState: "42703",
    message:
      "`{path}` is not in the schema, which has: {known}. Remove it, or add it to the schema",
  },
} as const satisfies Record<string, Condition>;
