import type { Condition } from "./kind.ts";

const lost =
  "Some data may have been lost because they are not available in Kafka any more; either the " +
  "data was aged out by Kafka or the topic may have been deleted before all of it was processed. " +
  "To go on with what is left, set the option failOnDataLoss to false. Reason: ";

const loss = { kind: "corrupt", sqlState: "22000" } as const;

export const kafkaConditions = {
  KAFKA_ILLEGAL_OPTION: {
    kind: "invalid",
    sqlState: "22023",
    message: "Cannot use the options of Kafka: {reason}",
  },
  KAFKA_UNAVAILABLE: {
    kind: "unavailable",
    sqlState: "08001",
    message:
      "Kafka at {servers} did not answer within {ms} ms: {reason}. Check kafka.bootstrap.servers and the brokers, then start again",
  },
  KAFKA_AUTHENTICATION_FAILED: {
    kind: "invalid",
    sqlState: "28000",
    message:
      "Kafka at {servers} does not take the credentials ({mechanism}): {reason}. Check kafka.sasl.mechanism and kafka.sasl.jaas.config",
  },
  KAFKA_TLS_FAILED: {
    kind: "invalid",
    sqlState: "08001",
    message:
      "No secure connection to Kafka at {servers}: {reason}. Check kafka.security.protocol, that kafka.ssl.truststore.location holds who signed the brokers' certificates, and, where they want one of the client, kafka.ssl.keystore.location",
  },
  KAFKA_STORE_UNREADABLE: {
    kind: "invalid",
    sqlState: "42K03",
    message:
      "Cannot read {path} of the option {option}: {reason}. Check the file and its password, or give it as PEM",
  },
  KAFKA_UNKNOWN_TOPIC: {
    kind: "invalid",
    sqlState: "42704",
    message:
      "The topic {topic} is not in Kafka at {servers}. Create it, or check the spelling of {option}",
  },
  KAFKA_REQUEST_FAILED: {
    kind: "invalid",
    sqlState: "58030",
    message: "Kafka at {servers} refuses the request {request} for {subject}: {reason}",
  },
  KAFKA_UNSUPPORTED_BROKER: {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "Kafka at {servers} has no version of the request {request} that is spoken here ({known}). Use brokers from 3.1 on",
  },
  KAFKA_SINK_COLUMN_INVALID: {
    kind: "invalid",
    sqlState: "42K09",
    message: "Cannot write these columns to Kafka: {reason}",
  },
  KAFKA_INVALID_RECORD: {
    kind: "invalid",
    sqlState: "22023",
    message: "A row cannot be a record of Kafka: {reason}",
  },
  KAFKA_RECORD_TOO_LARGE: {
    kind: "invalid",
    sqlState: "54000",
    message:
      "A record of {size} bytes for the topic {topic} is larger than {limit} allows. Make it smaller, or raise kafka.max.request.size and the topic's max.message.bytes",
  },
  KAFKA_UNKNOWN_PARTITION: {
    kind: "invalid",
    sqlState: "42704",
    message:
      "A record is for partition {partition} of the topic {topic} of Kafka at {servers}, which has {count}. Check the column partition, or add partitions",
  },
  KAFKA_SAVE_MODE_NOT_ALLOWED: {
    kind: "unsupported",
    sqlState: "0A000",
    message:
      "Save mode {mode} is not allowed for Kafka. Allowed save modes are append and errorifexists (which is default)",
  },
  KAFKA_PRODUCER_FENCED: {
    kind: "conflict",
    sqlState: "40001",
    message:
      "Kafka at {servers} does not let this writer go on with the transactional id {id}: {reason}. Either another run of the query has taken over, or the batch took longer than kafka.transaction.timeout.ms. It is not there; start the query again if no other runs",
  },
  KAFKA_CORRUPT_RECORD_BATCH: {
    kind: "corrupt",
    sqlState: "58030",
    message:
      "Cannot read the record batch at offset {offset} of {topicPartition}: {reason}. Start behind it with startingOffsets and a new checkpoint, or delete the records before it",
  },
  KAFKA_MALFORMED_RECORD_TIMESTAMP: {
    kind: "invalid",
    sqlState: "22008",
    message:
      "Record at topic {topic} partition {partition} offset {offset} has the timestamp {timestamp}, which is no time in microseconds. Kafka's timestamps are milliseconds: let the producer write such",
  },
  KAFKA_START_OFFSET_DOES_NOT_MATCH_ASSIGNED: {
    kind: "invalid",
    sqlState: "22023",
    message:
      "Partitions specified for Kafka start offsets do not match what are assigned. Maybe partitions are created or deleted while the query is running. Use -1 for latest, -2 for earliest. Specified: {specifiedPartitions} Assigned: {assignedPartitions}",
  },
  KAFKA_TIMESTAMP_OFFSET_DOES_NOT_MATCH_ASSIGNED: {
    kind: "invalid",
    sqlState: "22023",
    message:
      "Partitions specified for Kafka timestamp based {position} offsets do not match what are assigned. Maybe partitions are created or deleted while the query is running, or some were not specified. Specified: {specifiedPartitions} Assigned: {assignedPartitions}",
  },
  MISMATCHED_TOPIC_PARTITIONS_BETWEEN_START_OFFSET_AND_END_OFFSET: {
    kind: "invalid",
    sqlState: "22023",
    message:
      "The specified start offset and end offset should have the same topic-partitions. Those of the start: {tpsForStartOffset}, those of the end: {tpsForEndOffset}",
  },
  UNRESOLVED_START_OFFSET_GREATER_THAN_END_OFFSET: {
    kind: "invalid",
    sqlState: "22023",
    message:
      "The specified start {offsetType} {startOffset} is greater than the end {offsetType} {endOffset} for topic {topic} partition {partition}",
  },
  RESOLVED_START_OFFSET_GREATER_THAN_END_OFFSET: {
    kind: "invalid",
    sqlState: "22023",
    message:
      "The start offset {startOffset} is greater than the end offset {endOffset} for topic {topic} partition {partition}, as they are found now. Check that the start is not beyond the end or the latest offset, and whether the topic was deleted and made again",
  },
  "KAFKA_DATA_LOSS.ADDED_PARTITION_DOES_NOT_START_FROM_OFFSET_ZERO": {
    ...loss,
    message: `${lost}added partition {topicPartition} starts from {startOffset} instead of 0`,
  },
  "KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE": {
    ...loss,
    message:
      `${lost}could not read records in offset [{startOffset}, {endOffset}) ` +
      "for topic partition {topicPartition}",
  },
  "KAFKA_DATA_LOSS.INITIAL_OFFSET_NOT_FOUND_FOR_PARTITIONS": {
    ...loss,
    message:
      `${lost}cannot find initial offsets for partitions {partitions}. ` +
      "They may have been deleted",
  },
  "KAFKA_DATA_LOSS.PARTITIONS_DELETED": {
    ...loss,
    message: `${lost}partitions {partitions} have been deleted`,
  },
  "KAFKA_DATA_LOSS.PARTITION_OFFSET_CHANGED": {
    ...loss,
    message:
      `${lost}partition {topicPartition} offset was changed from {prevOffset} to {newOffset}: ` +
      "the start offset was set beyond what is available, or the topic was deleted and made again",
  },
  "KAFKA_DATA_LOSS.TOPIC_RECREATED": {
    ...loss,
    message: `${lost}the topic {topic} was deleted and made again while the query ran`,
  },
} as const satisfies Record<string, Condition>;
