import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { StoreSubject } from "../../../src/conformance/store.ts";
import { env } from "../../../src/env.ts";
import { openCache } from "../../../src/storage/cache/cache.ts";
import { importPeer } from "../../../src/storage/peer.ts";
import { openS3Store } from "../../../src/storage/s3/store.ts";
import { openStaging } from "../../../src/storage/staging.ts";

/** How a session says where the server is, and that any credentials do. */
export function s3Conf(endpoint: string): Record<string, string> {
  return {
    "fs.s3a.endpoint": endpoint,
    "fs.s3a.path.style.access": "true",
    "fs.s3a.access.key": "any",
    "fs.s3a.secret.key": "any",
  };
}

/** What the tests use of the SDK beside what the product does. */
export interface Admin {
  createBucket(input: { Bucket: string }): Promise<unknown>;
  headBucket(input: { Bucket: string }): Promise<unknown>;
  listMultipartUploads(input: { Bucket: string; Prefix?: string }): Promise<{
    readonly Uploads?: readonly { readonly Key?: string }[];
  }>;
  getObject(input: { Bucket: string; Key: string }): Promise<{
    readonly Body: { transformToByteArray(): Promise<Uint8Array> };
  }>;
  putObject(input: { Bucket: string; Key: string; Body: string | Uint8Array }): Promise<unknown>;
}

/** A client of the server for the tests' own doings. */
export async function adminOf(endpoint: string): Promise<Admin> {
  interface Sdk {
    readonly S3: new (options: object) => Admin;
  }
  const { S3 } = await importPeer<Sdk>("@aws-sdk/client-s3", "tests");
  return new S3({
    ...{ endpoint, region: "us-east-1", forcePathStyle: true },
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
    requestChecksumCalculation: "WHEN_REQUIRED",
  });
}

/** The bucket of the tests, made when it is not there. */
export async function bucketOf(endpoint: string): Promise<string> {
  const admin = await adminOf(endpoint);
  const Bucket = "store";
  await admin.headBucket({ Bucket }).catch(() => admin.createBucket({ Bucket }));
  return Bucket;
}

/** A store over the server, and a folder of its own in the bucket. */
export async function s3Subject(
  endpoint: string,
  conf: Readonly<Record<string, string>> = {},
  bucket?: string,
): Promise<StoreSubject> {
  const staging = await openStaging();
  const authority = bucket ?? (await bucketOf(endpoint));
  const options = { ...s3Conf(endpoint), ...conf };
  const cache = openCache({ folder: join(staging.path, "cache") });
  const context = { staging, cache, workingDirectory: "/", options };
  return {
    store: await openS3Store({ scheme: "s3", authority, path: "" }, context),
    root: `/${env.uuid()}`,
    stage: async (bytes) => {
      const path = staging.file(".staged");
      await writeFile(path, bytes);
      return path;
    },
    [Symbol.asyncDispose]: async () => {
      await cache[Symbol.asyncDispose]();
      await staging[Symbol.asyncDispose]();
    },
  };
}
