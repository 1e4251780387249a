import { rm } from "node:fs/promises";
import { env } from "../../env.ts";
import { error, isError } from "../../error/error.ts";
import type { Cache } from "../cache/cache.ts";
import type { Fetched, RemoteFiles } from "../remote.ts";
import { putOnce, retrying } from "../retry.ts";
import type { FileStatus, ListOptions, Store } from "../store.ts";
import { formatUri, type Uri } from "../uri.ts";
import { connect, type GcsBucket, type GcsFile } from "./client.ts";
import { type Download, type Downloaded, download } from "./download.ts";
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
  const remote: RemoteFiles = {
    uri,
    stat: (path) => stat(opened, path),
    fetch: (path, start, length, etag) => fetch(opened, path, { start, length, etag }),
  };
  return {
    scheme: "gs",
    uri,
    read: async (path) =>
      (await reading(opened, path, (file) => download(what(opened, path, file)))).bytes,
    readRange: async (path, start, length, etag) =>
      (await fetch(opened, path, { start, length, etag })).bytes,
    stat: remote.stat,
    list: (folder, listing = {}) => list(opened, folder, listing),
    names: (folder, listing = {}) => list(opened, folder, listing),
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
    open: (path, options) => cache.open(remote, path, options),
  };
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

interface Range {
  readonly start: number;
  readonly length: number;
  readonly etag: string | undefined;
}

async function fetch(opened: Opened, path: string, range: Range): Promise<Fetched> {
  const { start, length, etag } = range;
  const found = length === 0 ? undefined : await part(opened, path, range);
  const content = found?.generation ?? etag;
  if (found?.size !== undefined && content !== undefined && found.bytes.byteLength === length) {
    return { bytes: found.bytes, etag: content, size: found.size };
  }
  const uri = opened.uri(path);
  const now = await stat(opened, path);
  if (!now) throw error("PATH_NOT_FOUND", { path: uri });
  const end = start + length;
  const same = etag === undefined || now.etag === etag;
  if (same && end > now.size) {
    throw error("STORAGE_RANGE_PAST_END", { path: uri, start, end, size: now.size });
  }
  if (same && length === 0)
    return { bytes: new Uint8Array(), etag: now.etag ?? "", size: now.size };
  throw error("STORAGE_FILE_CHANGED", { path: uri, expected: etag ?? "another" });
}

/** What there is of a range; undefined where it, or the content asked for, is not there. */
async function part(opened: Opened, path: string, range: Range): Promise<Downloaded | undefined> {
  const { start, length, etag } = range;
  const ends = { start, end: start + length - 1 };
  try {
    return await reading(
      opened,
      path,
      (file) => download({ ...what(opened, path, file), range: ends }),
      etag,
    );
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
