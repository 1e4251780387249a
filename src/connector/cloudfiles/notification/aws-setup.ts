import { env } from "../../../env.ts";
import { isAbsence, isRefusal, notSetUp } from "./failure.ts";
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
    deleteQueue(input: { QueueUrl: string }): Promise<unknown>;
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
    listSubscriptionsByTopic(input: { TopicArn: string }): Promise<{
      readonly Subscriptions?:
        | readonly { readonly SubscriptionArn?: string | undefined }[]
        | undefined;
    }>;
    unsubscribe(input: { SubscriptionArn: string }): Promise<unknown>;
    deleteTopic(input: { TopicArn: string }): Promise<unknown>;
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
export interface Notifications {
  readonly TopicConfigurations?: readonly TopicNotification[] | undefined;
  readonly QueueConfigurations?: readonly unknown[] | undefined;
  readonly LambdaFunctionConfigurations?: readonly unknown[] | undefined;
  readonly EventBridgeConfiguration?: object | undefined;
}

/** What a bucket tells a topic. */
export interface TopicNotification {
  readonly Id?: string | undefined;
  readonly TopicArn?: string | undefined;
  readonly Filter?:
    | {
        readonly Key?:
          | {
              readonly FilterRules?:
                | readonly {
                    readonly Name?: string | undefined;
                    readonly Value?: string | undefined;
                  }[]
                | undefined;
            }
          | undefined;
      }
    | undefined;
}

/** As long as SQS keeps messages. */
const retentionSeconds = 14 * 86_400;
/** How long another takes at most from reading what a bucket tells to writing it. */
const othersMs = 1_000;
const mostTries = 10;

/**
 * Makes a topic, a queue that hears of it, and has the bucket tell the topic of new objects; what
 * is there already stays. The URL of the queue. All is named after the stream.
 */
export async function setUpAws(clients: SetupClients, request: CloudRequest): Promise<string> {
  const { sqs, sns } = clients;
  const name = `${resourcePrefix}${request.streamId}`;
  try {
    const bucket = oneBucket(request);
    const topic = needed((await sns.createTopic({ Name: name })).TopicArn, "topic");
    const place = { bucket, name, topic };
    const told = await notifications(clients.s3, place, request);
    if (told !== undefined || !(await isThere(sqs, name))) await request.fresh();
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
    await notify(clients.s3, place, { request, told });
    return url;
  } catch (thrown) {
    // Who may no longer set up may still read what was set up before.
    if (isRefusal(thrown) && request.earlier !== undefined) return request.earlier;
    throw thrown;
  }
}

async function isThere(sqs: SetupClients["sqs"], name: string): Promise<boolean> {
  try {
    return (await sqs.getQueueUrl({ QueueName: name })).QueueUrl !== undefined;
  } catch (thrown) {
    if (isAbsence(thrown)) return false;
    throw thrown;
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

interface Notified {
  readonly bucket: string;
  readonly name: string;
  readonly topic: string;
}

/**
 * Writes what the bucket is to tell until it is there to stay: it is written as a whole, and
 * another who has read it before would take it away.
 */
async function notify(
  s3: SetupClients["s3"],
  place: Notified,
  { request, told }: { readonly request: CloudRequest; readonly told: object | undefined },
): Promise<void> {
  let missing = told;
  for (let tries = 0; missing !== undefined && tries < mostTries; tries++) {
    const written = { Bucket: place.bucket, NotificationConfiguration: missing };
    await s3.putBucketNotificationConfiguration(written);
    await env.sleep(othersMs * (0.5 + env.random()));
    missing = await notifications(s3, place, request);
  }
  if (missing === undefined) return;
  const reason = `others write the notifications of bucket ${place.bucket} all the time`;
  throw notSetUp(reason, awsRemedy(request.wanted));
}

/** All that the bucket is to tell, if that is not so yet; what it tells others stays as it is. */
async function notifications(
  s3: SetupClients["s3"],
  { bucket, name, topic }: Notified,
  { paths }: CloudRequest,
): Promise<object | undefined> {
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
  const isOwn = (one: TopicNotification, { Id }: TopicNotification): boolean => one.Id === Id;
  const missing = own.filter(
    (wanted) =>
      !before.some((one) => isOwn(one, wanted) && notifiedPrefix(one) === notifiedPrefix(wanted)),
  );
  if (missing.length === 0) return undefined;
  const others = before.filter((one) => !missing.some((wanted) => isOwn(one, wanted)));
  return { ...keptOf(now), TopicConfigurations: [...others, ...missing] };
}

/** What the names of objects begin with that a topic hears of. */
export function notifiedPrefix({ Filter }: TopicNotification): string {
  const rules = Filter?.Key?.FilterRules ?? [];
  return rules.find(({ Name }) => Name?.toLowerCase() === "prefix")?.Value ?? "";
}

/** What a bucket tells, without what its answer has besides. */
export function keptOf(notifications: Notifications): Notifications {
  const { TopicConfigurations, QueueConfigurations } = notifications;
  const { LambdaFunctionConfigurations, EventBridgeConfiguration } = notifications;
  const all = { TopicConfigurations, QueueConfigurations };
  const given = Object.entries({ ...all, LambdaFunctionConfigurations, EventBridgeConfiguration });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}
