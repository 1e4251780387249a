import type { Location } from "../../../storage/store.ts";
import { fixedPart } from "../../file/glob.ts";
import { placeOf } from "./place.ts";

/** What to set up for a path in a cloud, in full, for those who may not let the stream do it. */
export interface Wanted {
  /** The bucket, or the container. */
  readonly container: string;
  /** What names begin with; may be empty. */
  readonly prefix: string;
}

/** What has to be heard of for a path, up to its first wildcard. */
export function wantedOf(location: Location): Wanted {
  const fixed = fixedPart(location.path);
  const [container = ""] = placeOf(location).container.split("@");
  return { container, prefix: fixed === "" ? "" : `${fixed.slice(1)}/` };
}

/** The prefix of the resources, as Databricks names them. */
export const resourcePrefix = "databricks-auto-ingest-";

/** The policy that lets a stream set up its queue, and read it. */
function awsPolicy(bucket: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["s3:GetBucketNotification", "s3:PutBucketNotification", "s3:GetBucketLocation"],
        Resource: [`arn:aws:s3:::${bucket}`],
      },
      {
        Effect: "Allow",
        Action: [
          ...["sns:CreateTopic", "sns:SetTopicAttributes", "sns:Subscribe", "sns:TagResource"],
          ...["sqs:CreateQueue", "sqs:GetQueueUrl", "sqs:GetQueueAttributes"],
          ...["sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:ReceiveMessage"],
          ...["sqs:DeleteMessage", "sqs:ChangeMessageVisibility"],
        ],
        Resource: [`arn:aws:sns:*:*:${resourcePrefix}*`, `arn:aws:sqs:*:*:${resourcePrefix}*`],
      },
    ],
  });
}

export function awsRemedy({ container, prefix }: Wanted): string {
  const what = `of bucket ${container}${prefix === "" ? "" : ` with prefix ${prefix}`}`;
  return [
    `Allow it with this policy: ${awsPolicy(container)}`,
    `or make an SQS queue, and send it the s3:ObjectCreated:* events ${what}`,
    "from S3, by an SNS topic or by EventBridge",
    "allow sqs:ReceiveMessage, sqs:DeleteMessage, sqs:ChangeMessageVisibility and " +
      "sqs:GetQueueAttributes on it",
    "and give its URL in cloudFiles.queueUrl",
  ].join("; ");
}

/** How to make a queue of an Azure Storage account that hears of a path. */
export function azureRemedy(
  { container, prefix }: Wanted,
  where: {
    readonly account: string;
    readonly queue: string;
    readonly subscription?: string | undefined;
    readonly group?: string | undefined;
  },
): string {
  const { account, queue, subscription = "<subscription>", group = "<group>" } = where;
  const scope = `/subscriptions/${subscription}/resourceGroups/${group}/providers`;
  const id = `${scope}/Microsoft.Storage/storageAccounts/${account}`;
  return [
    "Give cloudFiles.subscriptionId and cloudFiles.resourceGroup, and allow setting up by the " +
      "roles EventGrid EventSubscription Contributor and Storage Queue Data Contributor on the " +
      "account",
    `or make the queue: az storage queue create --account-name ${account} --name ${queue}`,
    [
      `let Event Grid write to it: az eventgrid event-subscription create --name ${queue}`,
      `--source-resource-id ${id} --included-event-types Microsoft.Storage.BlobCreated`,
      `--subject-begins-with /blobServices/default/containers/${container}/blobs/${prefix}`,
      `--endpoint-type storagequeue --endpoint ${id}/queueServices/default/queues/${queue}`,
    ].join(" "),
    "allow reading it (role Storage Queue Data Contributor, or cloudFiles.connectionString)",
    `and give cloudFiles.queueName ${queue}`,
  ].join("; ");
}

/** How to make a Pub/Sub subscription that hears of a path. */
export function gcpRemedy({ container, prefix }: Wanted, name: string): string {
  return [
    "Allow setting up by the roles Pub/Sub Admin, and Storage Admin on the bucket",
    [
      `or make a topic that hears of the bucket: gcloud storage buckets notifications create`,
      `gs://${container} --topic=${name} --event-types=OBJECT_FINALIZE --payload-format=json`,
      ...(prefix === "" ? [] : [`--object-prefix=${prefix}`]),
    ].join(" "),
    [
      `a subscription to it: gcloud pubsub subscriptions create ${name} --topic=${name}`,
      "--ack-deadline=600 --message-retention-duration=7d",
    ].join(" "),
    "allow reading it (role Pub/Sub Subscriber)",
    `and give cloudFiles.subscription ${name} and cloudFiles.projectId`,
  ].join("; ");
}
