import type { S3 } from "@aws-sdk/client-s3";
import type { SNS } from "@aws-sdk/client-sns";
import type { SQS } from "@aws-sdk/client-sqs";
import type * as providers from "@aws-sdk/credential-providers";
import type * as identity from "@azure/identity";
import type { QueueClient, QueueServiceClient } from "@azure/storage-queue";
import type { PubSub, v1 } from "@google-cloud/pubsub";
import type { Bucket, Storage } from "@google-cloud/storage";
import type {
  AwsConfig,
  RoleModule,
  S3Module,
  SnsModule,
  SqsModule,
} from "../../../../src/connector/cloudfiles/notification/aws.ts";
import type { SetupClients } from "../../../../src/connector/cloudfiles/notification/aws-setup.ts";
import type {
  IdentityModule,
  QueueModule,
} from "../../../../src/connector/cloudfiles/notification/azure.ts";
import type {
  PubsubModule,
  StorageModule,
} from "../../../../src/connector/cloudfiles/notification/gcp.ts";
import type { GcpClients } from "../../../../src/connector/cloudfiles/notification/gcp-setup.ts";
import type { SubscriberClient } from "../../../../src/connector/cloudfiles/notification/pubsub.ts";
import type { SqsClient } from "../../../../src/connector/cloudfiles/notification/sqs.ts";
import type { StorageQueueClient } from "../../../../src/connector/cloudfiles/notification/storage-queue.ts";

/** Compiles only where the SDKs have what the product takes them to have. */
export function aws(
  real: { sqs: SQS; sns: SNS; s3: S3 },
  sdk: { SQS: typeof SQS; SNS: typeof SNS; S3: typeof S3 },
  found: typeof providers,
): unknown {
  const clients: SetupClients = real;
  const reader: SqsClient = real.sqs;
  const modules: SqsModule & SnsModule & S3Module = sdk;
  const roles: RoleModule = found;
  const config: ConstructorParameters<typeof SQS>[0] = {} as AwsConfig;
  return [clients, reader, modules, roles, config];
}

export function azure(
  real: QueueClient,
  sdk: { QueueServiceClient: typeof QueueServiceClient },
  found: typeof identity,
): unknown {
  const client: StorageQueueClient = real;
  const credentials: IdentityModule = found;
  const module: Pick<QueueModule["QueueServiceClient"], "fromConnectionString"> =
    sdk.QueueServiceClient;
  return [client, credentials, module];
}

export function gcp(
  real: { subscriber: v1.SubscriberClient; publisher: v1.PublisherClient; bucket: Bucket },
  sdk: { PubSub: typeof PubSub; v1: typeof v1; Storage: typeof Storage },
): unknown {
  const client: SubscriberClient = real.subscriber;
  // By its types requests of policies are made by a class; by its documents they are objects.
  type Policies = "getIamPolicy" | "setIamPolicy";
  const publisher: Omit<GcpClients["publisher"], Policies> = real.publisher;
  const setup: Pick<GcpClients, "subscriber" | "bucket"> = real;
  const module: Pick<PubsubModule, "PubSub"> & StorageModule = sdk;
  const subscribers: PubsubModule["v1"]["SubscriberClient"] = sdk.v1.SubscriberClient;
  return [client, publisher, setup, module, subscribers];
}
