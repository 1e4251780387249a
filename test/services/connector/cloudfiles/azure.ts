import { env } from "../../../../src/env.ts";
import { importPeer } from "../../../../src/storage/peer.ts";
import { type Azurite, account } from "../../server/azurite.ts";
import { containerOf } from "../../storage/azure-subject.ts";
import { line } from "./told.ts";

interface Blobs {
  getContainerClient(name: string): {
    getBlockBlobClient(name: string): { upload(body: string, length: number): Promise<unknown> };
  };
}

/** What the tests use of a queue beside what the product does. */
export interface TestQueue {
  create(): Promise<unknown>;
  exists(): Promise<boolean>;
  delete(): Promise<unknown>;
  sendMessage(text: string): Promise<unknown>;
  getProperties(): Promise<{ readonly approximateMessagesCount?: number }>;
}

/** Folders and queues of an emulator, for the tests' own doings. */
export interface TestAzure {
  queueOf(name: string): TestQueue;
  /** A container that nothing has used. */
  place(): Promise<{
    readonly name: string;
    readonly path: string;
    put(...ids: readonly number[]): Promise<void>;
  }>;
}

export async function azureAt(azure: Azurite): Promise<TestAzure> {
  const { connectionString } = azure;
  const blob = await importPeer<{
    readonly BlobServiceClient: { fromConnectionString(text: string): Blobs };
  }>("@azure/storage-blob", "tests");
  const blobs = blob.BlobServiceClient.fromConnectionString(connectionString);
  const { QueueClient } = await importPeer<{
    readonly QueueClient: new (text: string, name: string) => TestQueue;
  }>("@azure/storage-queue", "tests");
  return {
    queueOf: (name) => new QueueClient(connectionString, name),
    place: async () => {
      const name = `told-${env.uuid()}`;
      const authority = await containerOf(azure, name);
      const container = blobs.getContainerClient(name);
      return {
        name,
        path: `abfss://${authority}/in`,
        put: async (...ids) => {
          for (const id of ids) {
            const body = line(id);
            await container.getBlockBlobClient(blobName(id)).upload(body, body.length);
          }
        },
      };
    },
  };
}

/** The name of the blob of an id. */
export const blobName = (id: number): string => `in/a b+${id}.json`;

/** Event Grid's event of a blob. */
export const blobEvent = (
  container: string,
  name: string,
  api = "PutBlob",
  type = "BlobCreated",
): object => ({
  topic: `/subscriptions/1/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/${account.name}`,
  subject: `/blobServices/default/containers/${container}/blobs/${name}`,
  eventType: `Microsoft.Storage.${type}`,
  eventTime: new Date().toISOString(),
  data: { api, contentLength: 9 },
});

/** As Event Grid puts it into a queue. */
export const base64 = (value: object): string =>
  Buffer.from(JSON.stringify(value)).toString("base64");
