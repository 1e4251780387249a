import type { Condition } from "./kind.ts";

export const textConditions = {
  "FAILED_READ_FILE.NO_HINT": {
    kind: "unavailable",
    sqlState: "KD001",
    message: "Cannot read the file {path}: {reason}. Check that it is whole and readable",
  },
  "FAILED_READ_FILE.FILE_NOT_EXIST": {
    kind: "unavailable",
    sqlState: "KD001",
    message:
      "Cannot read the file {path}: it does not exist. It was removed after it was listed; set " +
      "ignoreMissingFiles to true to go on without it",
  },
  "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION": {
    kind: "invalid",
    sqlState: "22023",
    message:
      "Malformed records are detected in record parsing: {badRecord} in {path}, because {reason}. " +
      "The parse mode is FAILFAST; to get null for malformed records, set the option mode to " +
      "PERMISSIVE, or call try_parse_json",
  },
  "MALFORMED_RECORD_IN_PARSING.CANNOT_PARSE_JSON_ARRAYS_AS_STRUCTS": {
    kind: "invalid",
    sqlState: "22023",
    message:
      "Malformed records are detected in record parsing: {badRecord} in {path}. Parsing JSON arrays " +
      "as structs is forbidden. The parse mode is FAILFAST; read by an array of the struct, or set " +
      "the option mode to PERMISSIVE to get null",
  },
  UNSUPPORTED_TEXT_OPTION: {
    kind: "unsupported",
    sqlState: "0A000",
    message: "Cannot read with the option {option} = {value}: it is not built. Supported: {known}",
  },
  INVALID_TEXT_OPTION: {
    kind: "invalid",
    sqlState: "42616",
    message: "The option {option} = {value} is not valid: {reason}",
  },
  XML_CHARACTER_NOT_ALLOWED: {
    kind: "invalid",
    sqlState: "22023",
    message:
      "Cannot write the character {character}, of which XML has no form. Take it out with " +
      "regexp_replace",
  },
  XML_ROW_TAG_MISSING: {
    kind: "invalid",
    sqlState: "42KDF",
    message:
      "`rowTag` option is required for reading/writing files in XML format. Set it to the name of " +
      "the element that is a row",
  },
  EMPTY_SCHEMA_NOT_SUPPORTED_FOR_DATASOURCE: {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "The {format} datasource does not support writing empty or nested empty schemas. Let the data " +
      "have at least one column",
  },
  SCHEMA_REGISTRY_UNAVAILABLE: {
    kind: "unavailable",
    sqlState: "08001",
    message:
      "The schema registry at {address} did not answer: {reason}. Look after it, then start again",
  },
  SCHEMA_REGISTRY_CLIENT_ERROR: {
    kind: "invalid",
    sqlState: "22KD3",
    message:
      "The schema registry at {address} gave no schema: {reason}. Check the subject, the " +
      "address and the options confluent.schema.registry.basic.auth.*",
  },
  TOO_MANY_PAYLOAD_SCHEMAS: {
    kind: "invalid",
    sqlState: "54000",
    message:
      "More than {limit} different schemas of payloads were read or written in this session, which " +
      "keeps what it made for each. Stop the session and begin another",
  },
  INVALID_AVRO_SCHEMA: {
    kind: "invalid",
    sqlState: "22023",
    message: "The Avro schema is not valid: {reason}. The part of it is {schema}",
  },
  AVRO_INCOMPATIBLE_SCHEMA: {
    kind: "invalid",
    sqlState: "22KD3",
    message: "The Avro schema and the columns do not fit each other: {reason}",
  },
  AVRO_CANNOT_WRITE_NULL_FIELD: {
    kind: "invalid",
    sqlState: "22004",
    message:
      "Cannot write a null to the field {name} of the Avro type {dataType}, which has none. Give " +
      "it a union with null in avroSchema, or filter such rows out",
  },
  INVALID_COLUMN_NAME_AS_PATH: {
    kind: "invalid",
    sqlState: "46121",
    message:
      "The data source {datasource} cannot save the column {columnName}: its name has characters " +
      "that names there may not have. Rename it with an alias",
  },
  AVRO_INCOMPATIBLE_READ_TYPE: {
    kind: "invalid",
    sqlState: "22KD3",
    message:
      "Cannot convert Avro {path} of the type {avroType} to the SQL type {sqlType}: no value of " +
      "the one is surely one of the other. Read it with another type in the schema",
  },
  "INCONSISTENT_BEHAVIOR_CROSS_VERSION.READ_ANCIENT_DATETIME": {
    kind: "invalid",
    sqlState: "42K0B",
    message:
      "You may get a different result from reading dates before 1582-10-15 or timestamps before " +
      "1900-01-01T00:00:00Z from {format} files: who wrote them is not known, and Spark before " +
      "3.0 counted such days in another calendar. Set the option {option} to LEGACY to have them " +
      "rebased, or to CORRECTED to take them as they are",
  },
} as const satisfies Record<string, Condition>;
