import { type RetryPolicy, retrying } from "../../../storage/retry.ts";
import { isAbsence, isRefusal, policy } from "./failure.ts";
import { resourcePrefix, type Wanted, wantedOf } from "./remedy.ts";
import type { CloudRequest, NotificationService } from "./request.ts";

/** What is used of the SDK's clients to set up a subscription. */
export interface GcpClients {
  /** `v1.PublisherClient` of @google-cloud/pubsub. */
  readonly publisher: {
    createTopic(topic: { name: string; labels: Labels }): Promise<unknown>;
    deleteTopic(request: { topic: string }): Promise<unknown>;
    getIamPolicy(request: { resource: string }): Promise<readonly [Policy, ...unknown[]]>;
    setIamPolicy(request: { resource: string; policy: Policy }): Promise<unknown>;
  };
  /** `v1.SubscriberClient` of the same. */
  readonly subscriber: {
    createSubscription(subscription: {
      name: string;
      topic: string;
      ackDeadlineSeconds: number;
      messageRetentionDuration: { seconds: number };
      expirationPolicy: object;
      labels: Labels;
    }): Promise<unknown>;
    getSubscription(request: { subscription: string }): Promise<unknown>;
    deleteSubscription(request: { subscription: string }): Promise<unknown>;
  };
  /** The files' bucket, of @google-cloud/storage. */
  readonly bucket: {
    getNotifications(): Promise<readonly [readonly GcsNotification[], ...unknown[]]>;
    createNotification(
      topic: string,
      options: { eventTypes: string[]; payloadFormat: string; objectNamePrefix?: string },
    ): Promise<unknown>;
  };
  /** The address that Cloud Storage publishes as. */
  agent(): Promise<string>;
  readonly projectId: string;
}

interface GcsNotification {
  readonly metadata: unknown;
  delete(): Promise<unknown>;
}

type Labels = { [key: string]: string };

interface Policy {
  bindings?: { role?: string | null; members?: string[] | null }[] | null;
  etag?: Uint8Array | string | null;
  version?: number | null;
}

/** As long as Pub/Sub keeps messages of old by default, and the longest an answer may take. */
const keptSeconds = 7 * 86_400;
const deadlineSeconds = 600;

/** gRPC's ALREADY_EXISTS, ABORTED and PERMISSION_DENIED. */
const alreadyExists = 6;
const aborted = 10;
const permissionDenied = 7;

const publisherRole = "roles/pubsub.publisher";

/**
 * Makes a topic, a subscription to it, and has the bucket tell the topic of new objects; what is
 * there already stays. The name of the subscription. All is named after the stream.
 */
export async function setUpGcp(clients: GcpClients, request: CloudRequest): Promise<string> {
  const { publisher, subscriber, projectId } = clients;
  const { topic, subscription } = namesOf(projectId, request.streamId);
  const labels = labelsOf(request);
  try {
    const missing = await missingPrefixes(clients, topic, request);
    const isNew = missing.length > 0 || !(await isThere(subscriber, subscription));
    if (isNew) await request.fresh();
    await orThere(() => publisher.createTopic({ name: topic, labels }));
    await orThere(() =>
      subscriber.createSubscription({
        ...{ name: subscription, topic, labels, ackDeadlineSeconds: deadlineSeconds },
        messageRetentionDuration: { seconds: keptSeconds },
        expirationPolicy: {}, // Without a time: a stream may stand still for longer than 31 days.
      }),
    );
    if (missing.length > 0) await notify(clients, topic, missing);
    return subscription;
  } catch (thrown) {
    // Who may no longer set up may still read what was set up before.
    if (isRefusal(thrown) && request.earlier !== undefined) return request.earlier;
    throw thrown;
  }
}

function namesOf(projectId: string, streamId: string) {
  const name = `${resourcePrefix}${streamId}`;
  return {
    topic: `projects/${projectId}/topics/${name}`,
    subscription: `projects/${projectId}/subscriptions/${name}`,
  };
}

async function isThere(
  subscriber: GcpClients["subscriber"],
  subscription: string,
): Promise<boolean> {
  try {
    await retrying(policy, () => subscriber.getSubscription({ subscription }));
    return true;
  } catch (thrown) {
    if (isAbsence(thrown)) return false;
    throw thrown;
  }
}

async function orThere(make: () => Promise<unknown>): Promise<void> {
  try {
    await retrying(policy, make);
  } catch (thrown) {
    if ((thrown as { readonly code?: unknown }).code !== alreadyExists) throw thrown;
  }
}

/** Databricks' tags that labels can hold, then the user's: a label has small letters only. */
function labelsOf({ resourceTags, streamId }: CloudRequest): Labels {
  const tags = { ...resourceTags, vendor: "Databricks", streamId };
  const clean = (text: string): string =>
    text
      .toLowerCase()
      .replace(/[^\p{Ll}\p{Lo}\p{N}_-]/gu, "_")
      .slice(0, 63);
  const named = Object.entries(tags).map(([key, value]) => [clean(key), clean(value)] as const);
  return Object.fromEntries(named.filter(([key]) => /^[\p{Ll}\p{Lo}]/u.test(key)));
}

