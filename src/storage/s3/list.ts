import { error } from "../../error/error.ts";
import { comparePaths } from "../order.ts";
import type { FileStatus, ListOptions } from "../store.ts";
import { type Bucket, keyOf, reading, statusOf } from "./bucket.ts";

/**
 * The objects of a folder, a page at a time as they are wanted, in S3's own order,
 * which is that of UTF-8's bytes. A server that lists in another would hide commits: an error.
 */
export async function* listObjects(
  bucket: Bucket,
  folder: string,
  { recursive = false, startAfter }: ListOptions,
): AsyncGenerator<FileStatus> {
  const prefix = keyOf(folder.endsWith("/") ? folder : `${folder}/`);
  const query = {
    ...bucket.common,
    Prefix: prefix,
    MaxKeys: bucket.options.pageSize,
    EncodingType: "url" as const, // XML cannot carry every character of a key
    ...(recursive ? {} : { Delimiter: "/" }),
    ...(startAfter === undefined ? {} : { StartAfter: keyOf(startAfter) }),
  };
  let token: string | undefined;
  let last = startAfter ?? "";
  do {
    const asked = token === undefined ? query : { ...query, ContinuationToken: token };
    const page = await reading(bucket, folder, () => bucket.client.listObjectsV2(asked));
    for (const { Key, Size, ...listed } of page.Contents ?? []) {
      const path = `/${page.EncodingType === "url" ? decodeKey(Key ?? "") : Key}`;
      if (isMarker(path, Size)) continue;
      const order = comparePaths(path, last);
      if (order === 0) continue;
      if (order < 0) throw disordered(bucket, folder, [last, path]);
      last = path;
      yield statusOf(path, { ...listed, ContentLength: Size });
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    if (page.IsTruncated === true && !token) throw brokenOff(bucket, folder);
  } while (token !== undefined);
}

function decodeKey(key: string): string {
  return decodeURIComponent(key.replaceAll("+", "%20"));
}

/** What stands for a folder: `a/` of consoles and Hadoop, `a_$folder$` of Hadoop's old s3n. */
function isMarker(path: string, size: number | undefined): boolean {
  return path.endsWith("/") || (path.endsWith("_$folder$") && size === 0);
}

/** The rest of a log would be hidden. */
function brokenOff(bucket: Bucket, folder: string): Error {
  const reason = "the server lists a part of it, and gives no token to ask for the rest";
  return error("STORAGE_READ_FAILED", { path: bucket.uri(folder), reason });
}

function disordered(bucket: Bucket, folder: string, [one, other]: [string, string]): Error {
  const reason = `the server lists ${other} after ${one}, and logs need S3's byte order`;
  return error("STORAGE_READ_FAILED", { path: bucket.uri(folder), reason });
}
