import { retrying } from "../../../storage/retry.ts";
import { mapFiles } from "../../file/input.ts";
import { failed, policy } from "./failure.ts";
import { groups, type Message, type Queue } from "./queue.ts";
import { s3Events } from "./s3-event.ts";

/** What is used of the `SQS` of @aws-sdk/client-sqs to read a queue. */
export interface SqsClient {
  receiveMessage(input: {
    QueueUrl: string;
    MaxNumberOfMessages: number;
    VisibilityTimeout: number;
    WaitTimeSeconds: number;
  }): Promise<{ readonly Messages?: readonly SqsMessage[] | undefined }>;
  deleteMessageBatch(input: {
    QueueUrl: string;
    Entries: { Id: string; ReceiptHandle: string }[];
  }): Promise<unknown>;
  changeMessageVisibilityBatch(input: {
    QueueUrl: string;
    Entries: { Id: string; ReceiptHandle: string; VisibilityTimeout: number }[];
  }): Promise<unknown>;
  getQueueAttributes(input: {
    QueueUrl: string;
    AttributeNames: "ApproximateNumberOfMessages"[];
  }): Promise<{ readonly Attributes?: Readonly<Partial<Record<string, string>>> | undefined }>;
  destroy(): void;
}

interface SqsMessage {
  readonly ReceiptHandle?: string | undefined;
  readonly Body?: string | undefined;
}

/** SQS's own bounds. */
const mostMessages = 10;
/** Any wait at all asks all of the queue's servers. */
const waitSeconds = 1;
const hiddenSeconds = 300;

/** The messages of an SQS queue. */
export function sqsQueue(client: SqsClient, url: string, remedy: string): Queue {
  const name = `SQS queue ${url}`;
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await retrying(policy, work);
    } catch (thrown) {
      throw failed(thrown, name, remedy);
    }
  };
  const entries = (messages: readonly Message[]) =>
    messages.map(({ receipt }, at) => ({ Id: String(at), ReceiptHandle: receipt }));
  return {
    name,
    hiddenMs: hiddenSeconds * 1_000,
    receive: async () => {
      const { Messages = [] } = await call(() =>
        client.receiveMessage({
          QueueUrl: url,
          MaxNumberOfMessages: mostMessages,
          VisibilityTimeout: hiddenSeconds,
          WaitTimeSeconds: waitSeconds,
        }),
      );
      return Messages.map(({ ReceiptHandle = "", Body = "" }) => ({
        receipt: ReceiptHandle,
        events: s3Events(Body),
      }));
    },
    // The answer names receipts that are no longer good: their messages have come again.
    acknowledge: async (messages) => {
      await mapFiles([...groups(messages, mostMessages)], (group) =>
        call(() => client.deleteMessageBatch({ QueueUrl: url, Entries: entries(group) })),
      );
    },
    extend: async (messages) => {
      await mapFiles([...groups(messages, mostMessages)], async (group) => {
        const Entries = entries(group).map((entry) => ({
          ...entry,
          VisibilityTimeout: hiddenSeconds,
        }));
        await call(() => client.changeMessageVisibilityBatch({ QueueUrl: url, Entries }));
      });
    },
    waiting: async () => {
      const AttributeNames = ["ApproximateNumberOfMessages" as const];
      const { Attributes } = await client.getQueueAttributes({ QueueUrl: url, AttributeNames });
      const count = Attributes?.["ApproximateNumberOfMessages"];
      return count === undefined ? undefined : Number(count);
    },
    [Symbol.asyncDispose]: async () => client.destroy(),
  };
}
