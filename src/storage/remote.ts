import type { FileStatus, Store } from "./store.ts";

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
export interface RemoteFiles extends Pick<Store, "uri"> {
  stat(path: string): Promise<FileStatus | undefined>;
  /** As `Store.readRange`. */
  fetch(path: string, start: number, length: number, etag?: string): Promise<Fetched>;
}
