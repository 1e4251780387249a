import { keptOf, notifiedPrefix, type SetupClients } from "./aws-setup.ts";
import { isAbsence } from "./failure.ts";
import { resourcePrefix } from "./remedy.ts";
import type { NotificationService } from "./request.ts";

/** What streams have set up for a bucket: what it tells topics that are named as theirs. */
export async function listAws(
  { s3, sqs }: Pick<SetupClients, "s3" | "sqs">,
  bucket: string,
): Promise<readonly NotificationService[]> {
  const { TopicConfigurations: told = [] } = await s3.getBucketNotificationConfiguration({
    Bucket: bucket,
  });
  const services: NotificationService[] = [];
  for (const one of told) {
    const name = one.TopicArn?.split(":").at(-1) ?? "";
    if (!name.startsWith(resourcePrefix)) continue;
    services.push({
      streamId: name.slice(resourcePrefix.length),
      queue: (await queueOf(sqs, name)) ?? "",
      source: one.TopicArn ?? "",
      prefix: `${bucket}/${notifiedPrefix(one)}`,
    });
  }
  return services;
}

/** The URL of a queue; undefined where there is none. */
async function queueOf(sqs: SetupClients["sqs"], name: string): Promise<string | undefined> {
  try {
    return (await sqs.getQueueUrl({ QueueName: name })).QueueUrl;
  } catch (thrown) {
    if (isAbsence(thrown)) return undefined;
    throw thrown;
  }
}

/** Removes the bucket's notification of a stream, its topic and its queue, in this order. */
export async function tearDownAws(
  { s3, sns, sqs }: SetupClients,
  bucket: string,
  streamId: string,
): Promise<readonly string[]> {
  const name = `${resourcePrefix}${streamId}`;
  const removed: string[] = [];
  const now = await s3.getBucketNotificationConfiguration({ Bucket: bucket });
  const { TopicConfigurations: told = [] } = now;
  const isOwn = ({ TopicArn }: { readonly TopicArn?: string | undefined }): boolean =>
    TopicArn?.split(":").at(-1) === name;
  const topics = new Set(told.filter(isOwn).map(({ TopicArn = "" }) => TopicArn));
  if (topics.size > 0) {
    const others = told.filter((one) => !isOwn(one));
    const NotificationConfiguration = { ...keptOf(now), TopicConfigurations: others };
    await s3.putBucketNotificationConfiguration({ Bucket: bucket, NotificationConfiguration });
    removed.push(`${bucket}: ${name}`);
  }
  for (const TopicArn of topics) {
    const { Subscriptions = [] } = await sns.listSubscriptionsByTopic({ TopicArn });
    for (const { SubscriptionArn } of Subscriptions) {
      if (SubscriptionArn !== undefined) await sns.unsubscribe({ SubscriptionArn });
    }
    await sns.deleteTopic({ TopicArn });
    removed.push(TopicArn);
  }
  const QueueUrl = await queueOf(sqs, name);
  if (QueueUrl !== undefined) {
    await sqs.deleteQueue({ QueueUrl });
    removed.push(QueueUrl);
  }
  return removed;
}
