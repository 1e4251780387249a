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
} as const satisfies Record<string, Condition>;
