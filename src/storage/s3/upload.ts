import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import { retrying } from "../retry.ts";
import { type Bucket, keyOf, writing } from "./bucket.ts";
import type { Part, S3Client } from "./client.ts";
import { isUploadAbsent } from "./failure.ts";

/** Parts of one file under way at a time; each is a stream from disk, so memory is no matter. */
const partsInFlight = 4;
/** S3 takes no more parts than that. */
const partsMost = 10_000;

/** Sends a local file, whole or in parts by its size; the size. Nothing is left on a failure. */
export async function upload(bucket: Bucket, local: string, path: string): Promise<number> {
  const size = await sizeOf(local);
  if (size > bucket.options.partSize) {
    await uploadParts(bucket, { local, path, size });
  } else {
    const { client, common, options } = bucket;
    await writing(bucket, path, async () => {
      await sending(local, { start: 0, length: size }, (body) =>
        client.putObject({
          ...{ ...common, ...options.encryption, Key: keyOf(path) },
          ...{ Body: body, ContentLength: size },
        }),
      );
    });
  }
  return size;
}

async function sizeOf(local: string): Promise<number> {
  try {
    return (await stat(local)).size;
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw error("STORAGE_READ_FAILED", { path: local, reason }, thrown);
  }
}

interface Sent {
  readonly local: string;
  readonly path: string;
  readonly size: number;
}

interface Piece {
  readonly start: number;
  readonly length: number;
}

/** Sends bytes of a local file; a request takes a stream once, so each try has its own. */
async function sending<T>(
  local: string,
  { start, length }: Piece,
  send: (body: Body) => Promise<T>,
): Promise<T> {
  const body =
    length === 0
      ? new Uint8Array()
      : createReadStream(local, { start, end: start + length - 1, highWaterMark: 256 * 1024 });
  try {
    return await send(body as Body);
  } finally {
    if ("destroy" in body) body.destroy();
  }
}

type Body = Parameters<S3Client["uploadPart"]>[0]["Body"];

async function uploadParts(bucket: Bucket, file: Sent): Promise<void> {
  const { client, common, options } = bucket;
  const target = { ...common, Key: keyOf(file.path) };
  let creations = 0;
  const { UploadId } = await writing(bucket, file.path, (attempt) => {
    creations = attempt;
    return client.createMultipartUpload({ ...target, ...options.encryption });
  });
  if (UploadId === undefined) {
    const reason = "the server gave no id for the upload";
    throw error("STORAGE_WRITE_FAILED", { path: bucket.uri(file.path), reason });
  }
  let done = false;
  try {
    const parts = await sendParts(bucket, file, UploadId);
    await complete(bucket, file, { ...target, UploadId, MultipartUpload: { Parts: parts } });
    done = true;
  } finally {
    if (!done) await abort(bucket, file.path, UploadId);
    // A creation whose answer was lost may have left an upload: the name is ours alone.
    if (creations > 1) await abortOthers(bucket, file.path);
  }
}

async function sendParts(bucket: Bucket, file: Sent, id: string): Promise<Part[]> {
  const { client, common, options } = bucket;
  const length = Math.max(options.partSize, Math.ceil(file.size / partsMost));
  const count = Math.ceil(file.size / length);
  const parts: Part[] = [];
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (next < count && !failed) {
      const index = next++;
      const start = index * length;
      const piece = { start, length: Math.min(length, file.size - start) };
      try {
        const { ETag } = await writing(bucket, file.path, () =>
          sending(file.local, piece, (body) =>
            client.uploadPart({
              ...{ ...common, ...options.customerKey, Key: keyOf(file.path), UploadId: id },
              ...{ PartNumber: index + 1, Body: body, ContentLength: piece.length },
            }),
          ),
        );
        parts[index] = { PartNumber: index + 1, ...(ETag === undefined ? {} : { ETag }) };
      } catch (thrown) {
        failed = true;
        throw thrown;
      }
    }
  };
  const workers = Array.from({ length: Math.min(partsInFlight, count) }, worker);
  // All of them, not the first that fails: a part that arrives after the abort would stay.
  const ended = await Promise.allSettled(workers);
  for (const one of ended) if (one.status === "rejected") throw one.reason;
  return parts;
}

type CompleteInput = Parameters<S3Client["completeMultipartUpload"]>[0];

/** An upload that is gone at a second try was completed by the first, if the file is there. */
async function complete(bucket: Bucket, file: Sent, input: CompleteInput): Promise<void> {
  const { client, common, options } = bucket;
  await writing(bucket, file.path, async (attempt) => {
    try {
      await client.completeMultipartUpload({ ...input, ...options.customerKey });
    } catch (thrown) {
      if (attempt === 1 || !isUploadAbsent(thrown)) throw thrown;
      const asked = { ...common, ...options.customerKey, Key: keyOf(file.path) };
      const { ContentLength } = await client.headObject(asked);
      if (ContentLength !== file.size) throw thrown;
    }
  });
}

async function abort(bucket: Bucket, path: string, id: string): Promise<void> {
  const { client, common, policy } = bucket;
  try {
    await retrying(policy, () =>
      client.abortMultipartUpload({ ...common, Key: keyOf(path), UploadId: id }),
    );
  } catch (thrown) {
    if (isUploadAbsent(thrown)) return;
    // What it was aborted for is the error to tell.
    env.warn(`Cannot abort the upload ${id} of ${bucket.uri(path)}: ${String(thrown)}`);
  }
}

async function abortOthers(bucket: Bucket, path: string): Promise<void> {
  const { client, common, policy } = bucket;
  const asked = { ...common, Prefix: keyOf(path) };
  const found = await retrying(policy, () => client.listMultipartUploads(asked)).catch(() => ({}));
  const { Uploads = [] } = found as Awaited<ReturnType<S3Client["listMultipartUploads"]>>;
  for (const { Key, UploadId } of Uploads) {
    if (Key === keyOf(path) && UploadId !== undefined) await abort(bucket, path, UploadId);
  }
}
