import type { Condition } from "./kind.ts";

export const protobufConditions = {
  CANNOT_PARSE_PROTOBUF_DESCRIPTOR: {
    kind: "invalid",
    sqlState: "22018",
    message:
      "Error parsing descriptor bytes into Protobuf FileDescriptorSet: {reason}. Make it with " +
      "protoc --include_imports --descriptor_set_out",
  },
  PROTOBUF_DEPENDENCY_NOT_FOUND: {
    kind: "invalid",
    sqlState: "42K0G",
    message:
      "Could not find dependency: {dependencyName}, which a file of the Protobuf descriptor " +
      "imports. Make the descriptor with protoc --include_imports",
  },
  PROTOBUF_DESCRIPTOR_FILE_NOT_FOUND: {
    kind: "invalid",
    sqlState: "42K0G",
    message:
      "Error reading Protobuf descriptor file at path: {filePath}: {reason}. It is a file of this " +
      "machine, made with protoc --include_imports --descriptor_set_out",
  },
  PROTOBUF_MESSAGE_NOT_FOUND: {
    kind: "invalid",
    sqlState: "42K0G",
    message:
      "Unable to locate Message {messageName} in Descriptor. Name one that is in no other " +
      "message, with or without its package",
  },
  CANNOT_LOAD_PROTOBUF_CLASS: {
    kind: "unsupported",
    sqlState: "42K03",
    message:
      "Could not load Protobuf class with name {protobufClassName}: there is no Java here. Give a " +
      "descriptor file after the name of the message, or its bytes",
  },
  RECURSIVE_PROTOBUF_SCHEMA: {
    kind: "invalid",
    sqlState: "42K0G",
    message:
      "Found recursive reference in Protobuf schema, which can not be processed by default: " +
      "{fieldDescriptor}. Set the option recursive.fields.max.depth, from 1 to 10",
  },
  PROTOBUF_FIELD_MISSING: {
    kind: "invalid",
    sqlState: "42K0G",
    message:
      "Searching for {field} in Protobuf schema at {protobufSchema} gave {matchSize} matches. " +
      "Candidates: {matches}. Names differ by more than case in SQL",
  },
  MALFORMED_PROTOBUF_MESSAGE: {
    kind: "invalid",
    sqlState: "XX000",
    message:
      "Malformed Protobuf messages are detected in message deserialization: {badRecord} in " +
      "{path}, because {reason}. Parse Mode: FAILFAST. To process malformed protobuf message as " +
      "null result, try setting the option 'mode' as 'PERMISSIVE'",
  },
  UNABLE_TO_CONVERT_TO_PROTOBUF_MESSAGE_TYPE: {
    kind: "invalid",
    sqlState: "42K0G",
    message:
      "Unable to convert SQL type {toType} to Protobuf type {protobufType}: {reason}. Cast the " +
      "columns, or name them as the message's fields",
  },
  CANNOT_CONVERT_SQL_VALUE_TO_PROTOBUF_ENUM_TYPE: {
    kind: "invalid",
    sqlState: "42846",
    message:
      "Cannot convert SQL {sqlColumn} to Protobuf {protobufColumn} because {data} is not in " +
      "defined values for enum: {enumString}. Filter such rows out, or add the value",
  },
  PROTOBUF_CANNOT_WRITE_NULL: {
    kind: "invalid",
    sqlState: "22004",
    message:
      "Cannot write a null to Protobuf's {protobufColumn}: {reason}. Filter such rows out, or " +
      "coalesce it",
  },
} as const satisfies Record<string, Condition>;
