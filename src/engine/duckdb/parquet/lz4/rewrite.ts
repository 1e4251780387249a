import { type FileHandle, open } from "node:fs/promises";
import { error, isError } from "../../../../error/error.ts";
import { type Cursor, code, readStruct, type Struct, structBytes, type Thrift } from "../thrift.ts";
import { unframed } from "./block.ts";

/** Ids of parquet.thrift. */
const fileMetadata = { rowGroups: 4 } as const;
const rowGroup = { columns: 1, fileOffset: 5, totalCompressedSize: 6 } as const;
const columnChunk = { fileOffset: 2, metadata: 3, indexes: [4, 5, 6, 7] } as const;
const column = {
  codec: 4,
  compressed: 7,
  data: 9,
  index: 10,
  dictionary: 11,
  bloom: [14, 15],
} as const;
const pageHeader = { uncompressed: 2, compressed: 3, checksum: 4, version2: 8 } as const;
const version2 = { definitionLevels: 5, repetitionLevels: 6, isCompressed: 7 } as const;
const uncompressed = 0n;
const lz4 = 5n;

const magic = Buffer.from("PAR1");

/**
 * Copies a Parquet file with its chunks of codec LZ4 decompressed, for an engine that does not
 * read them. Chunks of other codecs are copied as they are; indexes and bloom filters, which are
 * only shortcuts, are left behind. Holds one column chunk in memory.
 */
export async function rewriteLz4(source: string, target: string): Promise<void> {
  try {
    await using from = await open(source, "r");
    await using to = await open(target, "wx");
    await rewrite({ from, to });
  } catch (thrown) {
    // A file that is not there or not to be read says so itself; what is left is what it holds.
    if (isError(thrown) || (thrown instanceof Error && "errno" in thrown)) throw thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw error("FAILED_READ_FILE.NO_HINT", { path: source, reason }, thrown);
  }
}

interface Copy {
  readonly from: FileHandle;
  readonly to: FileHandle;
}

async function rewrite(copy: Copy): Promise<void> {
  const footer = await footerOf(copy.from);
  await copy.to.write(magic);
  let at = magic.length;
  for (const group of listOf(footer, fileMetadata.rowGroups)) {
    const start = at;
    for (const chunk of listOf(group, rowGroup.columns)) at = await copyChunk(copy, chunk, at);
    if (group.has(rowGroup.fileOffset)) put(group, rowGroup.fileOffset, start);
    if (group.has(rowGroup.totalCompressedSize))
      put(group, rowGroup.totalCompressedSize, at - start);
  }
  const bytes = structBytes(footer);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  await copy.to.write(Buffer.concat([bytes, length, magic]));
}

async function footerOf(from: FileHandle): Promise<Struct> {
  const { size } = await from.stat();
  const tail = await bytesAt(from, size - 8, 8);
  const length = tail.readUInt32LE(0);
  return readStruct({ buffer: await bytesAt(from, size - 8 - length, length), at: 0 });
}

async function bytesAt(from: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  const { bytesRead } = await from.read(buffer, 0, length, position);
  if (bytesRead !== length) throw new RangeError("the file is cut short");
  return buffer;
}

/** Copies a column chunk to `at` and corrects what its metadata says; returns where it ends. */
async function copyChunk(copy: Copy, chunk: Struct, at: number): Promise<number> {
  const metadata = chunk.get(columnChunk.metadata)?.value as Struct;
  for (const id of columnChunk.indexes) chunk.delete(id);
  for (const id of column.bloom) metadata.delete(id);
  const offsets = [column.data, column.index, column.dictionary].filter(
    (id) => numberOf(metadata, id) > 0,
  );
  const start = Math.min(...offsets.map((id) => numberOf(metadata, id)));
  const old = await bytesAt(copy.from, start, numberOf(metadata, column.compressed));
  const framed = metadata.get(column.codec)?.value === lz4;
  const { bytes, moved } = framed ? decompressPages(old) : { bytes: old, moved: undefined };
  for (const id of offsets) {
    const offset = numberOf(metadata, id) - start;
    put(metadata, id, at + (moved?.get(offset) ?? offset));
  }
  if (framed) metadata.set(column.codec, { type: code.i32, value: uncompressed });
  put(metadata, column.compressed, bytes.length);
  // parquet.thrift: the offset of metadata behind the chunk, and 0 where there is none.
  put(chunk, columnChunk.fileOffset, 0);
  await copy.to.write(bytes);
  return at + bytes.length;
}

/** The pages of a chunk without compression, and where each that began at an offset begins now. */
function decompressPages(chunk: Buffer): {
  readonly bytes: Buffer;
  readonly moved: ReadonlyMap<number, number>;
} {
  const parts: Buffer[] = [];
  const moved = new Map<number, number>();
  const cursor: Cursor = { buffer: chunk, at: 0 };
  let length = 0;
  while (cursor.at < chunk.length) {
    moved.set(cursor.at, length);
    for (const part of decompressPage(cursor)) {
      parts.push(part);
      length += part.length;
    }
  }
  return { bytes: Buffer.concat(parts), moved };
}

function decompressPage(cursor: Cursor): readonly Buffer[] {
  const header = readStruct(cursor);
  const size = numberOf(header, pageHeader.compressed);
  const page = cursor.buffer.subarray(cursor.at, cursor.at + size);
  if (page.length !== size) throw new RangeError("a page is cut short");
  cursor.at += size;
  const total = numberOf(header, pageHeader.uncompressed);
  const second = header.get(pageHeader.version2)?.value as Struct | undefined;
  // The levels of a page of version 2 are never compressed.
  const levels =
    second === undefined
      ? 0
      : numberOf(second, version2.definitionLevels) + numberOf(second, version2.repetitionLevels);
  const plain = second?.get(version2.isCompressed)?.type === code.false || total === levels;
  const body = plain ? page.subarray(levels) : unframed(page.subarray(levels), total - levels);
  second?.set(version2.isCompressed, { type: code.false, value: 0n });
  header.delete(pageHeader.checksum);
  put(header, pageHeader.compressed, levels + body.length, code.i32);
  return [structBytes(header), page.subarray(0, levels), body];
}

function numberOf(struct: Struct, id: number): number {
  const value = struct.get(id)?.value;
  return typeof value === "bigint" ? Number(value) : 0;
}

function put(struct: Struct, id: number, value: number, type: number = code.i64): void {
  struct.set(id, { type, value: BigInt(value) });
}

function listOf(struct: Struct, id: number): readonly Struct[] {
  const items = (struct.get(id)?.value ?? []) as readonly Thrift[];
  return items.map((item) => item.value as Struct);
}
