import { env } from "../../../env.ts";
import { retrying } from "../../../storage/retry.ts";
import { mapFiles } from "../../file/input.ts";
import { blobEvents } from "./blob-event.ts";
import { failed, policy } from "./failure.ts";
import type { Message, Queue } from "./queue.ts";

/** What is used of the `QueueClient` of @azure/storage-queue. */
export interface StorageQueueClient {
  readonly url: string;
  receiveMessages(options: {
    numberOfMessages: number;
    visibilityTimeout: number;
  }): Promise<{ readonly receivedMessageItems: readonly StorageMessage[] }>;
  deleteMessage(messageId: string, popReceipt: string): Promise<unknown>;
  updateMessage(
    messageId: string,
    popReceipt: string,
    message: undefined,
    visibilityTimeout: number,
  ): Promise<{ readonly popReceipt?: string }>;
  getProperties(): Promise<{ readonly approximateMessagesCount?: number }>;
  createIfNotExists(): Promise<unknown>;
  exists(): Promise<boolean>;
  deleteIfExists(): Promise<{ readonly succeeded: boolean }>;
}

interface StorageMessage {
  readonly messageId: string;
  readonly popReceipt: string;
  readonly messageText: string;
}

/** The service's own bound. */
const mostMessages = 32;
const hiddenSeconds = 300;
/** After an answer without messages. */
const waitMs = 1_000;

/** The messages of a queue of an Azure Storage account. */
export function storageQueue(client: StorageQueueClient, remedy: string): Queue {
  const name = `queue ${client.url.split("?", 1)[0]}`;
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await retrying(policy, work);
    } catch (thrown) {
      throw failed(thrown, name, remedy);
    }
  };
  // A receipt is renewed when its message is hidden for longer.
  const renewed = new WeakMap<Message, string>();
  const held = async (
    messages: readonly Message[],
    work: (id: string, receipt: string, message: Message) => Promise<unknown>,
  ): Promise<void> => {
    await mapFiles(messages, async (message) => {
      const [id, receipt] = JSON.parse(message.receipt) as [string, string];
      try {
        await retrying(policy, () => work(id, renewed.get(message) ?? receipt, message));
      } catch (thrown) {
        if (!isLost(thrown)) throw failed(thrown, name, remedy);
      }
    });
  };
  return {
    name,
    hiddenMs: hiddenSeconds * 1_000,
    receive: async () => {
      const { receivedMessageItems } = await call(() =>
        client.receiveMessages({
          numberOfMessages: mostMessages,
          visibilityTimeout: hiddenSeconds,
        }),
      );
      // The service answers at once: a trigger after the other would ask without an end.
      if (receivedMessageItems.length === 0) await env.sleep(waitMs);
      return receivedMessageItems.map(({ messageId, popReceipt, messageText }) => ({
        receipt: JSON.stringify([messageId, popReceipt]),
        events: blobEvents(messageText),
      }));
    },
    acknowledge: (messages) => held(messages, (id, receipt) => client.deleteMessage(id, receipt)),
    extend: (messages) =>
      held(messages, async (id, receipt, message) => {
        const { popReceipt } = await client.updateMessage(id, receipt, undefined, hiddenSeconds);
        if (popReceipt !== undefined) renewed.set(message, popReceipt);
      }),
    waiting: async () => (await client.getProperties()).approximateMessagesCount,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** The message has gone, or has come to another receiver since. */
function isLost(thrown: unknown): boolean {
  const { code } = thrown as { readonly code?: unknown };
  return code === "MessageNotFound" || code === "PopReceiptMismatch";
}
