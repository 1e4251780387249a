import type { Condition } from "./kind.ts";

/** Of Azure Event Hubs. */
export const eventHubsConditions = {
  EVENTHUBS_UNAVAILABLE: {
    kind: "unavailable",
    sqlState: "08001",
    message:
      "The event hub {hub} did not answer within {ms} ms: {reason}. Check eventhubs.connectionString and the network, then start again",
  },
  EVENTHUBS_ACCESS_DENIED: {
    kind: "invalid",
    sqlState: "28000",
    message:
      "The event hub {hub} refuses access: {reason}. Check the key of eventhubs.connectionString, and that its policy may listen (or send)",
  },
  EVENTHUBS_NOT_FOUND: {
    kind: "invalid",
    sqlState: "42704",
    message:
      "Event Hubs does not find what is asked of {hub}: {reason}. Check EntityPath of eventhubs.connectionString, and eventhubs.consumerGroup",
  },
  EVENTHUBS_RECEIVER_DISCONNECTED: {
    kind: "conflict",
    sqlState: "55000",
    message:
      "Another receiver has taken over a partition of {hub} in the consumer group {consumerGroup}: {reason}. Give each query a consumer group of its own, or set eventhubs.useExclusiveReceiver to false",
  },
  EVENTHUBS_REQUEST_FAILED: {
    kind: "invalid",
    sqlState: "58030",
    message: "The event hub {hub} refuses a request: {reason}",
  },
  EVENTHUBS_DATA_LOSS: {
    kind: "corrupt",
    sqlState: "22000",
    message:
      "Some data may have been lost because they are not available in Event Hubs any more; either they were aged out, or the event hub was deleted before they were read. Reason: {reason}. To go on without them, set failOnDataLoss to false",
  },
  EVENTHUBS_BEGIN_AFTER_END: {
    kind: "invalid",
    sqlState: "22023",
    message:
      "The beginning sequence number {start} is larger than the ending sequence number {end} for the event hub {hub} on partition {partition}. Check eventhubs.startingPosition(s) and eventhubs.endingPosition(s)",
  },
  EVENTHUBS_EVENT_TOO_LARGE: {
    kind: "invalid",
    sqlState: "54000",
    message:
      "An event of {bytes} bytes does not fit in a message of the event hub {hub}, which takes {limit}. Make the body smaller, or choose a tier that takes larger ones",
  },
} as const satisfies Record<string, Condition>;
