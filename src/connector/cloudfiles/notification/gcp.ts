import { importPeer } from "../../../storage/peer.ts";
import { notSetUp } from "./failure.ts";
import { pubsubQueue, type SubscriberClient } from "./pubsub.ts";
import type { Queue } from "./queue.ts";
import { gcpRemedy, resourcePrefix } from "./remedy.ts";
import type { CloudRequest } from "./request.ts";

/** What is used of @google-cloud/pubsub. */
export interface PubsubModule {
  /** Knows PUBSUB_EMULATOR_HOST, which the client of the service itself does not. */
  readonly PubSub: new (
    options: PubsubOptions,
  ) => {
    getClientConfig(): Promise<object>;
    close(): Promise<void>;
  };
  readonly v1: { readonly SubscriberClient: new (config: ClientConfig) => SubscriberClient };
}

/** Handed on as it is. */
type ClientConfig = Readonly<Record<string, string | number | object | undefined>>;

interface PubsubOptions {
  readonly projectId: string;
  readonly credentials?: { readonly [key: string]: string };
  readonly keyFilename?: string;
}

/** The Pub/Sub subscription of `cloudFiles.subscription`. */
export async function openGcp(request: CloudRequest): Promise<Queue> {
  const { cloud, wanted, streamId } = request;
  const { subscription } = cloud;
  const remedy = gcpRemedy(wanted, subscription ?? `${resourcePrefix}${streamId}`);
  if (subscription === undefined) throw notSetUp("cloudFiles.subscription is not given", remedy);
  const [, named, short] = /^projects\/([^/]+)\/subscriptions\/(.+)$/.exec(subscription) ?? [];
  const projectId = named ?? projectOf(request);
  if (projectId === undefined)
    throw notSetUp("the project of the subscription is not known", remedy);
  const name = `projects/${projectId}/subscriptions/${short ?? subscription}`;
  const purpose = "cloudFiles.useNotifications on Google Cloud Storage";
  const { PubSub, v1 } = await importPeer<PubsubModule>("@google-cloud/pubsub", purpose);
  const pubsub = new PubSub({ projectId, ...identityOf(request) });
  const config = (await pubsub.getClientConfig()) as ClientConfig;
  await pubsub.close();
  return pubsubQueue(new v1.SubscriberClient(config), name, remedy);
}

function projectOf({ cloud, conf }: CloudRequest): string | undefined {
  return cloud["projectId"] ?? conf("fs.gs.project.id") ?? process.env["GOOGLE_CLOUD_PROJECT"];
}

/** The stream's own options, then the key file the objects are read with, then the SDK's chain. */
function identityOf({ cloud, conf }: CloudRequest): Omit<PubsubOptions, "projectId"> {
  const { clientEmail, privateKey, privateKeyId, client } = cloud;
  if (clientEmail !== undefined && privateKey !== undefined) {
    return {
      credentials: {
        ...{ type: "service_account", client_email: clientEmail },
        private_key: privateKey.replaceAll("\\n", "\n"),
        ...(privateKeyId === undefined ? {} : { private_key_id: privateKeyId }),
        ...(client === undefined ? {} : { client_id: client }),
      },
    };
  }
  const keyFilename = conf("fs.gs.auth.service.account.json.keyfile");
  return keyFilename === undefined ? {} : { keyFilename };
}
