import { importPeer } from "../../../storage/peer.ts";
import { isRefusal, notSetUp } from "./failure.ts";
import { placeOf } from "./place.ts";
import type { Queue } from "./queue.ts";
import { azureRemedy } from "./remedy.ts";
import type { CloudRequest } from "./request.ts";
import { type StorageQueueClient, storageQueue } from "./storage-queue.ts";

/** What is used of @azure/storage-queue and @azure/identity. */
export interface QueueModule {
  readonly QueueServiceClient: {
    new (url: string, credential: object): QueueService;
    fromConnectionString(text: string, options: object): QueueService;
  };
}
interface QueueService {
  getQueueClient(name: string): StorageQueueClient;
}
export interface IdentityModule {
  readonly ClientSecretCredential: new (tenant: string, client: string, secret: string) => object;
  readonly DefaultAzureCredential: new () => object;
}

const purpose = "cloudFiles.useNotifications on Azure";

/**
 * The Storage Queue of `cloudFiles.queueName`. That Event Grid writes to it can only be said by
 * Azure's management service, whose client is no peer: without the option, the queue is made
 * (where that is allowed), and the error says what is left to do.
 */
export async function openAzure(request: CloudRequest): Promise<Queue> {
  const { cloud, wanted, paths, streamId } = request;
  const own = paths[0] ? placeOf(paths[0]).container : "";
  const account =
    own.split("@")[1] ?? /AccountName=([^;]+)/i.exec(cloud["connectionString"] ?? "")?.[1];
  const name = cloud["queueName"] ?? `databricks-${streamId}`;
  const remedy = azureRemedy(wanted, {
    ...{ account: account ?? "<account>", queue: nameOf(name) },
    ...{ subscription: cloud["subscriptionId"], group: cloud["resourceGroup"] },
  });
  const service = await serviceOf(request, account, remedy);
  const client = service.getQueueClient(nameOf(name));
  if (cloud["queueName"] !== undefined) return storageQueue(client, remedy);
  let made = "";
  try {
    await client.createIfNotExists();
    made = ` (the queue ${name} is made)`;
  } catch (thrown) {
    if (!isRefusal(thrown)) throw thrown;
  }
  throw notSetUp(`cloudFiles.queueName is not given${made}`, remedy);
}

/** The option may have the queue's URL. */
function nameOf(name: string): string {
  return URL.canParse(name) ? new URL(name).pathname.split("/").filter(Boolean).at(-1)! : name;
}

async function serviceOf(
  { cloud }: CloudRequest,
  account: string | undefined,
  remedy: string,
): Promise<QueueService> {
  const { QueueServiceClient } = await importPeer<QueueModule>("@azure/storage-queue", purpose);
  const { connectionString, queueName = "" } = cloud;
  if (connectionString !== undefined) {
    return QueueServiceClient.fromConnectionString(connectionString, {});
  }
  const url = URL.canParse(queueName)
    ? new URL(queueName).origin
    : account && `https://${account}.queue.core.windows.net`;
  if (!url) throw notSetUp("the account of the queue is not known", remedy);
  const identity = await importPeer<IdentityModule>("@azure/identity", purpose);
  const { tenantId, clientId, clientSecret } = cloud;
  const credential =
    tenantId !== undefined && clientId !== undefined && clientSecret !== undefined
      ? new identity.ClientSecretCredential(tenantId, clientId, clientSecret)
      : new identity.DefaultAzureCredential();
  return new QueueServiceClient(url, credential);
}
