import { beforeAll, describe, expect, inject, test } from "vitest";
import { env } from "../../../../src/env.ts";
import { importPeer } from "../../../../src/storage/peer.ts";
import { line, span, told } from "./told.ts";

const [gcs, pubsub] = [inject("gcs"), inject("pubsub")];

interface Topic {
  createSubscription(name: string): Promise<unknown>;
  publishMessage(message: object): Promise<string>;
}

interface Bucket {
  file(name: string): { save(body: string, options: object): Promise<void> };
}

describe.skipIf("missing" in gcs || "missing" in pubsub)("told by Pub/Sub", () => {
  if ("missing" in gcs || "missing" in pubsub) return;
  const host = new URL(pubsub.endpoint).host;
  const project = "told";
  const conf = {
    "fs.gs.storage.root.url": gcs.endpoint,
    "fs.gs.auth.type": "UNAUTHENTICATED",
  };
  let createTopic: (name: string) => Promise<Topic>;
  let createBucket: (name: string) => Promise<Bucket>;

  beforeAll(async () => {
    process.env["PUBSUB_EMULATOR_HOST"] = host;
    process.env["METADATA_SERVER_DETECTION"] = "none"; // The SDK looks for one in any case.
    const { PubSub } = await importPeer<{
      readonly PubSub: new (options: object) => { createTopic(name: string): Promise<[Topic]> };
    }>("@google-cloud/pubsub", "tests");
    const client = new PubSub({ projectId: project });
    createTopic = async (name) => (await client.createTopic(name))[0];
    const { Storage } = await importPeer<{
      readonly Storage: new (options: object) => { createBucket(name: string): Promise<[Bucket]> };
    }>("@google-cloud/storage", "tests");
    const storage = new Storage({ apiEndpoint: gcs.endpoint, projectId: project });
    createBucket = async (name) => (await storage.createBucket(name))[0];
  });

  async function place() {
    const name = `told-${env.uuid()}`;
    const bucket = await createBucket(name);
    const topic = await createTopic(name);
    await topic.createSubscription(name);
    const key = (id: number): string => `in/a b+${id}.json`;
    return {
      name,
      topic,
      key,
      put: async (...ids: readonly number[]) => {
        for (const id of ids) await bucket.file(key(id)).save(line(id), { resumable: false });
      },
      tell: async (objectId: string, eventType = "OBJECT_FINALIZE", bucketId = name) => {
        const attributes = {
          ...{ objectId, bucketId, eventType, payloadFormat: "JSON_API_V1" },
          eventTime: new Date().toISOString(),
        };
        const data = Buffer.from(JSON.stringify({ name: objectId, size: "9" }));
        await topic.publishMessage({ attributes, data });
      },
    };
  }

  const options = (subscription: string): Record<string, string> => ({
    "cloudFiles.useNotifications": "true",
    "cloudFiles.subscription": subscription,
    "cloudFiles.projectId": project,
  });

  test.concurrent("in any order, twice; each file is read once", async () => {
    const at = await place();
    await at.put(0);
    await using stream = await told({
      path: `gs://${at.name}/in`,
      conf,
      options: options(at.name),
    });
    await stream.run();
    await at.put(...span(1, 40));
    for (const id of span(1, 40).toReversed()) await at.tell(at.key(id));
    for (const id of [1, 20, 40]) await at.tell(at.key(id));
    await at.tell("elsewhere/1.json");
    await at.tell("in/gone.json");
    await at.tell(at.key(3), "OBJECT_DELETE");
    await at.tell(at.key(3), "OBJECT_FINALIZE", "other");
    await stream.run({ "cloudFiles.maxFilesPerTrigger": "9" });
    expect(await stream.ids()).toEqual(span(0, 40));
    await at.put(41);
    await at.tell(at.key(41));
    await stream.run({ "cloudFiles.subscription": `projects/${project}/subscriptions/${at.name}` });
    expect(await stream.ids()).toEqual(span(0, 41));
  });

  test.concurrent("a subscription that is not there, or not given, is said with what to set up", async () => {
    const at = await place();
    await at.put(0);
    await using stream = await told({ path: `gs://${at.name}/in`, conf, options: options("none") });
    await expect(stream.run()).rejects.toMatchObject({
      cause: {
        code: "CF_EVENT_NOTIFICATION_SETUP_FAILED",
        message: expect.stringContaining("gcloud pubsub subscriptions create none"),
      },
    });
  });
});
