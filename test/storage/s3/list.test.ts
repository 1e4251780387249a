import { expect, test } from "vitest";
import type { Bucket } from "../../../src/storage/s3/bucket.ts";
import type { S3Client } from "../../../src/storage/s3/client.ts";
import { transientOf } from "../../../src/storage/s3/failure.ts";
import { listObjects } from "../../../src/storage/s3/list.ts";
import { s3Options } from "../../../src/storage/s3/option.ts";

type Page = Awaited<ReturnType<S3Client["listObjectsV2"]>>;

/** What is listed of a server that gives these pages, one a request. */
async function listed(...pages: readonly Page[]): Promise<string[]> {
  let next = 0;
  const client = { listObjectsV2: async () => pages[next++]! } as Partial<S3Client> as S3Client;
  const bucket: Bucket = {
    ...{ client, options: s3Options("b", {}), common: { Bucket: "b" } },
    policy: { attempts: 1, transient: transientOf },
    uri: (path) => `s3://b${path}`,
  };
  const paths: string[] = [];
  for await (const { path } of listObjects(bucket, "/log", {})) paths.push(path);
  return paths;
}

const page = (...keys: readonly string[]): Page => ({ Contents: keys.map((Key) => ({ Key })) });

test("pages follow one another, and what stands for a folder is no file", async () => {
  const first = { ...page("log/", "log/1"), IsTruncated: true, NextContinuationToken: "t" };
  expect(await listed(first, page("log/2", "log/x/"))).toEqual(["/log/1", "/log/2"]);
});

test("a listing that would hide commits is an error: in another order, or without its end", async () => {
  await expect(listed(page("log/2", "log/10"))).rejects.toThrow(/lists \/log\/10 after \/log\/2/);
  await expect(listed({ ...page("log/1"), IsTruncated: true })).rejects.toThrow(
    /STORAGE_READ_FAILED.*no token to ask for the rest/,
  );
});
