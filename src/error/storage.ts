import type { Condition } from "./kind.ts";

export const storageConditions = {
  PATH_NOT_FOUND: {
    kind: "invalid",
    sqlState: "42K03",
    message: "Path does not exist: {path}. Check the spelling, and that the file was not removed",
  },
  UNSUPPORTED_FILE_SYSTEM: {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "Cannot open {uri}: no store is built for the scheme `{scheme}`. Known schemes: {known}",
  },
  MISSING_PEER_DEPENDENCY: {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "The package {package} is needed for {purpose} and is not installed. Run: npm install {package}",
  },
  STORAGE_OPTION_INVALID: {
    kind: "invalid",
    sqlState: "42616",
    message: "The option {option} cannot be {value}. Give it {expected}",
  },
  STORAGE_CREDENTIALS_INVALID: {
    kind: "invalid",
    sqlState: "28000",
    message: "There are no good credentials for {path}: {reason}. {remedy}",
  },
  STORAGE_ACCESS_DENIED: {
    kind: "invalid",
    sqlState: "42501",
    message: "Access to {path} is denied: {reason}. {remedy}",
  },
  STORAGE_CONTAINER_NOT_FOUND: {
    kind: "invalid",
    sqlState: "42K03",
    message:
      "There is no bucket or container {name}, which {path} needs. Check the name and the endpoint; millrace makes no buckets",
  },
  STORAGE_FILE_CHANGED: {
    kind: "corrupt",
    sqlState: "58030",
    message:
      "{path} was replaced while it was read: its ETag was {expected}. Data files are never changed in place; find the writer that does, then run again",
  },
  STORAGE_READ_FAILED: {
    kind: "unavailable",
    sqlState: "58030",
    message: "Cannot read {path}: {reason}. Check that it is readable, then run again",
  },
  STORAGE_WRITE_FAILED: {
    kind: "unavailable",
    sqlState: "58030",
    message: "Cannot write {path}: {reason}. Check permissions and free space, then run again",
  },
  STORAGE_CACHE_TOO_SMALL: {
    kind: "invalid",
    sqlState: "53100",
    message:
      "The query needs at least {needed} bytes of remote files on local disk at once, up to {path}, and the cache has room for {size}. Give {option} more when the session starts, or let the query read fewer files or columns",
  },
  STORAGE_RANGE_PAST_END: {
    kind: "corrupt",
    sqlState: "58030",
    message:
      "Cannot read bytes {start} to {end} of {path}: the file has {size}. It is not the file it was",
  },
} as const satisfies Record<string, Condition>;
