import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { error } from "../../../error/error.ts";
import type { PartialFile } from "../../../storage/part.ts";
import { type Kept, readStruct, type Struct, type Thrift } from "./thrift.ts";

/** Numbers of fields in parquet.thrift. */
export const id = {
  file: { schema: 2, rows: 3, rowGroups: 4, keyValues: 5 },
  element: {
    ...{ type: 1, repetition: 3, name: 4, children: 5, converted: 6, scale: 7, precision: 8 },
    ...{ fieldId: 9, logicalType: 10 },
  },
  logicalType: { timestamp: 8, variant: 16 },
  timestamp: { isInstant: 1, unit: 2, nanos: 3 },
  keyValue: { key: 1, value: 2 },
  rowGroup: { columns: 1, rows: 3 },
  chunk: { metadata: 3 },
  column: {
    ...{ path: 3, codec: 4, size: 7, data: 9, index: 10, dictionary: 11 },
    ...{ statistics: 12, bloom: 14, bloomLength: 15 },
  },
  statistics: { max: 5, min: 6 },
} as const;

/** Bytes read from a file's end at first: most footers fit. Of a small file, a small part. */
const tailBytes = { least: 8 << 10, most: 64 << 10, ofFile: 1 / 64 };

/** What stands at a file's end. */
export interface Footer {
  readonly bytes: Buffer;
  readonly metadata: Struct;
  /** Where it begins: data ends before. */
  readonly start: number;
}

/**
 * Undefined: there is none that can be read here, and the engine says why. `kept`: what of the
 * metadata is wanted, by default all.
 */
export async function footerOf(file: PartialFile, kept?: Kept): Promise<Footer | undefined> {
  const { size } = file;
  const wanted = Math.round(size * tailBytes.ofFile);
  const first = Math.min(size, tailBytes.most, Math.max(tailBytes.least, wanted));
  const tail = Buffer.from(await file.read(size - first, first));
  const place = footerPlace(tail, size);
  if (place === undefined) return undefined;
  const { start, length } = place;
  const bytes = place.bytes ?? Buffer.from(await file.read(start, length));
  try {
    return { bytes, metadata: readStruct({ buffer: bytes, at: 0 }, kept), start };
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

/**
 * Where a footer lies, by the last bytes of a file, and the footer if they have all of it;
 * undefined where they do not end one.
 */
function footerPlace(
  tail: Buffer,
  size: number,
): { readonly start: number; readonly length: number; readonly bytes?: Buffer } | undefined {
  const mark = tail.subarray(-4).toString("latin1");
  const length = tail.length < 12 ? -1 : tail.readUInt32LE(tail.length - 8);
  const start = size - 8 - length;
  if (mark !== "PAR1" || length < 0 || start < 0) return undefined;
  if (length + 8 > tail.length) return { start, length };
  return { start, length, bytes: tail.subarray(tail.length - 8 - length, tail.length - 8) };
}

/** What stands at the end of a local file. */
export async function localFooter(path: string, kept?: Kept): Promise<Footer | undefined> {
  const file = await openedFile(path);
  try {
    return await footerIn(file, kept);
  } finally {
    await file.close();
  }
}

/** Bytes read from a local file's end at first: most footers fit. */
const localTailBytes = 16 << 10;

/** The same at once; undefined also where the file is gone or not to be read. */
export function footerAt(path: string, kept?: Kept): Footer | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const { size } = fstatSync(file);
    const from = Math.max(0, size - localTailBytes);
    const place = footerPlace(readAt(file, from, size - from), size);
    if (place === undefined) return undefined;
    const { start, bytes = readAt(file, start, place.length) } = place;
    return { bytes, metadata: readStruct({ buffer: bytes, at: 0 }, kept), start };
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function readAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, position));
}

/** A local file to read, which the caller closes; FAILED_READ_FILE.* where it cannot be had. */
export async function openedFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r");
  } catch (thrown) {
    const { code = "", message } = thrown as NodeJS.ErrnoException;
    if (["ENOENT", "ENOTDIR", "ENAMETOOLONG"].includes(code)) {
      throw error("FAILED_READ_FILE.FILE_NOT_EXIST", { path }, thrown);
    }
    throw error("FAILED_READ_FILE.NO_HINT", { path, reason: message }, thrown);
  }
}

/** What stands at the end of an open file. */
export async function footerIn(file: FileHandle, kept?: Kept): Promise<Footer | undefined> {
  const { size } = await file.stat();
  return await footerOf({ size, read: (start, length) => bytesAt(file, start, length) }, kept);
}

/** Bytes from a position on; fewer where the file ends. */
export async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}

/** What is none of its type is as good as absent: the engine says what is wrong with it. */
export function listOf(struct: Struct, field: number): readonly Thrift[] {
  const value = struct.get(field)?.value;
  return Array.isArray(value) ? value : [];
}

export function structsOf(struct: Struct, field: number): readonly Struct[] {
  return listOf(struct, field).flatMap(({ value }) => (value instanceof Map ? [value] : []));
}

/** A number, 0 where it is absent. */
export function numberOf(struct: Struct, field: number): number {
  const value = struct.get(field)?.value;
  return typeof value === "bigint" ? Number(value) : 0;
}

/** The description of every chunk of each row group of a file. */
export function rowGroupsOf(metadata: Struct): readonly (readonly Struct[])[] {
  return structsOf(metadata, id.file.rowGroups).map((group) =>
    structsOf(group, id.rowGroup.columns).flatMap((chunk) => {
      const column = chunk.get(id.chunk.metadata)?.value;
      return column instanceof Map ? [column] : [];
    }),
  );
}

/** The description of every chunk of a file. */
export function chunksOf(metadata: Struct): readonly Struct[] {
  return rowGroupsOf(metadata).flat();
}

/** Whether chunks have the codec that DuckDB lacks: LZ4 as Hadoop frames it. */
export function isFramed({ metadata }: Pick<Footer, "metadata">): boolean {
  return chunksOf(metadata).some((chunk) => numberOf(chunk, id.column.codec) === hadoopLz4);
}

const hadoopLz4 = 5;

/** Where a chunk begins: its dictionary stands before its data. */
export function chunkStart(column: Struct): number {
  const data = numberOf(column, id.column.data);
  const before = [id.column.dictionary, id.column.index].map((field) => numberOf(column, field));
  return Math.min(data, ...before.filter((start) => start > 0));
}
