import { error } from "../error/error.ts";
import { inBatches } from "./batch.ts";
import type { Cache } from "./cache/cache.ts";
import type { FileStatus, ListOptions, Store } from "./store.ts";

/** Whether calls of a store go over a network, where each is waited for and may cost money. */
export function isRemote({ scheme }: Pick<Store, "scheme">): boolean {
  return scheme !== "file" && scheme !== "memory";
}

/** Bytes of a file, and which content of it they are of. */
export interface Fetched {
  readonly bytes: Uint8Array;
  readonly etag: string;
  /** Of the whole file, bytes. */
  readonly size: number;
}

/**
 * What the cache asks of a store over a network. One answer says which content of a file its bytes
 * are of, so that a file need not be asked for beforehand.
 */
export interface RemoteFiles extends Pick<Store, "uri" | "stat"> {
  /** As `Store.readRange`. */
  fetch(path: string, start: number, length: number, etag?: string): Promise<Fetched>;
}

/** Some bytes of a file, one at least. */
export interface Range {
  readonly start: number;
  readonly length: number;
  readonly etag: string | undefined;
}

type Own =
  | "scheme"
  | "seeks"
  | "uri"
  | "stat"
  | "put"
  | "putIfAbsent"
  | "publish"
  | "delete"
  | "readFile";

/** What a cloud's service does in its own way. */
export interface Cloud extends Pick<Store, Own> {
  read(path: string): Promise<Uint8Array>;
  /** Undefined: the file, as it is there, has no such range, or is not of this content. */
  part(path: string, range: Range): Promise<Fetched | undefined>;
  list(folder: string, options: ListOptions): AsyncIterable<FileStatus>;
}

/** The store of a cloud: what is the same in all of them is here. */
export function remoteStore(cloud: Cloud, cache: Cache): Store {
  const remote: RemoteFiles = {
    uri: cloud.uri,
    stat: cloud.stat,
    fetch: (path, start, length, etag) => fetch(cloud, path, { start, length, etag }),
  };
  const { part: _, list, ...own } = cloud;
  return {
    ...own,
    get seeks() {
      return cloud.seeks ?? false;
    },
    readRange: async (path, ...range) => (await remote.fetch(path, ...range)).bytes,
    list: (folder, options = {}) => list(folder, options),
    names: (folder, options = {}) => inBatches(list(folder, options)),
    open: (path, options) => cache.open(remote, path, options),
  };
}

async function fetch(cloud: Cloud, path: string, range: Range): Promise<Fetched> {
  const { start, length, etag } = range;
  // No service has ranges of no bytes.
  const found = length > 0 ? await cloud.part(path, range) : undefined;
  if (found?.bytes.byteLength === length) return found;
  const uri = cloud.uri(path);
  const now = await cloud.stat(path);
  if (now === undefined) throw error("PATH_NOT_FOUND", { path: uri });
  const isSame = etag === undefined || now.etag === etag;
  const end = start + length;
  if (isSame && end > now.size) {
    throw error("STORAGE_RANGE_PAST_END", { path: uri, start, end, size: now.size });
  }
  if (isSame && length === 0) {
    return { bytes: new Uint8Array(), etag: now.etag ?? "", size: now.size };
  }
  throw error("STORAGE_FILE_CHANGED", { path: uri, expected: etag ?? "another" });
}
