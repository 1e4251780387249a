import { error, isError } from "../../error/error.ts";
import { tokenUnavailable } from "./oauth.ts";

/** Kafka's numbers of errors that are told apart here. */
export const code = {
  offsetOutOfRange: 1,
  corruptMessage: 2,
  unknownTopic: 3,
  unknownTopicId: 100,
  inconsistentTopicId: 103,
} as const;

/** Errors that pass: leaders move, brokers start, replicas catch up. */
const passing: ReadonlySet<number> = new Set([
  5, 6, 7, 8, 9, 13, 14, 15, 16, 19, 41, 56, 70, 71, 74, 75, 76, 78,
]);

export function passes(number: number): boolean {
  return passing.has(number);
}

const names: Readonly<Record<number, string>> = {
  2: "the broker found a corrupt message (CORRUPT_MESSAGE)",
  17: "it is no name of a topic (INVALID_TOPIC_EXCEPTION)",
  29: "the user may not do this with the topic (TOPIC_AUTHORIZATION_FAILED)",
  31: "the user may not do this in the cluster (CLUSTER_AUTHORIZATION_FAILED)",
  35: "the broker does not know the version (UNSUPPORTED_VERSION)",
  18: "the records are too many (RECORD_LIST_TOO_LARGE)",
  30: "the user may not use the group (GROUP_AUTHORIZATION_FAILED)",
  43: "the topic's message format is too old (UNSUPPORTED_FOR_MESSAGE_FORMAT)",
  45: "records before are missing (OUT_OF_ORDER_SEQUENCE_NUMBER)",
  47: "a newer writer has the id (INVALID_PRODUCER_EPOCH)",
  48: "the transaction is not open (INVALID_TXN_STATE)",
  49: "the id is not known any more (INVALID_PRODUCER_ID_MAPPING)",
  50: "kafka.transaction.timeout.ms is more than the brokers allow (INVALID_TRANSACTION_TIMEOUT)",
  53: "the user may not use the id (TRANSACTIONAL_ID_AUTHORIZATION_FAILED)",
  87: "the topic does not take such a record (INVALID_RECORD)",
  90: "a newer writer has the id (PRODUCER_FENCED)",
};

/** What Kafka's number of an error says. */
export function reasonOf(number: number): string {
  return names[number] ?? `error ${number} of the Kafka protocol`;
}

/** The client throws an answer that has an error anywhere in it. */
export function hasAnswer(thrown: unknown): thrown is { readonly response: unknown } {
  return !isError(thrown) && (thrown as { readonly response?: unknown })?.response !== undefined;
}

/** Such an answer after all; what is none is thrown again. */
export function answerOf<T>(thrown: unknown): T {
  if (hasAnswer(thrown)) return thrown.response as T;
  throw thrown;
}

/** Who was asked, for messages. */
export interface Asked {
  readonly servers: string;
  readonly mechanism: string;
}

/**
 * What becomes of an error of the client: ours, where waiting does not help (credentials,
 * certificates); undefined where it does.
 */
export function lastingFailure(thrown: unknown, { servers, mechanism }: Asked): Error | undefined {
  if (isError(thrown)) return thrown;
  const parts = [...nested(thrown)];
  const tls = parts.find(isTls);
  if (tls) {
    const reason = tls.message.trim().replace(opensslFrame, "$1");
    return error("KAFKA_TLS_FAILED", { servers, reason }, thrown);
  }
  const own = parts.find((part) => isError(part));
  if (own) return own;
  if (parts.some((part) => part.code === tokenUnavailable)) return undefined;
  const refused = parts.find((part) => part.code === "PLT_KFK_AUTHENTICATION");
  if (refused === undefined) return undefined;
  const reasons = [...nested(refused)];
  // A connection that broke while credentials were shown says nothing of them.
  if (reasons.some(({ code: name }) => typeof name === "string" && lost.has(name)))
    return undefined;
  const said = reasons.find((part) => typeof part.serverErrorMessage === "string");
  const reason = String(said?.serverErrorMessage ?? sayingOf(refused));
  return error("KAFKA_AUTHENTICATION_FAILED", { servers, mechanism, reason }, thrown);
}

const lost: ReadonlySet<string> = new Set(["PLT_KFK_NETWORK", "PLT_KFK_TIMEOUT"]);

interface Part extends Error {
  readonly code?: unknown;
  readonly errors?: readonly unknown[];
  readonly serverErrorMessage?: unknown;
}

function* nested(thrown: unknown, depth = 0): Generator<Part> {
  if (!(thrown instanceof Error) || depth > 8) return;
  const part = thrown as Part;
  yield part;
  for (const inner of part.errors ?? []) yield* nested(inner, depth + 1);
  yield* nested(part.cause, depth + 1);
}

const certificate =
  /^(DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|CERT_|ERR_TLS_|ERR_(OS)?SSL_|EPROTO|INVALID_CA)/;

/** What OpenSSL says, between where it says it. */
const opensslFrame = /^[\dA-F]+:error:\w+:[^:]*:\w*:([^:]+):.*$/s;

function isTls({ code: name, message }: Part): boolean {
  return (typeof name === "string" && certificate.test(name)) || /\bTLS\b.*failed/.test(message);
}

/** The innermost of what the client says, without the period at its end. */
export function sayingOf(thrown: unknown): string {
  const messages = [...nested(thrown)].map(({ message }) => message).filter((one) => one !== "");
  return (messages.at(-1) ?? String(thrown)).replace(/\.+$/, "");
}
