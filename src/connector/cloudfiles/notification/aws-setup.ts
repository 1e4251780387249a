import { isRefusal, notSetUp } from "./failure.ts";
import { placeOf } from "./place.ts";
import { awsRemedy, resourcePrefix, wantedOf } from "./remedy.ts";
import type { CloudRequest } from "./request.ts";

/** What is used of the SDK's clients to set up a queue. */
export interface SetupClients {
  readonly sqs: {
    getQueueUrl(input: { QueueName: string }): Promise<{ readonly QueueUrl?: string | undefined }>;
    createQueue(input: {
      QueueName: string;
      Attributes: Record<string, string>;
    }): Promise<{ readonly QueueUrl?: string | undefined }>;
    getQueueAttributes(input: {
      QueueUrl: string;
      AttributeNames: "QueueArn"[];
    }): Promise<{ readonly Attributes?: Readonly<Partial<Record<string, string>>> | undefined }>;
    setQueueAttributes(input: {
      QueueUrl: string;
      Attributes: Record<string, string>;
    }): Promise<unknown>;
    tagQueue(input: { QueueUrl: string; Tags: Record<string, string> }): Promise<unknown>;
  };
  readonly sns: {
    createTopic(input: { Name: string }): Promise<{ readonly TopicArn?: string | undefined }>;
    setTopicAttributes(input: {
      TopicArn: string;
      AttributeName: string;
      AttributeValue: string;
    }): Promise<unknown>;
    subscribe(input: { TopicArn: string; Protocol: string; Endpoint: string }): Promise<unknown>;
    tagResource(input: {
      ResourceArn: string;
      Tags: { Key: string; Value: string }[];
    }): Promise<unknown>;
  };
  readonly s3: {
    getBucketNotificationConfiguration(input: { Bucket: string }): Promise<Notifications>;
    putBucketNotificationConfiguration(input: {
      Bucket: string;
      NotificationConfiguration: object;
    }): Promise<unknown>;
  };
}

/** All that a bucket tells, and to whom: it is written as a whole, as it was read. */
interface Notifications {
  readonly TopicConfigurations?: readonly { readonly Id?: string | undefined }[] | undefined;
  readonly QueueConfigurations?: readonly unknown[] | undefined;
  readonly LambdaFunctionConfigurations?: readonly unknown[] | undefined;
  readonly EventBridgeConfiguration?: object | undefined;
}

/** As long as SQS keeps messages. */
const retentionSeconds = 14 * 86_400;

/**
 * Makes a topic, a queue that hears of it, and has the bucket tell the topic of new objects; what
 * is there already stays. The URL of the queue. All is named after the stream.
 */
export async function setUpAws(clients: SetupClients, request: CloudRequest): Promise<string> {
  const { sqs, sns } = clients;
  const name = `${resourcePrefix}${request.streamId}`;
  try {
    const topic = needed((await sns.createTopic({ Name: name })).TopicArn, "topic");
    const bucket = oneBucket(request);
    await sns.setTopicAttributes({
      TopicArn: topic,
      AttributeName: "Policy",
      AttributeValue: policy({
        ...{ service: "s3.amazonaws.com", action: "sns:Publish", resource: topic },
        source: `${partition(topic)}:s3:::${bucket}`,
      }),
    });
    const Attributes = { MessageRetentionPeriod: String(retentionSeconds) };
    const created = await sqs.createQueue({ QueueName: name, Attributes });
    const url = needed(created.QueueUrl, "queue");
    const asked = { QueueUrl: url, AttributeNames: ["QueueArn" as const] };
    const queue = needed((await sqs.getQueueAttributes(asked)).Attributes?.["QueueArn"], "queue");
    await sqs.setQueueAttributes({
      QueueUrl: url,
      Attributes: {
        Policy: policy({
          ...{ service: "sns.amazonaws.com", action: "sqs:SendMessage", resource: queue },
          source: topic,
        }),
      },
    });
    await sns.subscribe({ TopicArn: topic, Protocol: "sqs", Endpoint: queue });
    await tag(clients, { url, topic }, request);
    await notify(clients.s3, { bucket, name, topic }, request);
    return url;
  } catch (thrown) {
    // Who may no longer set up may still read what was set up before.
    const url = isRefusal(thrown) ? await existing(sqs, name) : undefined;
    if (url !== undefined) return url;
    throw thrown;
  }
}

