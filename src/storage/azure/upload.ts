import { type FileHandle, open } from "node:fs/promises";
import type { BlobClient, BlobWritten } from "./client.ts";
import { watched } from "./deadline.ts";

/** What is sent in one call; a larger file goes in blocks of this, where those are enough. */
const blockBytes = 8 * 1024 * 1024;
/** Blocks on their way at a time: the memory of an upload. */
const maxBlocksAtWork = 4;
/** The service's most for one blob. */
const maxBlocks = 50_000;

/** Makes one call again until it succeeds. */
export type Repeat = <T>(work: () => Promise<T>) => Promise<T>;

/** What a put asks and leaves besides its bytes. */
export interface PutOptions {
  readonly onlyIfAbsent?: boolean;
  readonly metadata?: Record<string, string>;
}

/** One call that writes a whole blob. */
export async function putBlob(
  blob: BlobClient,
  bytes: Uint8Array,
  { onlyIfAbsent = false, metadata }: PutOptions = {},
): Promise<BlobWritten> {
  return await watched(
    ({ signal }) =>
      blob.upload(bytes, bytes.byteLength, {
        abortSignal: signal,
        conditions: onlyIfAbsent ? { ifNoneMatch: "*" } : {},
        ...(metadata && { metadata }),
      }),
    bytes.byteLength,
  );
}

/**
 * Writes a local file as a blob, seen whole or not at all. Blocks of an upload that fails are in
 * no blob; the service drops them after a week.
 */
export async function uploadFile(
  blob: BlobClient,
  local: string,
  repeat: Repeat,
): Promise<BlobWritten & { readonly size: number }> {
  const file = await open(local, "r");
  try {
    const { size } = await file.stat();
    if (size <= blockBytes) {
      const bytes = await readBlock(file, 0, size);
      return { ...(await repeat(() => putBlob(blob, bytes))), size };
    }
    const ids = await stageBlocks(blob, file, size, repeat);
    // Made again after an answer was lost, it finds its blocks committed, and commits the same.
    const written = await repeat(() =>
      watched(({ signal }) => blob.commitBlockList(ids, { abortSignal: signal })),
    );
    return { ...written, size };
  } finally {
    await file.close();
  }
}

async function stageBlocks(
  blob: BlobClient,
  file: FileHandle,
  size: number,
  repeat: Repeat,
): Promise<string[]> {
  const length = Math.max(blockBytes, Math.ceil(size / maxBlocks));
  const ids = Array.from({ length: Math.ceil(size / length) }, (_, index) => blockId(index));
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (next < ids.length && !failed) {
      const index = next++;
      const start = index * length;
      const bytes = await readBlock(file, start, Math.min(length, size - start));
      await repeat(() =>
        watched(
          ({ signal }) =>
            blob.stageBlock(ids[index]!, bytes, bytes.byteLength, { abortSignal: signal }),
          bytes.byteLength,
        ),
      );
    }
  };
  const workers = Array.from({ length: maxBlocksAtWork }, () =>
    worker().catch((thrown: unknown) => {
      failed = true;
      throw thrown;
    }),
  );
  // The file is closed after this: all of them must be at their end.
  const ends = await Promise.allSettled(workers);
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return ids;
}

/** All of one length, as the service wants them. */
function blockId(index: number): string {
  return Buffer.from(String(index).padStart(8, "0")).toString("base64");
}

async function readBlock(file: FileHandle, start: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, start + filled);
    if (bytesRead === 0) throw new Error("the local file became shorter while it was read");
    filled += bytesRead;
  }
  return bytes;
}
