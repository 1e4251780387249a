import { error, isError } from "../../error/error.ts";
import type { HubOptions } from "./option.ts";

/** What is as it is, whatever the client may say of trying again. */
const lasting = {
  UnauthorizedError: "EVENTHUBS_ACCESS_DENIED",
  MessagingEntityNotFoundError: "EVENTHUBS_NOT_FOUND",
  ReceiverDisconnectedError: "EVENTHUBS_RECEIVER_DISCONNECTED",
  MessagingEntityDisabledError: "EVENTHUBS_REQUEST_FAILED",
  ArgumentError: "EVENTHUBS_REQUEST_FAILED",
  ArgumentOutOfRangeError: "EVENTHUBS_REQUEST_FAILED",
  InvalidOperationError: "EVENTHUBS_REQUEST_FAILED",
  NotImplementedError: "EVENTHUBS_REQUEST_FAILED",
  MessageTooLargeError: "EVENTHUBS_REQUEST_FAILED",
  QuotaExceededError: "EVENTHUBS_REQUEST_FAILED",
} as const;

/** `hub of sb://namespace…/`: as messages name it. */
export function hubName({ name, endpoint }: HubOptions): string {
  return `${name} of ${endpoint}`;
}

/** Ours, where waiting does not help; undefined where it may. */
export function lastingFailure(thrown: unknown, options: HubOptions): Error | undefined {
  if (isError(thrown)) return thrown;
  const { code, name } = thrown as { readonly code?: unknown; readonly name?: unknown };
  const found = Object.entries(lasting).find(([one]) => one === code || one === name);
  if (found === undefined) return undefined;
  const { consumerGroup } = options;
  const told = { hub: hubName(options), reason: sayingOf(thrown), consumerGroup };
  return error(found[1], told, thrown);
}

/** What the client says, on one line. */
export function sayingOf(thrown: unknown): string {
  const said = thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
  return said.replace(/\s+/g, " ").slice(0, 500);
}
