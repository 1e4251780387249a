import { createHash } from "node:crypto";
import { error } from "../../src/error/error.ts";
import type { Cache } from "../../src/storage/cache/cache.ts";
import type { Fetched, RemoteFiles } from "../../src/storage/remote.ts";
import type { Store } from "../../src/storage/store.ts";

/** What was asked of a remote store. */
export interface Traffic {
  requests: number;
  /** Bytes of files that came over. */
  bytes: number;
}

/** A store whose files are far away: what is in `store`, with ETags, opened through a cache. */
export function remoteStore(store: Store, cache: Cache, traffic: Traffic): Store {
  const etagOf = async (path: string): Promise<string> => {
    const status = await store.stat(path);
    if (status === undefined) throw error("PATH_NOT_FOUND", { path: store.uri(path) });
    // A small file may be written twice within the time that a store tells.
    const bytes = status.size > 4096 ? "" : await store.read(path);
    const text = `${status.size} ${status.modificationTime}`;
    return `"${createHash("md5").update(text).update(bytes).digest("hex")}"`;
  };
  const stat: Store["stat"] = async (path) => {
    traffic.requests += 1;
    const status = await store.stat(path);
    return status && { ...status, etag: await etagOf(path) };
  };
  const fetch = async (
    path: string,
    start: number,
    length: number,
    etag?: string,
  ): Promise<Fetched> => {
    traffic.requests += 1;
    const now = await etagOf(path);
    if (etag !== undefined && etag !== now) {
      throw error("STORAGE_FILE_CHANGED", { path: store.uri(path), expected: etag });
    }
    const size = (await store.stat(path))?.size ?? 0;
    const bytes = await store.readRange(path, start, length);
    traffic.bytes += bytes.byteLength;
    return { bytes, etag: now, size };
  };
  const remote: RemoteFiles = { uri: store.uri, stat, fetch };
  return {
    ...store,
    stat,
    readRange: async (path, start, length, etag) => (await fetch(path, start, length, etag)).bytes,
    open: (path, options) => cache.open(remote, path, options),
  };
}
