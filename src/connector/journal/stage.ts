import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { env } from "../../env.ts";
import type { InputFile } from "../../plan/input.ts";
import { blockHead, containerHead } from "../../schema/avro/output.ts";
import type { Journal } from "./journal.ts";
import { recordsBetween } from "./segment.ts";

/** Records of a journal as a local Avro file, which the engine reads into its vectors. */
export interface Staged {
  readonly file: InputFile;
  readonly rows: number;
  remove(): Promise<void>;
}

/** Puts the records of these numbers, both included, into a file of the staging folder. */
export async function stage(
  journal: Journal,
  range: { readonly from: number; readonly to: number },
  staging: string,
): Promise<Staged> {
  const path = join(staging, `${env.uuid()}.avro`);
  const sync = Buffer.from(env.uuid().replaceAll("-", ""), "hex");
  const file = await open(path, "wx", 0o600);
  let [size, rows] = [0, 0];
  const write = async (parts: readonly Uint8Array[]): Promise<void> => {
    await file.writev(parts);
    for (const part of parts) size += part.length;
  };
  try {
    await write([containerHead(journal.avroSchema, "null", sync)]);
    for await (const segment of journal.segments(range.from, range.to)) {
      const { count, bytes } = recordsBetween(segment, range.from, range.to);
      if (count > 0) await write([blockHead(count, bytes.length), bytes, sync]);
      rows += count;
    }
  } catch (thrown) {
    await rm(path, { force: true });
    throw thrown;
  } finally {
    await file.close();
  }
  const place = { path, uri: `file://${path}`, size, modificationTime: 0, partition: {} };
  return { file: place, rows, remove: () => rm(path, { force: true }) };
}
