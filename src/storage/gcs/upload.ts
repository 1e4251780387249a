import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { env } from "../../env.ts";
import { retrying } from "../retry.ts";
import type { GcsFile, GcsObject, GcsWrite } from "./client.ts";
import { garbledAnswer, policy, statusOf, whileMoving, writeStallMs } from "./failure.ts";

/** Local files above this are sent in a session that goes on where it broke off. */
const sessionBytes = 8 * 1024 * 1024;

/** The custom metadata that tells one put of ours from all others. */
const tokenKey = "millrace-put";

/** One call that writes the whole object, under `token`. The service checks the bytes' MD5. */
export async function upload(
  file: GcsFile,
  bytes: Uint8Array,
  { token, onlyIfAbsent }: { readonly token: string; readonly onlyIfAbsent: boolean },
): Promise<void> {
  const md5Hash = createHash("md5").update(bytes).digest("base64");
  const sink = file.createWriteStream({
    resumable: false,
    validation: false,
    ...described(md5Hash, token),
    ...(onlyIfAbsent ? { preconditionOpts: { ifGenerationMatch: 0 } } : {}),
  });
  await send(sink, () => Readable.from([bytes], { objectMode: false }));
}

/** Sends a local file, a large one in pieces of memory only; its new object. */
export async function uploadFile(file: GcsFile, local: string): Promise<GcsObject> {
  const { size } = await stat(local);
  const hash = createHash("md5");
  for await (const chunk of createReadStream(local)) hash.update(chunk as Buffer);
  const token = env.uuid();
  const about = described(hash.digest("base64"), token);
  const source = (): Readable => createReadStream(local);
  let session: string | undefined;
  return await retrying(policy, async (attempt) => {
    const sent = attempt > 1 ? await present(file, token) : undefined;
    if (sent) return sent;
    const resumable = size > sessionBytes;
    // With the session of the call before, the SDK asks how far that came, and goes on from there.
    const options = { resumable, validation: false as const, ...about };
    const sink = file.createWriteStream(session ? { ...options, uri: session } : options);
    sink.on("uri", (uri: string) => {
      session = uri;
    });
    try {
      await send(sink, source);
    } catch (thrown) {
      const status = statusOf(thrown);
      if (session === undefined || (status !== 404 && status !== 410)) throw thrown;
      session = undefined;
      throw garbledAnswer("SESSION_LOST", `the upload session is gone (${status})`);
    }
    return file.metadata;
  });
}

/** The token of the object there. */
export async function tokenOf(file: GcsFile): Promise<string | undefined> {
  try {
    return tokenIn((await file.getMetadata())[0]);
  } catch (thrown) {
    if (statusOf(thrown) === 404) return undefined;
    throw thrown;
  }
}

function tokenIn({ metadata }: GcsObject): string | undefined {
  const token = metadata?.[tokenKey];
  return typeof token === "string" ? token : undefined;
}

async function present(file: GcsFile, token: string): Promise<GcsObject | undefined> {
  try {
    const [object] = await file.getMetadata();
    return tokenIn(object) === token ? object : undefined;
  } catch (thrown) {
    if (statusOf(thrown) === 404) return undefined;
    throw thrown;
  }
}

function described(md5Hash: string, token: string): Required<Pick<GcsWrite, "metadata">> {
  return {
    metadata: {
      contentType: "application/octet-stream",
      md5Hash,
      metadata: { [tokenKey]: token },
    },
  };
}

async function send(sink: Writable, source: () => Readable): Promise<void> {
  let sent = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of source() as AsyncIterable<Buffer>) {
      sent += chunk.byteLength;
      yield chunk;
    }
  }
  const movement = {
    stallMs: writeStallMs,
    moved: () => sent,
    destroy: (reason: Error) => void sink.destroy(reason),
  };
  await whileMoving(movement, () => pipeline(counted(), sink));
}
