import { retrying } from "../../../storage/retry.ts";
import { failed, policy } from "./failure.ts";
import { objectEvents } from "./object-event.ts";
import { groups, type Message, type Queue } from "./queue.ts";

/** What is used of the `v1.SubscriberClient` of @google-cloud/pubsub. */
export interface SubscriberClient {
  pull(
    request: { subscription: string; maxMessages: number },
    options: { timeout: number; retry: null },
  ): Promise<readonly [{ readonly receivedMessages?: readonly Received[] | null }, ...unknown[]]>;
  acknowledge(request: { subscription: string; ackIds: string[] }): Promise<unknown>;
  modifyAckDeadline(request: {
    subscription: string;
    ackIds: string[];
    ackDeadlineSeconds: number;
  }): Promise<unknown>;
  close(): Promise<void>;
}

interface Received {
  readonly ackId?: string | null;
  readonly message?: {
    readonly data?: Uint8Array | string | null;
    readonly attributes?: { [key: string]: string } | null;
  } | null;
}

const mostMessages = 1_000;
/** A request of acknowledgements has at most 512 KiB. */
const mostReceipts = 1_000;
/** How long the service may wait for a message. */
const waitMs = 1_000;
/** The longest there is. */
const hiddenSeconds = 600;

/** gRPC's DEADLINE_EXCEEDED: nothing came within the wait. */
const nothingCame = 4;

/** The messages of a Pub/Sub subscription. */
export function pubsubQueue(client: SubscriberClient, subscription: string, remedy: string): Queue {
  const name = `Pub/Sub subscription ${subscription}`;
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await retrying(policy, work);
    } catch (thrown) {
      throw failed(thrown, name, remedy);
    }
  };
  const ids = (messages: readonly Message[]): string[] => messages.map(({ receipt }) => receipt);
  const extend = async (messages: readonly Message[]): Promise<void> => {
    for (const group of groups(messages, mostReceipts)) {
      await call(() =>
        client.modifyAckDeadline({
          ...{ subscription, ackIds: ids(group), ackDeadlineSeconds: hiddenSeconds },
        }),
      );
    }
  };
  return {
    name,
    hiddenMs: hiddenSeconds * 1_000,
    extend,
    receive: async () => {
      const messages = await call(() => pull(client, subscription));
      // A subscription's own deadline may be 10 seconds.
      await extend(messages);
      return messages;
    },
    acknowledge: async (messages) => {
      for (const group of groups(messages, mostReceipts)) {
        await call(() => client.acknowledge({ subscription, ackIds: ids(group) }));
      }
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

async function pull(client: SubscriberClient, subscription: string): Promise<readonly Message[]> {
  try {
    const request = { subscription, maxMessages: mostMessages };
    const [{ receivedMessages }] = await client.pull(request, { timeout: waitMs, retry: null });
    return (receivedMessages ?? []).map(({ ackId, message }) => ({
      receipt: ackId ?? "",
      events: objectEvents(message?.attributes ?? {}, textOf(message?.data)),
    }));
  } catch (thrown) {
    if ((thrown as { readonly code?: unknown }).code === nothingCame) return [];
    throw thrown;
  }
}

/** Bytes over gRPC, Base64 over REST. */
function textOf(data: Uint8Array | string | null | undefined): string {
  if (data === null || data === undefined) return "";
  return Buffer.from(data as string, typeof data === "string" ? "base64" : undefined).toString();
}
