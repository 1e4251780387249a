import { rm } from "node:fs/promises";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { Cache } from "../cache/cache.ts";
import type { OpenStore } from "../registry.ts";
import { type Cloud, type Fetched, type Range, remoteStore } from "../remote.ts";
import { putOnce } from "../retry.ts";
import type { FileStatus, Store, StoredFile } from "../store.ts";
import { formatUri } from "../uri.ts";
import { type Bucket, calling, keyOf, reading, statusOf, writing } from "./bucket.ts";
import { openClient, type S3Client } from "./client.ts";
import {
  credentialRemedy,
  isAbsent,
  isPreconditionFailed,
  isRangePastEnd,
  transientOf,
} from "./failure.ts";
import { listObjects } from "./list.ts";
import { type S3Options, s3Options } from "./option.ts";
import { upload } from "./upload.ts";

/** The store of `s3://bucket`, `s3a://bucket` or `s3n://bucket`. */
export const openS3Store: OpenStore = async ({ scheme, authority }, context) => {
  const name = authority.replace(/^.*@/, ""); // what is before it may be a secret
  const path = `${scheme}://${name}`;
  if (name !== authority) {
    const reason = "they are in the path, where others read them";
    throw error("STORAGE_CREDENTIALS_INVALID", { path, reason, remedy: credentialRemedy });
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    throw error("STORAGE_CONTAINER_NOT_FOUND", { name, path });
  }
  const options = s3Options(authority, context.options);
  return s3Store({ scheme, authority }, options, context.cache, await openClient(options));
};

/** The store over a client that is there. */
export function s3Store(
  { scheme, authority }: { readonly scheme: string; readonly authority: string },
  options: S3Options,
  cache: Cache,
  client: S3Client,
): Store {
  const bucket: Bucket = {
    client,
    options,
    common: {
      Bucket: options.bucket,
      ...(options.requesterPays ? { RequestPayer: "requester" } : {}),
    },
    policy: { attempts: options.attempts, transient: transientOf },
    uri: (path) => formatUri({ scheme, authority, path }),
  };
  const cloud: Cloud = {
    ...{ scheme, seeks: true },
    uri: bucket.uri,
    read: async (path) => (await readFile(bucket, path)).bytes,
    readFile: (path) => readFile(bucket, path),
    part: (path, range) => part(bucket, path, range),
    stat: (path) => statOf(bucket, path),
    list: (folder, listing) => listObjects(bucket, folder, listing),
    put: (path, bytes) => writing(bucket, path, () => put(bucket, path, bytes)),
    putIfAbsent: (path, bytes) => putIfAbsent(bucket, path, bytes),
    publish: (local, path) => publish(bucket, local, path),
    delete: (path) => writing(bucket, path, () => remove(bucket, path)),
  };
  return remoteStore(cloud, cache);
}

function readFile(bucket: Bucket, path: string): Promise<StoredFile> {
  const { client, common, options } = bucket;
  return reading(bucket, path, async () => {
    const answer = await client.getObject({ ...common, ...options.customerKey, Key: keyOf(path) });
    const bytes = await bodyOf(answer, answer.ContentLength);
    return { bytes, status: statusOf(path, { ...answer, ContentLength: bytes.byteLength }) };
  });
}

/** All of the bytes that were promised. */
async function bodyOf(
  { Body }: Awaited<ReturnType<S3Client["getObject"]>>,
  length: number | undefined,
): Promise<Uint8Array> {
  const bytes = Body === undefined ? new Uint8Array() : await Body.transformToByteArray();
  if (length === undefined || bytes.byteLength === length) return bytes;
  const text = `the answer broke off: ${bytes.byteLength} of ${length} bytes`;
  throw Object.assign(new Error(text), { code: "ERR_STREAM_PREMATURE_CLOSE" });
}

function part(bucket: Bucket, path: string, range: Range): Promise<Fetched | undefined> {
  const { client, common, options } = bucket;
  const { start, length, etag } = range;
  return reading(bucket, path, async () => {
    const asked = {
      ...{ ...common, ...options.customerKey, Key: keyOf(path) },
      Range: `bytes=${start}-${start + length - 1}`,
      ...(etag === undefined ? {} : { IfMatch: etag }),
    };
    try {
      const answer = await client.getObject(asked);
      const [, from, to, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.ContentRange ?? "") ?? [];
      if (Number(from) !== start || to === undefined) {
        const reason = `the server answered ${answer.ContentRange ?? "all"} to ${asked.Range}`;
        throw error("STORAGE_READ_FAILED", { path: bucket.uri(path), reason });
      }
      const bytes = await bodyOf(answer, Number(to) - start + 1);
      return { bytes, etag: answer.ETag ?? etag ?? "", size: Number(size) };
    } catch (thrown) {
      if (isRangePastEnd(thrown) || isPreconditionFailed(thrown)) return undefined;
      throw thrown;
    }
  });
}

/** What S3 says of the object with the token it was put with, if it was put under one. */
type Head = FileStatus & { readonly token?: string };

/** The metadata in which an object keeps the token of its `putIfAbsent`. */
const tokenName = "millrace-put";

async function head(bucket: Bucket, path: string): Promise<Head | undefined> {
  const { client, common, options } = bucket;
  if (keyOf(path) === "") return undefined;
  try {
    const found = await client.headObject({
      ...{ ...common, ...options.customerKey, Key: keyOf(path) },
    });
    const token = found.Metadata?.[tokenName];
    return { ...statusOf(path, found), ...(token === undefined ? {} : { token }) };
  } catch (thrown) {
    if (isAbsent(thrown)) return undefined;
    throw thrown;
  }
}

async function statOf(bucket: Bucket, path: string): Promise<FileStatus | undefined> {
  const found = await reading(bucket, path, () => head(bucket, path));
  if (found === undefined) return undefined;
  const { token: _, ...status } = found;
  return status;
}

async function put(bucket: Bucket, path: string, bytes: Uint8Array): Promise<void> {
  const { client, common, options } = bucket;
  await client.putObject({ ...common, ...options.encryption, Key: keyOf(path), Body: bytes });
}

async function putIfAbsent(bucket: Bucket, path: string, bytes: Uint8Array): Promise<boolean> {
  const { client, common, options } = bucket;
  const own = bytes.slice();
  return await calling(bucket, { path, writes: true }, () =>
    putOnce(bucket.policy, {
      put: async (token) => {
        try {
          await client.putObject({
            ...{ ...common, ...options.encryption, Key: keyOf(path), Body: own },
            ...{ IfNoneMatch: "*", Metadata: { [tokenName]: token } },
          });
          return true;
        } catch (thrown) {
          if (isPreconditionFailed(thrown)) return false;
          throw thrown;
        }
      },
      token: async () => (await head(bucket, path))?.token,
    }),
  );
}

async function publish(bucket: Bucket, local: string, path: string): Promise<FileStatus> {
  const size = await upload(bucket, local, path);
  await rm(local);
  return { path, size, modificationTime: env.now() };
}

async function remove({ client, common }: Bucket, path: string): Promise<void> {
  try {
    await client.deleteObject({ ...common, Key: keyOf(path) });
  } catch (thrown) {
    if (!isAbsent(thrown)) throw thrown;
  }
}
