import { rm } from "node:fs/promises";
import { env } from "../../env.ts";
import { error, isError } from "../../error/error.ts";
import type { Cache } from "../cache/cache.ts";
import { type Cloud, type Fetched, type Range, remoteStore } from "../remote.ts";
import { putOnce, retrying } from "../retry.ts";
import type { FileStatus, ListOptions, Store } from "../store.ts";
import { formatUri, type Uri } from "../uri.ts";
import { connect, type GcsBucket, type GcsFile } from "./client.ts";
import { type Download, download } from "./download.ts";
import { bare, failed, isBucketMissing, type Purpose, policy, statusOf } from "./failure.ts";
import { listObjects, statusOfObject } from "./list.ts";
import { gcsOptions } from "./option.ts";
import { tokenOf, upload, uploadFile } from "./upload.ts";

interface Context {
  readonly cache: Cache;
  readonly options: Readonly<Record<string, string>>;
}

/** The `gs` store of one bucket, by the Google Cloud Storage SDK; no call is made to open it. */
export async function openGcs({ authority }: Uri, { cache, options }: Context): Promise<Store> {
  const settled = gcsOptions(options, authority, process.env);
  const { userProject } = settled;
  const storage = await connect(settled, `gs://${authority}`);
  const bucket = storage.bucket(authority, userProject === undefined ? {} : { userProject });
  const uri = (path: string): string => formatUri({ scheme: "gs", authority, path });
  const stallMs = settled.readTimeoutMs || Number.MAX_SAFE_INTEGER;
  return gcsStore({ bucket, uri, stallMs }, cache);
}

function gcsStore(opened: Opened, cache: Cache): Store {
  const { uri } = opened;
  const cloud: Cloud = {
    ...{ scheme: "gs", seeks: true, uri },
    read: async (path) =>
      (await reading(opened, path, (file) => download(what(opened, path, file)))).bytes,
    part: (path, range) => part(opened, path, range),
    stat: (path) => stat(opened, path),
    list: (folder, listing) => list(opened, folder, listing),
    put: (path, bytes) =>
      writing(opened, path, async (file) => {
        const token = env.uuid();
        await retrying(policy, () => upload(file, bytes, { token, onlyIfAbsent: false }));
      }),
    putIfAbsent: (path, bytes) => writing(opened, path, (file) => putIfAbsent(file, bytes)),
    publish: (local, path) =>
      writing(opened, path, async (file) => {
        const object = await uploadFile(file, local);
        await rm(local);
        return { ...statusOfObject(object), path };
      }),
    delete: (path) =>
      writing(opened, path, async (file) => {
        await retrying(policy, () => file.delete({ ignoreNotFound: true }));
      }),
  };
  return remoteStore(cloud, cache);
}

interface Opened {
  readonly bucket: GcsBucket;
  readonly uri: (path: string) => string;
  readonly stallMs: number;
}

function what({ uri, stallMs }: Opened, path: string, file: GcsFile): Download {
  return { file, uri: uri(path), stallMs };
}

function purpose({ bucket, uri }: Opened, path: string, doing: Purpose["doing"]): Purpose {
  return { doing, uri: uri(path), bucket: bucket.name };
}

/** A call that reads one object; an object that is absent is PATH_NOT_FOUND. */
async function reading<T>(
  opened: Opened,
  path: string,
  work: (file: GcsFile) => Promise<T>,
  etag?: string,
): Promise<T> {
  const absent = { path: opened.uri(path) };
  if (path.length < 2) throw error("PATH_NOT_FOUND", absent);
  const generation = etag === undefined ? {} : { generation: etag };
  const file = opened.bucket.file(path.slice(1), generation);
  try {
    return await retrying(policy, () => work(file));
  } catch (thrown) {
    if (statusOf(thrown) !== 404 || isBucketMissing(thrown)) {
      throw failed(thrown, purpose(opened, path, "read"));
    }
    throw error("PATH_NOT_FOUND", absent, bare(thrown));
  }
}

/** A call that writes one object, with its own retries. */
async function writing<T>(
  opened: Opened,
  path: string,
  work: (file: GcsFile) => Promise<T>,
): Promise<T> {
  try {
    return await work(opened.bucket.file(path.slice(1)));
  } catch (thrown) {
    throw failed(thrown, purpose(opened, path, "write"));
  }
}

async function putIfAbsent(file: GcsFile, bytes: Uint8Array): Promise<boolean> {
  return await putOnce(policy, {
    token: () => tokenOf(file),
    put: async (token) => {
      try {
        await upload(file, bytes, { token, onlyIfAbsent: true });
        return true;
      } catch (thrown) {
        if (statusOf(thrown) === 412) return false;
        throw thrown;
      }
    },
  });
}

async function stat(opened: Opened, path: string): Promise<FileStatus | undefined> {
  try {
    return await reading(opened, path, async (file) => {
      const [object] = await file.getMetadata();
      return { ...statusOfObject(object), path };
    });
  } catch (thrown) {
    if (isError(thrown, "PATH_NOT_FOUND")) return undefined;
    throw thrown;
  }
}

async function part(opened: Opened, path: string, range: Range): Promise<Fetched | undefined> {
  const { start, length, etag } = range;
  const ends = { start, end: start + length - 1 };
  try {
    const { bytes, generation, size } = await reading(
      opened,
      path,
      (file) => download({ ...what(opened, path, file), range: ends }),
      etag,
    );
    const content = generation ?? etag;
    return content === undefined || size === undefined ? undefined : { bytes, etag: content, size };
  } catch (thrown) {
    const other = isError(thrown, "PATH_NOT_FOUND") && etag !== undefined;
    const pastEnd = isError(thrown) && statusOf(thrown.cause) === 416;
    if (other || pastEnd) return undefined;
    throw thrown;
  }
}

async function* list(
  opened: Opened,
  folder: string,
  options: ListOptions,
): AsyncGenerator<FileStatus> {
  try {
    yield* listObjects(opened.bucket, folder, options);
  } catch (thrown) {
    throw failed(thrown, purpose(opened, folder, "list"));
  }
}
