import { beforeAll, describe, expect, inject, test } from "vitest";
import { env } from "../../../../src/env.ts";
import { importPeer } from "../../../../src/storage/peer.ts";
import { account } from "../../server/azurite.ts";
import { azureOptions, containerOf } from "../../storage/azure-subject.ts";
import { line, span, told } from "./told.ts";

const azure = inject("azure");

interface Blobs {
  getContainerClient(name: string): {
    getBlockBlobClient(name: string): { upload(body: string, length: number): Promise<unknown> };
  };
}

interface Queue {
  create(): Promise<unknown>;
  exists(): Promise<boolean>;
  sendMessage(text: string): Promise<unknown>;
  getProperties(): Promise<{ readonly approximateMessagesCount?: number }>;
}

describe.skipIf("missing" in azure)("told by a Storage Queue", () => {
  if ("missing" in azure) return;
  const { connectionString } = azure;
  let blobs: Blobs;
  let queueOf: (name: string) => Queue;

  beforeAll(async () => {
    const blob = await importPeer<{
      readonly BlobServiceClient: { fromConnectionString(text: string): Blobs };
    }>("@azure/storage-blob", "tests");
    blobs = blob.BlobServiceClient.fromConnectionString(connectionString);
    const { QueueClient } = await importPeer<{
      readonly QueueClient: new (text: string, name: string) => Queue;
    }>("@azure/storage-queue", "tests");
    queueOf = (name) => new QueueClient(connectionString, name);
  });

  async function place() {
    const name = `told-${env.uuid()}`;
    const authority = await containerOf(azure as Exclude<typeof azure, { missing: string }>, name);
    const container = blobs.getContainerClient(name);
    return {
      name,
      path: `abfss://${authority}/in`,
      put: async (...ids: readonly number[]) => {
        for (const id of ids) {
          const body = line(id);
          await container.getBlockBlobClient(`in/a b+${id}.json`).upload(body, body.length);
        }
      },
    };
  }

  const event = (container: string, name: string, api = "PutBlob", type = "BlobCreated") => ({
    topic: `/subscriptions/1/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/${account.name}`,
    subject: `/blobServices/default/containers/${container}/blobs/${name}`,
    eventType: `Microsoft.Storage.${type}`,
    eventTime: new Date().toISOString(),
    data: { api, contentLength: 9 },
  });
  const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64");
  const key = (id: number): string => `in/a b+${id}.json`;
  const conf = azureOptions(azure);

  test("in any order, twice, encoded or not; each file is read once", async () => {
    const at = await place();
    const queue = queueOf(at.name);
    await queue.create();
    await at.put(0);
    await using stream = await told({
      ...{ path: at.path, conf },
      options: {
        "cloudFiles.useNotifications": "true",
        "cloudFiles.queueName": at.name,
        "cloudFiles.connectionString": connectionString,
      },
    });
    await stream.run();
    await at.put(...span(1, 40));
    const own = (id: number): object => event(at.name, key(id));
    for (const id of span(1, 40).toReversed()) {
      await queue.sendMessage(id % 2 === 0 ? base64(own(id)) : JSON.stringify(own(id)));
    }
    for (const id of [3, 17, 40]) await queue.sendMessage(base64([own(id), own(1)]));
    await queue.sendMessage(base64(event(at.name, "elsewhere/1.json")));
    await queue.sendMessage(base64(event("other", key(1))));
    await queue.sendMessage(base64(event(at.name, "in/gone.json")));
    await queue.sendMessage(base64(event(at.name, key(2), "DeleteBlob", "BlobDeleted")));
    await stream.run({ "cloudFiles.maxFilesPerTrigger": "9" });
    expect(await stream.ids()).toEqual(span(0, 40));
    expect((await queue.getProperties()).approximateMessagesCount).toBe(0);
    await queue.sendMessage(base64(own(7)));
    await stream.run();
    expect(await stream.ids()).toEqual(span(0, 40));
  });

  test("a file of ADLS is read when it is closed, and not when it is made", async () => {
    const at = await place();
    const queue = queueOf(at.name);
    await queue.create();
    await at.put(0);
    await using stream = await told({
      ...{ path: at.path, conf },
      options: {
        "cloudFiles.useNotifications": "true",
        "cloudFiles.queueName": `${azure.queue}/${at.name}`,
        "cloudFiles.connectionString": connectionString,
      },
    });
    await stream.run();
    await at.put(1);
    await queue.sendMessage(base64(event(at.name, key(1), "CreateFile")));
    await stream.run();
    expect(await stream.ids()).toEqual([0]);
    await queue.sendMessage(base64(event(at.name, key(1), "FlushWithClose")));
    await stream.run();
    expect(await stream.ids()).toEqual([0, 1]);
  });

  test("without a queue's name one is made, and the rest is said", async () => {
    const at = await place();
    await at.put(0);
    await using stream = await told({
      ...{ path: at.path, conf },
      options: {
        "cloudFiles.useNotifications": "true",
        "cloudFiles.connectionString": connectionString,
        "cloudFiles.subscriptionId": "sub",
        "cloudFiles.resourceGroup": "group",
      },
    });
    const failure = await stream.run().catch((thrown: { cause: Error }) => thrown.cause);
    expect(failure).toMatchObject({
      code: "CF_EVENT_NOTIFICATION_SETUP_FAILED",
      message: expect.stringMatching(
        /az eventgrid event-subscription create .*\/subscriptions\/sub\/resourceGroups\/group\//,
      ),
    });
    const [, name = ""] =
      /cloudFiles\.queueName (databricks-[0-9a-f-]+)/.exec(String(failure)) ?? [];
    expect(await queueOf(name).exists()).toBe(true);
    await stream.run({ "cloudFiles.queueName": name });
    expect(await stream.ids()).toEqual([0]);
  });
});
