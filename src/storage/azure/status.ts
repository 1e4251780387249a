import type { FileStatus } from "../store.ts";
import type { BlobHeaders, BlobItem } from "./client.ts";

/** Listings give an ETag bare, where answers for one blob have it in quotes. */
export function quotedEtag(etag: string): string {
  return etag.startsWith('"') || etag.startsWith("W/") ? etag : `"${etag}"`;
}

/** Folders as blobs: marked by Hadoop and hierarchical namespaces, or named with a slash. */
export function isFolder(blob: Pick<BlobItem, "metadata"> & { readonly name?: string }): boolean {
  const marked = Object.entries(blob.metadata ?? {}).some(
    ([key, value]) => key.toLowerCase() === "hdi_isfolder" && value === "true",
  );
  return marked || blob.name?.endsWith("/") === true;
}

/** What the headers of an answer say of a file of `size` bytes. */
export function statusFrom(path: string, size: number, headers: BlobHeaders): FileStatus {
  const { lastModified, etag } = headers;
  return {
    ...{ path, size, modificationTime: lastModified?.getTime() ?? 0 },
    ...(etag !== undefined && { etag: quotedEtag(etag) }),
  };
}
