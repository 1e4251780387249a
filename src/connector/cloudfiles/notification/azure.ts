import { importPeer } from "../../../storage/peer.ts";
import { armAt } from "./arm.ts";
import { type Account, accountOf } from "./azure-account.ts";
import {
  type AzureClients,
  azurePrefix,
  listAzure,
  setUpAzure,
  tearDownAzure,
} from "./azure-setup.ts";
import { notSetUp } from "./failure.ts";
import { placeOf } from "./place.ts";
import { azureRemedy } from "./remedy.ts";
import type { CloudRequest, OpenedQueue, Services } from "./request.ts";
import { type StorageQueueClient, storageQueue } from "./storage-queue.ts";

/** What is used of @azure/storage-queue and @azure/identity. */
export interface QueueModule {
  readonly QueueServiceClient: {
    new (url: string, credential: TokenCredential): QueueService;
    fromConnectionString(text: string, options: object): QueueService;
  };
}
interface QueueService {
  getQueueClient(name: string): StorageQueueClient;
}
export interface TokenCredential {
  getToken(scope: string): Promise<{ readonly token: string } | null>;
}
export interface IdentityModule {
  readonly ClientSecretCredential: new (
    tenant: string,
    client: string,
    secret: string,
    options: { authorityHost: string },
  ) => TokenCredential;
  readonly DefaultAzureCredential: new () => TokenCredential;
}

const purpose = "cloudFiles.useNotifications on Azure";

/** The version of Event Grid's interface that is spoken. */
const apiVersion = "2022-06-15";
/** Of the session: where management is asked, if not where the account's cloud has it. */
const managementKey = "millrace.azure.management.endpoint";

/** The Storage Queue of `cloudFiles.queueName`, or one that is set up for the stream. */
export async function openAzure(request: CloudRequest): Promise<OpenedQueue> {
  const { queueName } = request.cloud;
  const place = accountOf(request);
  const named = nameOf(queueName ?? `${azurePrefix}${request.streamId}`);
  const remedy = remedyOf(request, place, named);
  const service = await serviceOf(request, place, remedy);
  if (queueName !== undefined) {
    return { queue: storageQueue(service.getQueueClient(named), remedy) };
  }
  const made = await (await azureServices(request)).setUp();
  return { queue: storageQueue(service.getQueueClient(made), remedy), made };
}

/** What is set up for the storage account of the request's path. */
export async function azureServices(request: CloudRequest): Promise<Services> {
  const { subscriptionId, resourceGroup } = request.cloud;
  const place = accountOf(request);
  const remedy = remedyOf(request, place, `${azurePrefix}${request.streamId}`);
  const service = await serviceOf(request, place, remedy);
  const { name, cloud } = place;
  if (name === undefined || subscriptionId === undefined || resourceGroup === undefined) {
    const which = name === undefined ? "the account of the files" : "where the account is";
    throw notSetUp(
      `${which} is not known: cloudFiles.subscriptionId and cloudFiles.resourceGroup say it`,
      remedy,
    );
  }
  const group = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
  const credential = await credentialOf(request, place);
  const clients: AzureClients = {
    account: `${group}/providers/Microsoft.Storage/storageAccounts/${name}`,
    queue: (queue) => service.getQueueClient(queue),
    arm: armAt({
      endpoint: request.conf(managementKey) ?? cloud.management,
      apiVersion,
      token: async () => (await credential.getToken(`${cloud.management}/.default`))?.token ?? "",
    }),
  };
  const told = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      oneAccount(request);
      return await work();
    } catch (thrown) {
      if (!isFinal(thrown)) throw thrown;
      throw notSetUp(thrown instanceof Error ? thrown.message : String(thrown), remedy, thrown);
    }
  };
  return {
    setUp: () => told(() => setUpAzure(clients, request)),
    list: () => told(() => listAzure(clients)),
    tearDown: (streamId) => told(() => tearDownAzure(clients, streamId)),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** What the service says of the request: no later try is answered in another way. */
function isFinal(thrown: unknown): boolean {
  const { statusCode, name } = thrown as { readonly statusCode?: unknown; readonly name?: unknown };
  if (name === "CredentialUnavailableError" || name === "AuthenticationError") return true;
  if (name === "AggregateAuthenticationError") return true;
  return typeof statusCode === "number" && statusCode < 500 && statusCode !== 429;
}

function oneAccount({ paths, wanted, cloud }: CloudRequest): void {
  const accounts = new Set(paths.map((path) => placeOf(path).container.split("@")[1]));
  if (accounts.size < 2) return;
  const reason = `one stream reads several accounts: ${[...accounts].join(", ")}`;
  throw notSetUp(reason, remedyOf({ wanted, cloud }, {}, "<queue>"));
}

/** The option may have the queue's URL. */
function nameOf(name: string): string {
  return URL.canParse(name) ? new URL(name).pathname.split("/").filter(Boolean).at(-1)! : name;
}

function remedyOf(
  { wanted, cloud }: Pick<CloudRequest, "wanted" | "cloud">,
  { name }: Pick<Account, "name">,
  queue: string,
): string {
  return azureRemedy(wanted, {
    ...{ account: name ?? "<account>", queue },
    ...{ subscription: cloud["subscriptionId"], group: cloud["resourceGroup"] },
  });
}

async function serviceOf(
  request: CloudRequest,
  account: Account,
  remedy: string,
): Promise<QueueService> {
  const { QueueServiceClient } = await importPeer<QueueModule>("@azure/storage-queue", purpose);
  const { connectionString, queueName = "" } = request.cloud;
  if (connectionString !== undefined) {
    return QueueServiceClient.fromConnectionString(connectionString, {});
  }
  const url = URL.canParse(queueName)
    ? new URL(queueName).origin
    : account.name && `https://${account.name}.queue.${account.domain}`;
  if (!url) throw notSetUp("the account of the queue is not known", remedy);
  return new QueueServiceClient(url, await credentialOf(request, account));
}

/** Who asks: the application that the options name, or what the SDK finds. */
async function credentialOf({ cloud }: CloudRequest, account: Account): Promise<TokenCredential> {
  const identity = await importPeer<IdentityModule>("@azure/identity", purpose);
  const { tenantId, clientId, clientSecret } = cloud;
  if (tenantId === undefined || clientId === undefined || clientSecret === undefined) {
    return new identity.DefaultAzureCredential();
  }
  const { authority: authorityHost } = account.cloud;
  return new identity.ClientSecretCredential(tenantId, clientId, clientSecret, { authorityHost });
}