async function existing(sqs: SetupClients["sqs"], name: string): Promise<string | undefined> {
  try {
    return (await sqs.getQueueUrl({ QueueName: name })).QueueUrl;
  } catch {
    return undefined;
  }
}

function oneBucket({ paths, wanted }: CloudRequest): string {
  const buckets = new Set(paths.map((path) => placeOf(path).container));
  const [bucket] = buckets;
  if (bucket !== undefined && buckets.size === 1) return bucket;
  const reason = `one stream reads several buckets: ${[...buckets].join(", ")}`;
  throw notSetUp(reason, awsRemedy(wanted));
}

function needed(value: string | undefined, what: string): string {
  if (value !== undefined) return value;
  throw new Error(`AWS has answered without the name of the ${what}`);
}

/** `arn:aws` of `arn:aws:sns:us-east-1:1:name`. */
function partition(arn: string): string {
  return arn.split(":").slice(0, 2).join(":");
}

function policy(allowed: {
  readonly service: string;
  readonly action: string;
  readonly resource: string;
  readonly source: string;
}): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: allowed.service },
        Action: allowed.action,
        Resource: allowed.resource,
        Condition: { ArnLike: { "aws:SourceArn": allowed.source } },
      },
    ],
  });
}

/** Databricks' tags, then the user's; a service that refuses them has set up all the same. */
async function tag(
  { sqs, sns }: SetupClients,
  { url, topic }: { readonly url: string; readonly topic: string },
  { resourceTags, paths, streamId, checkpoint }: CloudRequest,
): Promise<void> {
  const [first] = paths;
  const tags: Record<string, string> = {
    ...resourceTags,
    vendor: "Databricks",
    path: first ? first.store.uri(first.path) : "",
    checkpointLocation: checkpoint,
    streamId,
  };
  const Tags = Object.fromEntries(
    Object.entries(tags).map(([key, value]) => [
      key,
      value.replace(/[^\p{L}\p{N}\s_.:/=+@-]/gu, "_").slice(0, 256),
    ]),
  );
  const list = Object.entries(Tags).map(([Key, Value]) => ({ Key, Value }));
  await Promise.allSettled([
    sqs.tagQueue({ QueueUrl: url, Tags }),
    sns.tagResource({ ResourceArn: topic, Tags: list }),
  ]);
}

/** Adds to what the bucket tells; another's configuration stays as it is. */
async function notify(
  s3: SetupClients["s3"],
  {
    bucket,
    name,
    topic,
  }: { readonly bucket: string; readonly name: string; readonly topic: string },
  { paths }: CloudRequest,
): Promise<void> {
  const now = await s3.getBucketNotificationConfiguration({ Bucket: bucket });
  const { TopicConfigurations: before = [] } = now;
  const own = paths.map((path, at) => {
    const { prefix } = wantedOf(path);
    const Filter = { Key: { FilterRules: [{ Name: "prefix", Value: prefix }] } };
    return {
      Id: at === 0 ? name : `${name}-${at}`,
      TopicArn: topic,
      Events: ["s3:ObjectCreated:*"],
      ...(prefix === "" ? {} : { Filter }),
    };
  });
  const missing = own.filter(({ Id }) => !before.some((one) => one.Id === Id));
  if (missing.length === 0) return;
  await s3.putBucketNotificationConfiguration({
    Bucket: bucket,
    NotificationConfiguration: {
      TopicConfigurations: [...before, ...missing],
      ...kept("QueueConfigurations", now),
      ...kept("LambdaFunctionConfigurations", now),
      ...kept("EventBridgeConfiguration", now),
    },
  });
}

function kept<K extends keyof Notifications>(
  key: K,
  notifications: Notifications,
): Partial<Pick<Notifications, K>> {
  const value = notifications[key];
  return value === undefined ? {} : ({ [key]: value } as Pick<Notifications, K>);
}
