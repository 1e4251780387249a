import { importPeer } from "../../../storage/peer.ts";
import { isAbsence, isRefusal, notSetUp } from "./failure.ts";
import { type GcpClients, listGcp, setUpGcp, tearDownGcp } from "./gcp-setup.ts";
import { placeOf } from "./place.ts";
import { pubsubQueue, type SubscriberClient } from "./pubsub.ts";
import { gcpRemedy, resourcePrefix } from "./remedy.ts";
import type { CloudRequest, OpenedQueue, Services } from "./request.ts";

/** What is used of @google-cloud/pubsub. */
export interface PubsubModule {
  /** Knows PUBSUB_EMULATOR_HOST, which the clients of the service itself do not. */
  readonly PubSub: new (
    options: PubsubOptions,
  ) => {
    getClientConfig(): Promise<object>;
    close(): Promise<void>;
  };
  readonly v1: {
    readonly SubscriberClient: new (
      config: ClientConfig,
    ) => SubscriberClient & GcpClients["subscriber"];
    readonly PublisherClient: new (config: ClientConfig) => GcpClients["publisher"] & Closing;
  };
}

interface Closing {
  close(): Promise<void>;
}

/** What is used of @google-cloud/storage. */
export interface StorageModule {
  readonly Storage: new (
    options: StorageOptions,
  ) => {
    bucket(name: string): GcpClients["bucket"];
    getServiceAccount(): Promise<readonly [{ readonly emailAddress?: string }, ...unknown[]]>;
  };
}

interface StorageOptions extends PubsubOptions {
  readonly apiEndpoint?: string;
  readonly useAuthWithCustomEndpoint?: boolean;
  readonly retryOptions: { readonly autoRetry: boolean };
}

/** Handed on as it is. */
type ClientConfig = Readonly<Record<string, string | number | object | undefined>>;

interface PubsubOptions {
  readonly projectId: string;
  readonly credentials?: { readonly [key: string]: string };
  readonly keyFilename?: string;
}

const purpose = "cloudFiles.useNotifications on Google Cloud Storage";

/** The Pub/Sub subscription of `cloudFiles.subscription`, or one that is set up for the stream. */
export async function openGcp(request: CloudRequest): Promise<OpenedQueue> {
  const { subscription } = request.cloud;
  const remedy = remedyOf(request);
  const [, named, short] =
    /^projects\/([^/]+)\/subscriptions\/(.+)$/.exec(subscription ?? "") ?? [];
  const projectId = named ?? neededProject(request);
  const { config, v1 } = await pubsubOf(request, projectId);
  if (subscription !== undefined) {
    const name = `projects/${projectId}/subscriptions/${short ?? subscription}`;
    return { queue: pubsubQueue(new v1.SubscriberClient(config), name, remedy) };
  }
  await using services = await gcpServices(request);
  const made = await services.setUp();
  return { queue: pubsubQueue(new v1.SubscriberClient(config), made, remedy), made };
}

/** What is set up for the bucket of the request's path. */
export async function gcpServices(request: CloudRequest): Promise<Services> {
  const { wanted } = request;
  const projectId = neededProject(request);
  const { config, v1 } = await pubsubOf(request, projectId);
  const { Storage } = await importPeer<StorageModule>("@google-cloud/storage", purpose);
  const storage = new Storage({ projectId, ...identityOf(request), ...storageOf(request) });
  const [publisher, subscriber] = [new v1.PublisherClient(config), new v1.SubscriberClient(config)];
  const clients: GcpClients = {
    ...{ publisher, subscriber, projectId, bucket: storage.bucket(wanted.container) },
    agent: async () => (await storage.getServiceAccount())[0].emailAddress ?? "",
  };
  const told = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      oneBucket(request);
      return await work();
    } catch (thrown) {
      if (!isRefusal(thrown) && !isAbsence(thrown)) throw thrown;
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      throw notSetUp(reason, remedyOf(request), thrown);
    }
  };
  return {
    setUp: () => told(() => setUpGcp(clients, request)),
    list: () => told(() => listGcp(clients, wanted)),
    tearDown: (streamId) => told(() => tearDownGcp(clients, wanted, streamId)),
    [Symbol.asyncDispose]: async () => {
      await publisher.close();
      await subscriber.close();
    },
  };
}

async function pubsubOf(request: CloudRequest, projectId: string) {
  const { PubSub, v1 } = await importPeer<PubsubModule>("@google-cloud/pubsub", purpose);
  const pubsub = new PubSub({ projectId, ...identityOf(request) });
  const config = (await pubsub.getClientConfig()) as ClientConfig;
  await pubsub.close();
  return { config, v1 };
}

/** How the files are reached, by the session's own options for that. */
function storageOf({ conf }: CloudRequest): Omit<StorageOptions, keyof PubsubOptions> {
  const root = conf("fs.gs.storage.root.url");
  return {
    retryOptions: { autoRetry: false },
    ...(root === undefined
      ? {}
      : {
          // With a slash at its end the SDK leaves it to the other option whether to sign.
          apiEndpoint: `${root.replace(/\/+$/, "")}/`,
          useAuthWithCustomEndpoint: conf("fs.gs.auth.type") !== "UNAUTHENTICATED",
        }),
  };
}

function remedyOf({ wanted, cloud, streamId }: CloudRequest): string {
  return gcpRemedy(wanted, cloud["subscription"] ?? `${resourcePrefix}${streamId}`);
}

function oneBucket(request: CloudRequest): void {
  const buckets = new Set(request.paths.map((path) => placeOf(path).container));
  if (buckets.size < 2) return;
  const reason = `one stream reads several buckets: ${[...buckets].join(", ")}`;
  throw notSetUp(reason, remedyOf(request));
}

function neededProject(request: CloudRequest): string {
  const { cloud, conf } = request;
  const named = cloud["projectId"] ?? conf("fs.gs.project.id");
  const project = named ?? process.env["GOOGLE_CLOUD_PROJECT"];
  if (project !== undefined) return project;
  throw notSetUp("the project is not known: cloudFiles.projectId says it", remedyOf(request));
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
