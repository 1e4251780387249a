import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { env } from "../../../../src/env.ts";
import { importPeer } from "../../../../src/storage/peer.ts";
import { type Faulty, startFaults } from "../../server/fault.ts";
import { line, span, told } from "./told.ts";

const [gcs, pubsub] = [inject("gcs"), inject("pubsub")];

interface Topic {
  readonly name: string;
  readonly iam: {
    getPolicy(): Promise<readonly [{ readonly bindings?: readonly object[] | null }]>;
  };
}

interface Subscription {
  readonly name: string;
  getMetadata(): Promise<readonly [Readonly<Record<string, unknown>>]>;
  delete(): Promise<unknown>;
}

interface PubSub {
  getTopics(): Promise<readonly [readonly Topic[]]>;
  topic(name: string): Topic;
  subscription(name: string): Subscription;
}

interface Bucket {
  file(name: string): { save(body: string, options: object): Promise<void> };
  getNotifications(): Promise<readonly [readonly { readonly metadata: unknown }[]]>;
}

const agent = "service-1@gs-project-accounts.iam.gserviceaccount.com";

describe.skipIf("missing" in gcs || "missing" in pubsub)("set up on Google Cloud", () => {
  if ("missing" in gcs || "missing" in pubsub) return;
  const project = "setup";
  let proxy: Faulty;
  let client: PubSub;
  let createBucket: (name: string) => Promise<Bucket>;

  beforeAll(async () => {
    process.env["PUBSUB_EMULATOR_HOST"] = new URL(pubsub.endpoint).host;
    process.env["METADATA_SERVER_DETECTION"] = "none"; // The SDK looks for one in any case.
    // The server has all that is asked but the address of its own account.
    proxy = await startFaults(gcs.endpoint, known);
    const { PubSub } = await importPeer<{ readonly PubSub: new (options: object) => PubSub }>(
      "@google-cloud/pubsub",
      "tests",
    );
    client = new PubSub({ projectId: project });
    const { Storage } = await importPeer<{
      readonly Storage: new (options: object) => { createBucket(name: string): Promise<[Bucket]> };
    }>("@google-cloud/storage", "tests");
    const storage = new Storage({ apiEndpoint: gcs.endpoint, projectId: project });
    createBucket = async (name) => (await storage.createBucket(name))[0];
  });

  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
  });

  const known: Faulty["plan"] = ({ url }) =>
    url.includes(`/projects/${project}/serviceAccount`)
      ? { kind: "refuse", status: 200, body: JSON.stringify({ email_address: agent }) }
      : undefined;

  async function place() {
    const name = `setup-${env.uuid()}`;
    const bucket = await createBucket(name);
    return {
      ...{ name, bucket },
      source: {
        path: `gs://${name}/in`,
        conf: {
          "fs.gs.storage.root.url": proxy.endpoint,
          "fs.gs.auth.type": "UNAUTHENTICATED",
        },
        options: {
          "cloudFiles.useNotifications": "true",
          "cloudFiles.projectId": project,
          "cloudFiles.resourceTag.CostCenter": "R&D",
        },
      },
      put: async (...ids: readonly number[]) => {
        for (const id of ids) {
          await bucket.file(`in/a b+${id}.json`).save(line(id), { resumable: false });
        }
      },
      notifications: async () => (await bucket.getNotifications())[0].map((one) => one.metadata),
    };
  }
  type Place = Awaited<ReturnType<typeof place>>;

  /** The stream's id, by what the bucket tells. */
  async function idOf(at: Place): Promise<string> {
    const [first] = (await at.notifications()) as { readonly topic: string }[];
    return first?.topic.split("/databricks-auto-ingest-")[1] ?? "";
  }

  /** What the bucket publishes comes by itself, soon. */
  async function until(done: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; !(await done()) && tries < 100; tries++) await setTimeout(100);
  }

  test.concurrent("a bucket tells its stream, at once and at each start", async () => {
    const at = await place();
    await at.put(0);
    await using stream = await told(at.source);
    await stream.run();
    expect(await stream.ids()).toEqual([0]);
    const id = await idOf(at);
    const topic = `projects/${project}/topics/databricks-auto-ingest-${id}`;
    expect(await at.notifications()).toMatchObject([
      {
        topic: `//pubsub.googleapis.com/${topic}`,
        event_types: ["OBJECT_FINALIZE"],
        object_name_prefix: "in/",
        payload_format: "JSON_API_V1",
      },
    ]);
    const [policy] = await client.topic(`databricks-auto-ingest-${id}`).iam.getPolicy();
    expect(policy.bindings).toEqual([
      expect.objectContaining({
        ...{ role: "roles/pubsub.publisher", members: [`serviceAccount:${agent}`] },
      }),
    ]);
    const [made] = await client.subscription(`databricks-auto-ingest-${id}`).getMetadata();
    expect(made).toMatchObject({
      ...{ topic, ackDeadlineSeconds: 600 },
      messageRetentionDuration: { seconds: "604800" },
      labels: { vendor: "databricks", costcenter: "r_d", streamid: id },
    });
    await at.put(...span(1, 20));
    await until(async () => {
      await stream.run();
      return (await stream.ids()).length > 20;
    });
    expect(await stream.ids()).toEqual(span(0, 20));
    expect(await at.notifications()).toHaveLength(1);
  });

  test.concurrent("what was removed is made again, and what came meanwhile is listed", async () => {
    const at = await place();
    await at.put(0);
    await using stream = await told(at.source);
    await stream.run();
    await client.subscription(`databricks-auto-ingest-${await idOf(at)}`).delete();
    await at.put(1);
    await stream.run();
    expect(await stream.ids()).toEqual([0, 1]);
    await at.put(2);
    await until(async () => {
      await stream.run();
      return (await stream.ids()).length > 2;
    });
    expect(await stream.ids()).toEqual([0, 1, 2]);
  });

  test.concurrent("streams that start at once each have their own, and lose nobody's", async () => {
    const at = await place();
    await at.put(0);
    await using one = await told(at.source);
    await using other = await told(at.source);
    await Promise.all([one.run(), other.run()]);
    expect(await at.notifications()).toHaveLength(2);
    await at.put(1);
    for (const stream of [one, other]) {
      await until(async () => {
        await stream.run();
        return (await stream.ids()).length > 1;
      });
      expect(await stream.ids()).toEqual([0, 1]);
    }
  });

  // Alone: what is refused, is to all.
  test("who may not set up hears how to, and who may no more reads what is there", async () => {
    const at = await place();
    await at.put(0);
    await using stream = await told(at.source);
    const body = JSON.stringify({ error: { code: 403, message: "no storage.buckets.update" } });
    const refused: Faulty["plan"] = (asked) =>
      asked.method === "POST" && asked.url.includes("/notificationConfigs")
        ? { kind: "refuse", status: 403, body }
        : known(asked);
    try {
      proxy.plan = (asked) =>
        asked.url.includes("/serviceAccount")
          ? { kind: "refuse", status: 403, body }
          : refused(asked);
      // Twice: what was begun is no set-up that a later start may lean on.
      for (let time = 0; time < 2; time++) {
        const failure = await stream.run().catch((thrown: { cause: unknown }) => thrown.cause);
        expect(failure).toMatchObject({
          code: "CF_EVENT_NOTIFICATION_SETUP_FAILED",
          parameters: { reason: expect.stringContaining("no storage.buckets.update") },
          message: expect.stringContaining(`gcloud storage buckets notifications create`),
        });
      }
      proxy.plan = known;
      await stream.run();
      proxy.plan = (asked) =>
        asked.url.includes("/notificationConfigs")
          ? { kind: "refuse", status: 403, body }
          : known(asked);
      await at.put(1);
      await until(async () => {
        await stream.run();
        return (await stream.ids()).length > 1;
      });
      expect(await stream.ids()).toEqual([0, 1]);
    } finally {
      proxy.plan = known;
    }
  });
});
