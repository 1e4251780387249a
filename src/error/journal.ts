import type { Condition } from "./kind.ts";

/** Of the write-ahead log, and of the sources that stand on it. */
export const journalConditions = {
  JOURNAL_CORRUPT: {
    kind: "corrupt",
    sqlState: "58030",
    message:
      "The segment {path} of the write-ahead log cannot be read: {reason}. Restore the checkpoint; without it the rows of this segment are lost, and a new checkpointLocation begins without them",
  },
  JOURNAL_FENCED: {
    kind: "conflict",
    sqlState: "55000",
    message:
      "Another process has taken the write-ahead log {path} over: it has one writer at a time. Stop one of the two queries; nothing is lost",
  },
  JOURNAL_LOST: {
    kind: "corrupt",
    sqlState: "58030",
    message:
      "The write-ahead log {path} ends at {last}, and the query stands at {offset}: segments are missing. Restore the folder, or start with a new checkpointLocation",
  },
  JOURNAL_TRUNCATED: {
    kind: "corrupt",
    sqlState: "58030",
    message:
      "The rows after {offset} are asked for, and the write-ahead log {path} begins at {first}. Restore the checkpoint, or start with a new checkpointLocation",
  },
  JOURNAL_CLOSED: {
    kind: "closed",
    sqlState: "55000",
    message:
      "The write-ahead log {path} was closed before these rows were written. Start the query again: the sender gives them again, for they were not acknowledged",
  },
  SOCKET_CONNECTION_FAILED: {
    kind: "unavailable",
    sqlState: "08001",
    message: "Cannot connect to {host}:{port}: {reason}. Check that something listens there",
  },
  SOCKET_NOT_RECOVERABLE: {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "The socket source cannot give lines again from before it was opened (offset {offset}). Start with a new checkpointLocation, and set the option writeAheadLog there",
  },
  MQTT_CONNECTION_FAILED: {
    kind: "unavailable",
    sqlState: "08001",
    message: "Cannot connect to the MQTT broker {url}: {reason}. Check the address and the network",
  },
  MQTT_CONNECTION_REFUSED: {
    kind: "invalid",
    sqlState: "28000",
    message:
      "The MQTT broker {url} refuses the client {clientId}: {reason}. Check username, password, clientId and mqttVersion",
  },
  MQTT_SUBSCRIPTION_REFUSED: {
    kind: "invalid",
    sqlState: "42501",
    message:
      "The MQTT broker {url} refuses the subscription to {topics}: {reason}. Check the topic filters, and what the user may read",
  },
  MQTT_SESSION_TAKEN_OVER: {
    kind: "conflict",
    sqlState: "55000",
    message:
      "Another client has connected to {url} as {clientId}: a session has one client. Give each query its own clientId",
  },
  MQTT_PUBLISH_FAILED: {
    kind: "unavailable",
    sqlState: "58030",
    message:
      "Cannot publish to the topic {topic} of {url}: {reason}. Check what the user may write; the batch is sent again at the next start",
  },
  FLUME_BIND_FAILED: {
    kind: "unavailable",
    sqlState: "08001",
    message:
      "Cannot listen for Flume agents at {host}:{port}: {reason}. Choose another address, or stop what has it",
  },
  SINK_COLUMN_INVALID: {
    kind: "invalid",
    sqlState: "42K09",
    message:
      "The {format} sink needs a column {column} of type {types}: {reason}. Make it in the query",
  },
} as const satisfies Record<string, Condition>;
