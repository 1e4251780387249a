import { error } from "../../error/error.ts";
import type { Fetched } from "../remote.ts";
import type { BlobClient, BlobContent, BlobHeaders } from "./client.ts";
import { watched } from "./deadline.ts";
import { brokenOff, headerOf, isConditionFailure, isStatus } from "./failure.ts";
import { isFolder, quotedEtag } from "./status.ts";

/** Bytes [start, start + length) of a blob, or all of them. */
export interface Wanted {
  readonly path: string;
  readonly start: number;
  readonly length?: number;
  /** The content that they must be of. */
  readonly etag?: string | undefined;
}

/** What came, with what the answer says of the blob. */
export interface Downloaded extends Fetched {
  readonly headers: BlobHeaders;
}

/** One call for bytes: exactly those wanted, or a failure. Throws PATH_NOT_FOUND for a folder. */
export async function download(blob: BlobClient, wanted: Wanted): Promise<Downloaded> {
  const { path, start, length, etag } = wanted;
  return await watched(async ({ signal, alive }) => {
    const content = await blob
      .download(start, length, {
        ...{ conditions: etag === undefined ? {} : { ifMatch: etag } },
        ...{ abortSignal: signal, maxRetryRequests: 0 },
      })
      .catch((thrown: unknown) => {
        throw refused(thrown, wanted);
      });
    if (isFolder(content)) throw error("PATH_NOT_FOUND", { path });
    const size = sizeOf(content);
    const here = Math.min(length ?? size, size - start);
    const bytes = await collect(content, length === undefined ? size : here, alive);
    if (length === undefined || here === length) {
      return { bytes, etag: quotedEtag(content.etag ?? etag ?? ""), size, headers: content };
    }
    throw error("STORAGE_RANGE_PAST_END", { path, start, end: start + length, size });
  });
}

function refused(thrown: unknown, { path, start, length = 0, etag }: Wanted): unknown {
  if (etag !== undefined && isConditionFailure(thrown)) {
    return error("STORAGE_FILE_CHANGED", { path, expected: etag }, thrown);
  }
  if (!isStatus(thrown, 416)) return thrown;
  const size = /\/(\d+)$/.exec(headerOf(thrown, "content-range") ?? "")?.[1] ?? "fewer bytes";
  return error("STORAGE_RANGE_PAST_END", { path, start, end: start + length, size }, thrown);
}

/** Of the whole blob: an answer to a range has it after the slash. */
function sizeOf({ contentRange, contentLength = 0 }: BlobContent): number {
  const whole = contentRange === undefined ? undefined : /\/(\d+)$/.exec(contentRange)?.[1];
  return whole === undefined ? contentLength : Number(whole);
}

async function collect(
  content: BlobContent,
  length: number,
  alive: () => void,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  try {
    for await (const chunk of content.readableStreamBody ?? []) {
      const part = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      if (filled + part.byteLength > length) throw new Error("more bytes than announced");
      bytes.set(part, filled);
      filled += part.byteLength;
      alive();
    }
  } catch (thrown) {
    throw brokenOff(thrown);
  }
  if (filled < length) throw brokenOff();
  return bytes;
}
