import { type RetryPolicy, retrying } from "../retry.ts";
import type { FileStatus } from "../store.ts";
import type { Common, S3Client } from "./client.ts";
import { failureOf } from "./failure.ts";
import type { S3Options } from "./option.ts";

/** A bucket, as its store speaks to it. */
export interface Bucket {
  readonly client: S3Client;
  readonly options: S3Options;
  readonly common: Common;
  readonly policy: RetryPolicy;
  uri(path: string): string;
}

/** Keys have no slash at the front. */
export function keyOf(path: string): string {
  return path.slice(1);
}

/** A call that reads, made again while that may help; what it fails with is ours. */
export function reading<T>(bucket: Bucket, path: string, work: () => Promise<T>): Promise<T> {
  return calling(bucket, { path, writes: false }, () => retrying(bucket.policy, work));
}

/** The same of one that writes. */
export function writing<T>(
  bucket: Bucket,
  path: string,
  work: (attempt: number) => Promise<T>,
): Promise<T> {
  return calling(bucket, { path, writes: true }, () => retrying(bucket.policy, work));
}

/** The same of calls that see to being made again themselves. */
export async function calling<T>(
  bucket: Bucket,
  { path, writes }: { readonly path: string; readonly writes: boolean },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw failureOf(thrown, { path: bucket.uri(path), bucket: bucket.options.bucket, writes });
  }
}

/** S3 keeps times in whole seconds; some servers list finer ones than they tell of one object. */
export function statusOf(
  path: string,
  found: {
    ContentLength?: number | undefined;
    LastModified?: Date | undefined;
    ETag?: string | undefined;
  },
): FileStatus {
  const time = found.LastModified?.getTime() ?? 0;
  return {
    path,
    size: found.ContentLength ?? 0,
    modificationTime: time - (time % 1_000),
    ...(found.ETag === undefined ? {} : { etag: found.ETag }),
  };
}
