import { error } from "../../../error/error.ts";
import { importPeer } from "../../../storage/peer.ts";
import { type SetupClients, setUpAws } from "./aws-setup.ts";
import { listAws, tearDownAws } from "./aws-teardown.ts";
import { isAbsence, isRefusal, notSetUp } from "./failure.ts";
import { awsRemedy } from "./remedy.ts";
import type { CloudRequest, OpenedQueue, Services } from "./request.ts";
import { type SqsClient, sqsQueue } from "./sqs.ts";

/** What the clients of AWS are made with. */
export interface AwsConfig {
  readonly region?: string;
  readonly endpoint?: string;
  readonly forcePathStyle?: boolean;
  readonly credentials?: AwsIdentity | (() => Promise<AwsIdentity>);
}

export interface AwsIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

interface Client {
  destroy(): void;
}

/** What is used of @aws-sdk/client-sqs, client-sns, client-s3 and credential-providers. */
export interface SqsModule {
  readonly SQS: new (config: AwsConfig) => SqsClient & SetupClients["sqs"];
}
export interface SnsModule {
  readonly SNS: new (config: AwsConfig) => SetupClients["sns"] & Client;
}
export interface S3Module {
  readonly S3: new (config: AwsConfig) => SetupClients["s3"] & Client;
}
export interface RoleModule {
  fromTemporaryCredentials(options: {
    params: { RoleArn: string; RoleSessionName: string; ExternalId?: string };
    masterCredentials?: AwsIdentity;
    clientConfig?: { region?: string; endpoint?: string };
  }): () => Promise<AwsIdentity>;
}

const purpose = "cloudFiles.useNotifications on S3";

/** The SQS queue of `cloudFiles.queueUrl`, or one that is set up for the stream. */
export async function openAws(request: CloudRequest): Promise<OpenedQueue> {
  const { cloud, wanted } = request;
  const config = await configOf(request);
  const { SQS } = await importPeer<SqsModule>("@aws-sdk/client-sqs", purpose);
  const remedy = awsRemedy(wanted);
  const { queueUrl } = cloud;
  if (queueUrl !== undefined) {
    const client = new SQS({ ...config, endpoint: serverOf(queueUrl) });
    return { queue: sqsQueue(client, queueUrl, remedy) };
  }
  await using services = await awsServices(request);
  const made = await services.setUp();
  return { queue: sqsQueue(new SQS(config), made, remedy), made };
}

/** A queue is asked where its URL says, whatever the region's own server is. */
function serverOf(queueUrl: string): string {
  if (URL.canParse(queueUrl)) return new URL(queueUrl).origin;
  throw error("CF_INVALID_OPTION_VALUE", {
    ...{ name: "cloudFiles.queueUrl", value: queueUrl },
    expected: "must be the URL of an SQS queue, as https://sqs.us-east-1.amazonaws.com/1/name",
  });
}

/** What is set up for the bucket of the request's path. */
export async function awsServices(request: CloudRequest): Promise<Services> {
  const config = await configOf(request);
  const { SQS } = await importPeer<SqsModule>("@aws-sdk/client-sqs", purpose);
  const { SNS } = await importPeer<SnsModule>("@aws-sdk/client-sns", purpose);
  const { S3 } = await importPeer<S3Module>("@aws-sdk/client-s3", purpose);
  const endpoint = request.conf("fs.s3a.endpoint");
  const pathStyle = request.conf("fs.s3a.path.style.access") === "true";
  const s3 = new S3({
    ...config,
    ...(endpoint === undefined ? {} : { endpoint: withScheme(endpoint) }),
    ...(pathStyle ? { forcePathStyle: true } : {}),
  });
  const [sns, sqs] = [new SNS(config), new SQS(config)];
  const clients = { sqs, sns, s3 };
  const { container: bucket } = request.wanted;
  const told = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      if (isAbsence(thrown) || isRefusal(thrown) || isConflict(thrown)) {
        throw notSetUp(reason, awsRemedy(request.wanted), thrown);
      }
      throw thrown;
    }
  };
  return {
    setUp: () => told(() => setUpAws(clients, request)),
    list: () => told(() => listAws(clients, bucket)),
    tearDown: (streamId) => told(() => tearDownAws(clients, bucket, streamId)),
    [Symbol.asyncDispose]: async () => {
      for (const client of [sns, sqs, s3]) client.destroy();
    },
  };
}

function isConflict(thrown: unknown): boolean {
  const { name } = thrown as { readonly name?: unknown };
  return name === "InvalidArgument" || name === "QueueNameExists" || name === "NoSuchBucket";
}

const withScheme = (endpoint: string): string =>
  endpoint.includes("://") ? endpoint : `https://${endpoint}`;

/** Who asks: by the stream's options, then the keys files are read with, then the SDK's chain. */
async function configOf({ cloud, conf }: CloudRequest): Promise<AwsConfig> {
  const region =
    cloud["region"] ?? regionOf(cloud["queueUrl"]) ?? conf("fs.s3a.endpoint.region") ?? undefined;
  const keys =
    pair(cloud["awsAccessKey"], cloud["awsSecretKey"]) ??
    pair(conf("fs.s3a.access.key"), conf("fs.s3a.secret.key"), conf("fs.s3a.session.token"));
  const { roleArn, roleSessionName = "millrace", roleExternalId, stsEndpoint } = cloud;
  const place = region === undefined ? {} : { region };
  if (roleArn === undefined) return { ...place, ...(keys ? { credentials: keys } : {}) };
  const providers = await importPeer<RoleModule>("@aws-sdk/credential-providers", purpose);
  const credentials = providers.fromTemporaryCredentials({
    params: {
      ...{ RoleArn: roleArn, RoleSessionName: roleSessionName },
      ...(roleExternalId === undefined ? {} : { ExternalId: roleExternalId }),
    },
    ...(keys ? { masterCredentials: keys } : {}),
    clientConfig: {
      ...place,
      ...(stsEndpoint === undefined ? {} : { endpoint: withScheme(stsEndpoint) }),
    },
  });
  return { ...place, credentials };
}

function pair(id?: string, secret?: string, token?: string): AwsIdentity | undefined {
  if (id === undefined || secret === undefined) return undefined;
  return {
    ...{ accessKeyId: id, secretAccessKey: secret },
    ...(token === undefined ? {} : { sessionToken: token }),
  };
}

/** `https://sqs.REGION.amazonaws.com/…` */
function regionOf(url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  return /^https?:\/\/(?:sqs\.|queue\.)?([a-z]{2}(?:-[a-z]+)+-\d)\.(?:queue\.)?amazonaws\./.exec(
    url,
  )?.[1];
}
