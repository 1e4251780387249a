import type { Location } from "../../../storage/store.ts";
import type { Arm } from "./arm.ts";
import { isRefusal } from "./failure.ts";
import { type Wanted, wantedOf } from "./remedy.ts";
import type { CloudRequest, NotificationService } from "./request.ts";
import { fields } from "./shape.ts";
import type { StorageQueueClient } from "./storage-queue.ts";

/** The prefix of the resources of Azure, as Databricks names them. */
export const azurePrefix = "databricks-";

/** What sets up a queue of a storage account. */
export interface AzureClients {
  readonly arm: Arm;
  queue(name: string): Pick<StorageQueueClient, "createIfNotExists" | "exists" | "deleteIfExists">;
  /** The account's resource id. */
  readonly account: string;
}

/** As long as Databricks says that messages are kept. */
const keptSeconds = 7 * 86_400;

type Fields = Readonly<Record<string, unknown>>;

const collection = "/providers/Microsoft.EventGrid/eventSubscriptions";

/**
 * Makes a queue, and a subscription of Event Grid for each path that writes the account's new blobs
 * to it; what is there already stays. The name of the queue. The system topic of the account comes
 * and goes with its subscriptions.
 */
export async function setUpAzure(clients: AzureClients, request: CloudRequest): Promise<string> {
  const { arm, account } = clients;
  const name = `${azurePrefix}${request.streamId}`;
  try {
    const queue = clients.queue(name);
    const missing: { readonly id: string; readonly body: object }[] = [];
    for (const [at, path] of request.paths.entries()) {
      const id = `${account}${collection}/${at === 0 ? name : `${name}-${at}`}`;
      const there = fields((await arm.get(id))?.["properties"]);
      if (!isSame(there, path))
        missing.push({ id, body: subscription(clients, name, request, at) });
    }
    if (missing.length > 0 || !(await queue.exists())) await request.fresh();
    await queue.createIfNotExists();
    for (const { id, body } of missing) await arm.put(id, body);
    return name;
  } catch (thrown) {
    // Who may no longer set up may still read what was set up before.
    if (isRefusal(thrown) && request.earlier !== undefined) return request.earlier;
    throw thrown;
  }
}

function isSame(properties: Fields, path: Location): boolean {
  const state = properties["provisioningState"] ?? "Succeeded";
  const { subjectBeginsWith } = fields(properties["filter"]);
  return state === "Succeeded" && subjectBeginsWith === subjectOf(wantedOf(path));
}

function subjectOf({ container, prefix }: Wanted): string {
  return `/blobServices/default/containers/${container}/blobs/${prefix}`;
}

function subscription(
  { account }: AzureClients,
  queueName: string,
  request: CloudRequest,
  at: number,
): object {
  const path = request.paths[at]!;
  const created = ["Microsoft.Storage.BlobCreated"];
  // Only an account with folders renames files.
  const renamed = path.store.scheme.startsWith("abfs") ? ["Microsoft.Storage.BlobRenamed"] : [];
  return {
    properties: {
      destination: {
        endpointType: "StorageQueue",
        properties: {
          ...{ resourceId: account, queueName },
          queueMessageTimeToLiveInSeconds: keptSeconds,
        },
      },
      filter: {
        subjectBeginsWith: subjectOf(wantedOf(path)),
        isSubjectCaseSensitive: true,
        includedEventTypes: [...created, ...renamed],
      },
      eventDeliverySchema: "EventGridSchema",
      labels: labels(request, path),
    },
  };
}

/** Databricks' tags, then the user's; Event Grid's labels are texts, and have no names. */
function labels(
  { resourceTags, streamId, checkpoint }: CloudRequest,
  path: Location,
): readonly string[] {
  const tags: Readonly<Record<string, string>> = {
    ...resourceTags,
    vendor: "Databricks",
    path: path.store.uri(path.path),
    checkpointLocation: checkpoint,
    streamId,
  };
  return Object.entries(tags).map(([key, value]) => JSON.stringify({ [key]: value }));
}

/** What streams have set up for an account. */
export async function listAzure({
  arm,
  account,
}: AzureClients): Promise<readonly NotificationService[]> {
  const found = (await arm.list(`${account}${collection}`)).map((resource) => {
    const properties = fields(resource["properties"]);
    const { queueName } = fields(fields(properties["destination"])["properties"]);
    const { subjectBeginsWith } = fields(properties["filter"]);
    const queue = typeof queueName === "string" ? queueName : "";
    return {
      streamId: queue.slice(azurePrefix.length),
      ...{ queue, source: String(resource["id"]), name: String(resource["name"]) },
      prefix: String(subjectBeginsWith ?? "").replace(
        /^\/blobServices\/default\/containers\/([^/]+)\/blobs\//,
        "$1/",
      ),
    };
  });
  return found.flatMap(({ name, ...service }) =>
    service.queue.startsWith(azurePrefix) && name.startsWith(service.queue) ? [service] : [],
  );
}

/** Removes the subscriptions of a stream, then its queue; the names of what there was. */
export async function tearDownAzure(
  clients: AzureClients,
  streamId: string,
): Promise<readonly string[]> {
  const name = `${azurePrefix}${streamId}`;
  const removed: string[] = [];
  for (const { source, queue } of await listAzure(clients)) {
    if (queue === name && (await clients.arm.delete(source))) removed.push(source);
  }
  if ((await clients.queue(name).deleteIfExists()).succeeded) removed.push(name);
  return removed;
}
