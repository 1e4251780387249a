import { closeSync, openSync, readSync } from "node:fs";
import type { DuckDBConnection } from "@duckdb/node-api";
import { error, isError } from "../../../error/error.ts";
import type { RecordPiece } from "../../../plan/input.ts";
import type { StructType } from "../../../schema/type.ts";
import { type RowSource, registerScan, type ScanItem } from "../table-function.ts";
import type { Vector } from "../text/binding.ts";
import { Aborted } from "./aborted.ts";
import { type RecordBatch, readBatch } from "./batch.ts";
import { prepareRecordCodecs, unpack } from "./codec.ts";
import { putBytes, RecordColumns } from "./column.ts";
import { RecordCursor } from "./cursor.ts";

/**
 * Makes fetched records readable on a connection, in order, on one thread; each use of `sql` reads
 * them again. KAFKA_CORRUPT_RECORD_BATCH and KAFKA_MALFORMED_RECORD_TIMESTAMP stop the query.
 */
export async function registerRecordScan(
  connection: DuckDBConnection,
  schema: StructType,
  pieces: readonly RecordPiece[],
): Promise<ScanItem> {
  await prepareRecordCodecs();
  return registerScan(connection, {
    types: schema.fields.map(({ type }) => type),
    start: (wanted) => new RecordRows(pieces, new RecordColumns(schema, wanted)),
  });
}

/** Beyond it a number of JavaScript is none of a record. */
const mostOffset = Number.MAX_SAFE_INTEGER - 2 ** 31;

/** One pass over the records of pieces. */
class RecordRows implements RowSource {
  readonly #pieces: readonly RecordPiece[];
  readonly #columns: RecordColumns;
  readonly #cursor = new RecordCursor();
  #index = -1;
  #piece: RecordPiece | undefined;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #aborted: Aborted | undefined;
  #batch: RecordBatch | undefined;
  #left = 0;

  constructor(pieces: readonly RecordPiece[], columns: RecordColumns) {
    this.#pieces = pieces;
    this.#columns = columns;
  }

  next(): number {
    const columns = this.#columns;
    columns.reset();
    if (this.#piece) columns.open(placeOf(this.#piece));
    while (!columns.full) {
      if (this.#left > 0) this.#records();
      else if (!this.#nextBatch() && !this.#nextPiece()) break;
    }
    return columns.rows;
  }

  flush(column: number, vector: Vector, rows: number): void {
    this.#columns.flush(column, vector, rows);
  }

  [Symbol.dispose](): void {
    this.#index = this.#pieces.length;
    this.#piece = undefined;
    this.#left = 0;
    this.#bytes = Buffer.alloc(0);
    this.#at = 0;
  }

  #nextPiece(): boolean {
    this.#index++;
    const piece = this.#pieces[this.#index];
    this.#piece = piece;
    if (piece === undefined) return false;
    this.#bytes = "path" in piece.bytes ? readPart(piece.bytes) : bufferOf(piece.bytes);
    this.#at = 0;
    this.#aborted = piece.aborted && new Aborted(piece.aborted);
    this.#columns.open(placeOf(piece));
    return true;
  }

  /** Opens the next batch that has rows; false at the end of the piece. */
  #nextBatch(): boolean {
    const piece = this.#piece;
    while (piece && this.#at < this.#bytes.length) {
      const offset = this.#offsetAt(piece.start);
      try {
        const batch = readBatch(this.#bytes, this.#at, piece.checked);
        this.#at = batch.next;
        if (!this.#counts(batch, piece)) continue;
        this.#cursor.open(unpack(batch.codec, batch.records));
        this.#batch = batch;
        this.#left = batch.count;
        return true;
      } catch (thrown) {
        throw corrupt(piece, offset, thrown);
      }
    }
    return false;
  }

  /** Whether a batch has records that are wanted; its markers are heard in any case. */
  #counts(batch: RecordBatch, { start, end }: RecordPiece): boolean {
    const dropped = this.#aborted?.drops(batch) ?? false;
    if (batch.control || dropped || batch.count <= 0) return false;
    return batch.lastOffset >= start && batch.baseOffset < end;
  }

  #records(): void {
    const piece = this.#piece!;
    const batch = this.#batch!;
    try {
      this.#fill(batch, piece);
    } catch (thrown) {
      throw corrupt(piece, batch.baseOffset, thrown);
    }
  }

  #fill(batch: RecordBatch, { start, end }: RecordPiece): void {
    const columns = this.#columns;
    const cursor = this.#cursor;
    const { key, value } = columns;
    const base = Number(batch.baseOffset);
    if (base > mostOffset) throw new RangeError("its offsets are beyond 2^53");
    const first = Number(start - batch.baseOffset);
    const last = Number(end - batch.baseOffset);
    const baseMs = Number(batch.baseTimestamp);
    const maxMs = Number(batch.maxTimestamp);
    const type = batch.logAppendTime ? 1 : 0;
    while (this.#left > 0 && !columns.full) {
      this.#left--;
      const length = cursor.varint();
      const next = cursor.at + length;
      cursor.take(1); // attributes, of which there are none
      const delta = cursor.varlong();
      const offset = cursor.varint();
      if (offset >= first && offset < last) {
        columns.put(base + offset, type === 1 ? maxMs : baseMs + delta, type);
        if (key) putBytes(key, columns.rows, cursor);
        else skipBytes(cursor);
        if (value) putBytes(value, columns.rows, cursor);
        else if (columns.reads) skipBytes(cursor);
        if (columns.reads) columns.putHeaders(cursor);
        columns.rows++;
      }
      if (length < 0 || next > cursor.bytes.length || cursor.at > next) {
        throw new RangeError("a record is cut short");
      }
      cursor.at = next;
    }
  }

  /** The first offset of the batch that is next. */
  #offsetAt(start: bigint): bigint {
    return this.#at + 8 <= this.#bytes.length ? this.#bytes.readBigInt64BE(this.#at) : start;
  }
}

function corrupt({ topic, partition }: RecordPiece, offset: bigint, thrown: unknown): Error {
  if (isError(thrown)) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  const topicPartition = `${topic}-${partition}`;
  return error("KAFKA_CORRUPT_RECORD_BATCH", { offset, topicPartition, reason }, thrown);
}

function skipBytes(cursor: RecordCursor): void {
  const length = cursor.varint();
  if (length > 0) cursor.take(length);
}

function placeOf({ topic, partition }: RecordPiece): { topic: Buffer; partition: number } {
  return { topic: Buffer.from(topic), partition };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readPart({ path, position, length }: { path: string; position: number; length: number }) {
  const bytes = Buffer.allocUnsafeSlow(length);
  const descriptor = openSync(path, "r");
  try {
    for (let done = 0; done < length; ) {
      const got = readSync(descriptor, bytes, done, length - done, position + done);
      if (got === 0) throw new RangeError(`the file ${path} is cut short`);
      done += got;
    }
  } finally {
    closeSync(descriptor);
  }
  return bytes;
}
