import { importPeer } from "../../../../src/storage/peer.ts";

/** What the tests use of the SDK beside what the product does. */
export interface Aws {
  readonly s3: {
    createBucket(input: { Bucket: string }): Promise<unknown>;
    putObject(input: { Bucket: string; Key: string; Body: string }): Promise<unknown>;
    deleteObject(input: { Bucket: string; Key: string }): Promise<unknown>;
    getBucketNotificationConfiguration(input: { Bucket: string }): Promise<{
      readonly TopicConfigurations?: readonly { readonly Id?: string }[];
    }>;
    putBucketNotificationConfiguration(input: object): Promise<unknown>;
  };
  readonly sqs: {
    createQueue(input: {
      QueueName: string;
      Attributes?: Record<string, string>;
    }): Promise<{ readonly QueueUrl: string }>;
    sendMessage(input: { QueueUrl: string; MessageBody: string }): Promise<unknown>;
    getQueueAttributes(input: object): Promise<{ readonly Attributes: Record<string, string> }>;
    listQueues(input: object): Promise<{ readonly QueueUrls?: readonly string[] }>;
    listQueueTags(input: object): Promise<{ readonly Tags?: Record<string, string> }>;
  };
}

const identity = { accessKeyId: "any", secretAccessKey: "any" };

/** The clients of a server, for the tests' own doings. */
export async function awsAt(endpoint: string, region = "us-east-1"): Promise<Aws> {
  const config = { endpoint, region, credentials: identity };
  const { S3 } = await importPeer<{ S3: new (config: object) => Aws["s3"] }>(
    "@aws-sdk/client-s3",
    "tests",
  );
  const { SQS } = await importPeer<{ SQS: new (config: object) => Aws["sqs"] }>(
    "@aws-sdk/client-sqs",
    "tests",
  );
  return { s3: new S3({ ...config, forcePathStyle: true }), sqs: new SQS(config) };
}

/** Messages in a queue, those that are hidden with them. */
export async function waiting({ sqs }: Aws, QueueUrl: string): Promise<number> {
  const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["All"] });
  const { ApproximateNumberOfMessages: seen, ApproximateNumberOfMessagesNotVisible: hidden } =
    Attributes;
  return Number(seen) + Number(hidden);
}

/** S3's message of new objects. */
export function s3Message(bucket: string, keys: readonly string[], more: object = {}): string {
  const Records = keys.map((key) => ({
    ...{ eventVersion: "2.1", eventSource: "aws:s3", eventName: "ObjectCreated:Put" },
    eventTime: new Date().toISOString(),
    s3: { bucket: { name: bucket }, object: { key: formEncoded(key), size: 9 } },
    ...more,
  }));
  return JSON.stringify({ Records });
}

function formEncoded(key: string): string {
  return encodeURIComponent(key).replaceAll("%20", "+").replaceAll("%2F", "/");
}
