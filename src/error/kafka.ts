import type { Condition } from "./kind.ts";

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
      "No secure connection to Kafka at {servers}: {reason}. Check kafka.security.protocol, and that kafka.ssl.truststore.location holds who signed the brokers' certificates",
  },
  KAFKA_STORE_UNREADABLE: {
    kind: "invalid",
    sqlState: "42K03",
    message:
      "Cannot read {path} of the option {option}: {reason}. Check the file and its password, or give it as PEM",
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
} as const satisfies Record<string, Condition>;
