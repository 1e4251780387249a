import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { env } from "../../../env.ts";
import type { StructType } from "../../../schema/type.ts";
import {
  bytesAt,
  chunkStart,
  chunksOf,
  footerIn,
  id,
  listOf,
  numberOf,
  openedFile,
  structsOf,
} from "./footer.ts";
import { type Struct, structBytes } from "./thrift.ts";

export interface PlainRequest {
  /** The columns that are read, as the files have them. */
  readonly stored: StructType;
  /** Whether ids find them, and not names. */
  readonly byId: boolean;
  readonly folder: string;
}

/**
 * Files in which a variant is a plain group of binaries. DuckDB turns a group that the footer calls
 * a variant into its own VARIANT, where a variant that is null and a null are one: such a file is
 * replaced by a copy whose footer does not say so. A copy has only the bytes of the columns that
 * are read, and is gone after `release`.
 */
export async function plainVariants(
  files: readonly string[],
  { stored, byId, folder }: PlainRequest,
): Promise<{ readonly paths: readonly string[]; release(): Promise<void> }> {
  const copies: string[] = [];
  const release = async (): Promise<void> => {
    await Promise.all(copies.splice(0).map((path) => rm(path, { force: true })));
  };
  const names = new Set(stored.fields.map((field) => field.name.toLowerCase()));
  const reads = (column: string): boolean => byId || names.has(column.toLowerCase());
  const paths = [...files];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < files.length; at = next++) {
      const copy = join(folder, `${env.uuid()}.parquet`);
      copies.push(copy);
      if (await copyPlain(files[at] as string, copy, reads)) paths[at] = copy;
    }
  };
  try {
    await Promise.all(Array.from({ length: filesAtOnce }, work));
  } catch (thrown) {
    await release();
    throw thrown;
  }
  return { paths, release };
}

/** Files open for their footers at a time. */
const filesAtOnce = 8;

/** Copies a file if its footer calls a group a variant; whether it did. */
async function copyPlain(
  from: string,
  to: string,
  reads: (column: string) => boolean,
): Promise<boolean> {
  const source = await openedFile(from);
  try {
    const footer = await footerIn(source);
    if (footer === undefined || !withoutVariants(footer.metadata)) return false;
    const { metadata, start: end } = footer;
    const plain = structBytes(metadata);
    await mkdir(dirname(to), { recursive: true });
    const target = await open(to, "wx");
    try {
      for (const [start, stop] of rangesOf(metadata, end, reads)) {
        await copyBytes(source, target, { start, stop });
      }
      const tail = Buffer.alloc(8);
      tail.writeUInt32LE(plain.length);
      tail.write("PAR1", 4);
      await target.write(Buffer.concat([plain, tail]), 0, plain.length + 8, end);
    } finally {
      await target.close();
    }
    return true;
  } finally {
    await source.close();
  }
}

/** Takes from the groups that are called variants what calls them so; whether there was one. */
function withoutVariants(metadata: Struct): boolean {
  let found = false;
  for (const element of structsOf(metadata, id.file.schema)) {
    if (!isVariant(element)) continue;
    element.delete(id.element.logicalType);
    found = true;
  }
  return found;
}

function isVariant(element: Struct): boolean {
  const type = element.get(id.element.logicalType)?.value;
  return type instanceof Map && type.has(id.logicalType.variant);
}

/** What is copied: all but the chunks of columns that are not read. */
function* rangesOf(
  metadata: Struct,
  end: number,
  reads: (column: string) => boolean,
): Generator<readonly [number, number]> {
  const skipped = chunksOf(metadata)
    .flatMap((column) => {
      const [name] = listOf(column, id.column.path);
      if (name === undefined || reads(String(name.value))) return [];
      const start = chunkStart(column);
      return [[start, start + numberOf(column, id.column.size)] as const];
    })
    .sort(([a], [b]) => a - b);
  let from = 0;
  for (const [start, stop] of skipped) {
    if (start > from) yield [from, Math.min(start, end)];
    from = Math.max(from, stop);
  }
  if (from < end) yield [from, end];
}

/** Bytes held at a time. */
const pieceBytes = 1 << 20;

async function copyBytes(
  from: FileHandle,
  to: FileHandle,
  { start, stop }: { readonly start: number; readonly stop: number },
): Promise<void> {
  for (let at = start; at < stop; ) {
    const bytes = await bytesAt(from, at, Math.min(pieceBytes, stop - at));
    if (bytes.length === 0) return;
    await to.write(bytes, 0, bytes.length, at);
    at += bytes.length;
  }
}
