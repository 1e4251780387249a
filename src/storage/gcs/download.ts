import { error } from "../../error/error.ts";
import type { GcsFile, GcsRead } from "./client.ts";
import { garbledAnswer, whileMoving } from "./failure.ts";

/** What is read, and with how much patience. */
export interface Download {
  readonly file: GcsFile;
  readonly uri: string;
  readonly stallMs: number;
  /** Both ends inclusive; without it the whole file, whose checksum is then looked at too. */
  readonly range?: { readonly start: number; readonly end: number };
}

/** What came, and what the answer says of the file. */
export interface Downloaded {
  readonly bytes: Uint8Array;
  readonly generation: string | undefined;
  /** Of the whole file, bytes. */
  readonly size: number | undefined;
}

/** The bytes of a file, or of a range of it, in one call. */
export async function download(what: Download): Promise<Downloaded> {
  const chunks: Buffer[] = [];
  const headers = await receive(what, async (stream) => {
    for await (const chunk of stream) chunks.push(chunk);
  });
  const size = /\/(\d+)$/.exec(header(headers, "content-range") ?? "")?.[1];
  return {
    bytes: new Uint8Array(Buffer.concat(chunks)),
    generation: header(headers, "x-goog-generation"),
    size: size === undefined ? undefined : Number(size),
  };
}

interface Headers {
  get?(name: string): string | null;
  readonly [name: string]: unknown;
}

async function receive(
  { file, uri, stallMs, range }: Download,
  consume: (chunks: AsyncIterable<Buffer>) => Promise<void>,
): Promise<Headers> {
  const options: GcsRead = range
    ? { decompress: false, validation: false, ...range }
    : { decompress: false };
  const stream = file.createReadStream(options);
  let headers: Headers = {};
  let received = 0;
  stream.on("response", (response: { readonly headers: Headers }) => {
    headers = response.headers;
    if (header(headers, "x-goog-stored-content-encoding") === "gzip") stream.destroy(encoded(uri));
  });
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      received += chunk.byteLength;
      yield chunk;
    }
  }
  const movement = {
    stallMs,
    moved: () => received,
    destroy: (reason: Error) => void stream.destroy(reason),
  };
  await whileMoving(movement, () => consume(counted()));
  const promised = Number(header(headers, "content-length") ?? received);
  if (received !== promised) {
    throw garbledAnswer("SHORT_ANSWER", `${received} bytes came of ${promised}`);
  }
  return headers;
}

function header(headers: Headers, name: string): string | undefined {
  const value = typeof headers.get === "function" ? headers.get(name) : headers[name];
  return typeof value === "string" ? value : undefined;
}

/** Its size is of other bytes than a reader gets: ranges of it mean nothing. */
function encoded(uri: string): Error {
  return error("STORAGE_READ_FAILED", {
    path: uri,
    reason: "it is stored with Content-Encoding gzip; store it without, named .gz if it is gzip",
  });
}