/** What a bucket tells a topic. */
interface Notification {
  readonly topic: string;
  readonly prefix: string;
  delete(): Promise<unknown>;
}

async function notifications({ bucket }: GcpClients): Promise<readonly Notification[]> {
  const [all] = await retrying(policy, () => bucket.getNotifications());
  return all.map((one) => {
    const { topic, object_name_prefix: prefix } = one.metadata as Readonly<Record<string, string>>;
    return {
      topic: (topic ?? "").replace(/^\/\/pubsub\.[^/]+\//, ""),
      prefix: prefix ?? "",
      delete: () => one.delete(),
    };
  });
}

async function missingPrefixes(
  clients: GcpClients,
  topic: string,
  { paths }: CloudRequest,
): Promise<readonly string[]> {
  const told = (await notifications(clients)).filter((one) => one.topic === topic);
  const wanted = new Set(paths.map((path) => wantedOf(path).prefix));
  return [...wanted].filter((prefix) => !told.some((one) => one.prefix === prefix));
}

/** Has the bucket tell the topic, which Cloud Storage must be allowed to publish to. */
async function notify(
  clients: GcpClients,
  topic: string,
  prefixes: readonly string[],
): Promise<void> {
  let refused: unknown;
  const granted = await grant(clients, topic).catch((thrown: unknown) => {
    // An administrator may have allowed it for all topics: the bucket knows.
    refused = thrown;
    return false;
  });
  for (const objectNamePrefix of prefixes) {
    const options = {
      eventTypes: ["OBJECT_FINALIZE"],
      payloadFormat: "JSON_API_V1",
      ...(objectNamePrefix === "" ? {} : { objectNamePrefix }),
    };
    try {
      await retrying(granted ? untilAllowed : policy, () =>
        clients.bucket.createNotification(topic, options),
      );
    } catch (thrown) {
      throw isRefusal(thrown) && refused !== undefined ? both(thrown, refused) : thrown;
    }
  }
}

/** What the bucket says, and why it could not be helped. */
function both(thrown: unknown, refused: unknown): unknown {
  const said = [thrown, refused].map((one) => (one instanceof Error ? one.message : String(one)));
  const message = `${said[0]} (${publisherRole} could not be given: ${said[1]})`;
  return Object.assign(new Error(message, { cause: thrown }), { code: permissionDenied });
}

/** What was allowed just now is so everywhere after some time: about a minute of trying. */
const untilAllowed: RetryPolicy = {
  attempts: 10,
  transient: (thrown) =>
    isRefusal(thrown) ? { throttled: true, afterMs: 2_000 } : policy.transient(thrown),
};

/** Of two who change a policy at once the second looks at it again. */
const grantPolicy: RetryPolicy = {
  ...policy,
  transient: (thrown) =>
    (thrown as { readonly code?: unknown }).code === aborted
      ? { throttled: false }
      : policy.transient(thrown),
};

/** Lets Cloud Storage publish to a topic; whether it could not before. */
async function grant({ publisher, agent }: GcpClients, topic: string): Promise<boolean> {
  const member = `serviceAccount:${await retrying(policy, agent)}`;
  return retrying(grantPolicy, async () => {
    const [now] = await publisher.getIamPolicy({ resource: topic });
    const bindings = now.bindings ?? [];
    if (bindings.some(({ role, members }) => role === publisherRole && members?.includes(member))) {
      return false;
    }
    const more = [...bindings, { role: publisherRole, members: [member] }];
    await publisher.setIamPolicy({ resource: topic, policy: { ...now, bindings: more } });
    return true;
  });
}

/** What streams have set up for a bucket. */
export async function listGcp(
  clients: GcpClients,
  { container }: Wanted,
): Promise<readonly NotificationService[]> {
  return (await notifications(clients)).flatMap(({ topic, prefix }) => {
    const [, project = "", name = ""] = /^projects\/([^/]+)\/topics\/(.+)$/.exec(topic) ?? [];
    if (!name.startsWith(resourcePrefix)) return [];
    const streamId = name.slice(resourcePrefix.length);
    const { subscription } = namesOf(project, streamId);
    return [{ streamId, queue: subscription, source: topic, prefix: `${container}/${prefix}` }];
  });
}

/** Removes the bucket's notifications of a stream, then its subscription and its topic. */
export async function tearDownGcp(
  clients: GcpClients,
  { container }: Wanted,
  streamId: string,
): Promise<readonly string[]> {
  const { topic, subscription } = namesOf(clients.projectId, streamId);
  const removed: string[] = [];
  for (const one of await notifications(clients)) {
    if (one.topic !== topic) continue;
    await retrying(policy, () => one.delete());
    removed.push(`${container}/${one.prefix}: ${topic}`);
  }
  const remove = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await retrying(policy, work);
      removed.push(name);
    } catch (thrown) {
      if (!isAbsence(thrown)) throw thrown;
    }
  };
  await remove(subscription, () => clients.subscriber.deleteSubscription({ subscription }));
  await remove(topic, () => clients.publisher.deleteTopic({ topic }));
  return removed;
}
