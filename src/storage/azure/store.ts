import { rm } from "node:fs/promises";
import { env } from "../../env.ts";
import { error, isError } from "../../error/error.ts";
import type { Cache } from "../cache/cache.ts";
import type { OpenStore } from "../registry.ts";
import { type Cloud, remoteStore } from "../remote.ts";
import { putOnce, type RetryPolicy, retrying } from "../retry.ts";
import type { FileStatus, ListOptions, Store, StoredFile } from "../store.ts";
import { formatUri } from "../uri.ts";
import type { BlobClient, ContainerClient } from "./client.ts";
import { connect } from "./connect.ts";
import { watched } from "./deadline.ts";
import { download } from "./download.ts";
import { failure, isConditionFailure, isStatus, type Subject, transient } from "./failure.ts";
import { listBlobs, type Shown } from "./list.ts";
import { type Setting, settingOf } from "./setting.ts";
import { isFolder, statusFrom } from "./status.ts";
import { putBlob, uploadFile } from "./upload.ts";

/** Opens the store of a container of Azure Storage, by the Blob service. */
export const openAzureStore: OpenStore = async (uri, { options, cache }) => {
  const setting = settingOf(uri, options, process.env);
  return azureStore(setting, await connect(setting), cache);
};

/** What the calls of one store share. */
interface Context {
  readonly setting: Setting;
  readonly container: ContainerClient;
  readonly policy: RetryPolicy;
  uri(path: string): string;
  readonly shown: Shown;
}

/** The store over a client of the SDK. */
export function azureStore(setting: Setting, container: ContainerClient, cache: Cache): Store {
  const { scheme, authority } = setting.place;
  const uri = (path: string): string => formatUri({ scheme, authority, path });
  const policy = { attempts: setting.attempts, transient };
  const shown: Shown = { seeks: false, isFlat: false };
  const azure: Context = { setting, container, policy, uri, shown };
  const cloud: Cloud = {
    ...{ scheme, uri },
    get seeks() {
      return shown.seeks;
    },
    read: async (path) => (await readFile(azure, path)).bytes,
    readFile: (path) => readFile(azure, path),
    part: (path, range) =>
      reading(azure, path, (blob) => download(blob, { ...range, path: uri(path) })),
    stat: (path) => stat(azure, path),
    list: (folder, options) => list(azure, folder, options),
    put: async (path, bytes) => {
      await writing(azure, path, (blob) => putBlob(blob, bytes));
    },
    putIfAbsent: (path, bytes) => putIfAbsent(azure, path, bytes),
    publish: (local, path) => publish(azure, local, path),
    delete: (path) => remove(azure, path),
  };
  return remoteStore(cloud, cache);
}

function subject({ setting, uri }: Context, path: string, verb: Subject["verb"]): Subject {
  const { place, remedy } = setting;
  return { path: uri(path), container: place.container, remedy, verb };
}

function blobAt({ container, uri }: Context, path: string): BlobClient {
  const name = path.slice(1);
  if (name === "") throw error("PATH_NOT_FOUND", { path: uri(path) }); // The container is no blob.
  return container.getBlockBlobClient(name);
}

/** Makes a call until it succeeds or stays failed, which is then our error. */
async function calling<T>(
  azure: Context,
  path: string,
  verb: Subject["verb"],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await retrying(azure.policy, work);
  } catch (thrown) {
    throw failure(thrown, subject(azure, path, verb));
  }
}

function reading<T>(azure: Context, path: string, work: (blob: BlobClient) => Promise<T>) {
  return calling(azure, path, "read", async () => await work(blobAt(azure, path)));
}

function writing<T>(azure: Context, path: string, work: (blob: BlobClient) => Promise<T>) {
  return calling(azure, path, "write", async () => await work(blobAt(azure, path)));
}

async function readFile(azure: Context, path: string): Promise<StoredFile> {
  const whole = { path: azure.uri(path), start: 0 };
  const { bytes, size, headers } = await reading(azure, path, (blob) => download(blob, whole));
  return { bytes, status: statusFrom(path, size, headers) };
}

async function stat(azure: Context, path: string): Promise<FileStatus | undefined> {
  try {
    return await reading(azure, path, async (blob) => {
      const headers = await watched(({ signal }) => blob.getProperties({ abortSignal: signal }));
      if (isFolder(headers)) return undefined;
      return statusFrom(path, headers.contentLength ?? 0, headers);
    });
  } catch (thrown) {
    if (isError(thrown, "PATH_NOT_FOUND")) return undefined;
    throw thrown;
  }
}

async function* list(azure: Context, folder: string, options: ListOptions) {
  const call = <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    calling(azure, folder, "read", () => watched(({ signal }) => work(signal)));
  try {
    const { container, shown } = azure;
    yield* listBlobs({ container, call, shown }, folder, options);
  } catch (thrown) {
    // A hierarchical namespace fails for what would lie below a file.
    if (!isError(thrown, "PATH_NOT_FOUND")) throw thrown;
  }
}

/** Where a put leaves its token, to tell its own blob from another's. */
const tokenName = "millrace_put";

async function putIfAbsent(azure: Context, path: string, bytes: Uint8Array): Promise<boolean> {
  const blob = blobAt(azure, path);
  const call = {
    put: async (token: string): Promise<boolean> => {
      try {
        await putBlob(blob, bytes, { onlyIfAbsent: true, metadata: { [tokenName]: token } });
        return true;
      } catch (thrown) {
        if (isConditionFailure(thrown)) return false;
        throw thrown;
      }
    },
    token: async (): Promise<string | undefined> => {
      try {
        const found = await watched(({ signal }) => blob.getProperties({ abortSignal: signal }));
        return found.metadata?.[tokenName];
      } catch (thrown) {
        if (isStatus(thrown, 404)) return undefined;
        throw thrown;
      }
    },
  };
  try {
    return await putOnce(azure.policy, call);
  } catch (thrown) {
    throw failure(thrown, subject(azure, path, "write"));
  }
}

async function publish(azure: Context, local: string, path: string): Promise<FileStatus> {
  try {
    const repeat = <T>(work: () => Promise<T>): Promise<T> => retrying(azure.policy, work);
    const written = await uploadFile(blobAt(azure, path), local, repeat);
    await rm(local);
    return { ...statusFrom(path, written.size, written), modificationTime: env.now() };
  } catch (thrown) {
    throw failure(thrown, subject(azure, path, "write"));
  }
}

async function remove(azure: Context, path: string): Promise<void> {
  try {
    await writing(azure, path, (blob) =>
      watched(({ signal }) => blob.delete({ abortSignal: signal })),
    );
  } catch (thrown) {
    if (!isError(thrown, "PATH_NOT_FOUND")) throw thrown;
  }
}
