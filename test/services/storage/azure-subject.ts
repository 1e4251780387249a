import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoreSubject } from "../../../src/conformance/store.ts";
import { env } from "../../../src/env.ts";
import { openCache } from "../../../src/storage/cache/cache.ts";
import { importPeer } from "../../../src/storage/peer.ts";
import { openStores, type Stores } from "../../../src/storage/registry.ts";
import { openStaging } from "../../../src/storage/staging.ts";
import { type Azurite, account } from "../server/azurite.ts";

/** What is used of the SDK to make containers, which the product does not. */
interface Service {
  readonly BlobServiceClient: {
    fromConnectionString(text: string): {
      getContainerClient(name: string): { createIfNotExists(): Promise<unknown> };
      generateAccountSasUrl(expires: Date, permissions: object, resourceTypes: string): string;
    };
  };
  readonly AccountSASPermissions: { parse(text: string): object };
}

/** The authority of a container that is there, of the emulator's account. */
export async function containerOf(server: Azurite, name: string): Promise<string> {
  const { BlobServiceClient } = await importPeer<Service>("@azure/storage-blob", "this test");
  const service = BlobServiceClient.fromConnectionString(server.connectionString);
  await service.getContainerClient(name).createIfNotExists();
  return `${name}@${account.name}.dfs.core.windows.net`;
}

/** A token for the account, for an hour. */
export async function sasOf(server: Azurite): Promise<string> {
  const sdk = await importPeer<Service>("@azure/storage-blob", "this test");
  const service = sdk.BlobServiceClient.fromConnectionString(server.connectionString);
  const permissions = sdk.AccountSASPermissions.parse("rwdlac");
  const url = service.generateAccountSasUrl(new Date(env.now() + 3_600_000), permissions, "sco");
  return new URL(url).search.slice(1);
}

/** The options of a session that reads and writes the emulator. */
export function azureOptions(server: Pick<Azurite, "endpoint">): Record<string, string> {
  return {
    [`fs.azure.account.key.${account.name}.dfs.core.windows.net`]: account.key,
    "fs.azure.abfs.endpoint": server.endpoint,
  };
}

/** Stores opened as a session opens them, and the folder for local files. */
export interface Opened extends AsyncDisposable {
  readonly stores: Stores;
  readonly folder: string;
}

export async function openAzure(options: Readonly<Record<string, string>>): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), "azure-"));
  const staging = await openStaging(folder);
  return {
    stores: openStores({
      staging,
      cache: openCache({ folder: join(folder, "cache") }),
      workingDirectory: folder,
      options,
    }),
    folder,
    [Symbol.asyncDispose]: async () => {
      await staging[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A folder of a container that nothing has used. */
export async function azureSubject(
  server: Azurite,
  options = azureOptions(server),
): Promise<StoreSubject> {
  const authority = await containerOf(server, "conformance");
  const opened = await openAzure(options);
  const { store, path } = await opened.stores.locate(`abfss://${authority}/${env.uuid()}`);
  let staged = 0;
  return {
    store,
    root: path,
    stage: async (bytes) => {
      const local = join(opened.folder, `staged-${staged++}`);
      await writeFile(local, bytes);
      return local;
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}
