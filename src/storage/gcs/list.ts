import { error } from "../../error/error.ts";
import { comparePaths } from "../order.ts";
import { retrying } from "../retry.ts";
import type { FileStatus, ListOptions } from "../store.ts";
import type { GcsBucket, GcsObject, GcsQuery } from "./client.ts";
import { policy } from "./failure.ts";

const fields = "items(name,size,updated,generation),nextPageToken";

/**
 * The objects of a folder, page by page, in the service's order, which is that of the names' bytes:
 * a server that lists in another would hide commits, an error. Names that end in `/` are markers of
 * folders that some tools make.
 */
export async function* listObjects(
  bucket: GcsBucket,
  folder: string,
  { recursive = false, startAfter }: ListOptions,
): AsyncGenerator<FileStatus> {
  const prefix = folder.endsWith("/") ? folder.slice(1) : `${folder}/`.slice(1);
  const query: GcsQuery = {
    autoPaginate: false,
    maxResults: 1_000,
    prefix,
    fields,
    ...(recursive ? {} : { delimiter: "/" }),
    ...(startAfter === undefined ? {} : { startOffset: startAfter.slice(1) }),
  };
  let last = startAfter ?? "";
  let pageToken: string | undefined;
  do {
    const { items = [], nextPageToken } = await page(bucket, query, pageToken);
    for (const object of items) {
      const status = statusOfObject(object);
      const order = comparePaths(status.path, last);
      if (order === 0 || status.path.endsWith("/")) continue;
      if (order < 0) throw disordered(folder, [last, status.path]);
      last = status.path;
      yield status;
    }
    pageToken = nextPageToken;
  } while (pageToken);
}

function disordered(folder: string, [one, other]: readonly [string, string]): Error {
  const reason = `the server lists ${other} after ${one}, and logs need the order of bytes`;
  return error("STORAGE_READ_FAILED", { path: folder, reason });
}

interface Page {
  readonly items?: readonly GcsObject[];
  readonly nextPageToken?: string;
}

async function page(bucket: GcsBucket, query: GcsQuery, pageToken?: string): Promise<Page> {
  const asked = pageToken === undefined ? query : { ...query, pageToken };
  const [, , answer] = await retrying(policy, () => bucket.getFiles(asked));
  return answer as Page;
}

/** What the service says of an object, in the store's words: a generation is one content. */
export function statusOfObject({ name, size, updated, generation }: GcsObject): FileStatus {
  if (name === undefined || updated === undefined) throw new Error("an object without its name");
  return {
    path: `/${name}`,
    size: Number(size ?? 0),
    modificationTime: Date.parse(updated),
    etag: String(generation),
  };
}
