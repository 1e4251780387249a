import { isError } from "../../../error/error.ts";
import { type InputFile, isFileMetadata, type OrcInput } from "../../../plan/input.ts";
import type { StructField } from "../../../schema/type.ts";
import { batchRows } from "../../orc/column/column.ts";
import type { Reader } from "../../orc/column/open.ts";
import type { RowSource } from "../table-function.ts";
import { binding, type Vector } from "../text/binding.ts";
import { type Column, columnOf } from "../text/column.ts";
import { constantOf } from "../text/layout.ts";
import { tell } from "../text/malformed.ts";
import { damaged, type OpenOrc, openOrc } from "./file.ts";
import { matchColumns } from "./match.ts";
import { type Meaning, type Put, putOf } from "./put.ts";
import { type Span, spansOf } from "./span.ts";

/** Bytes of a chunk's values that are enough: longer ones come in chunks of fewer rows. */
const chunkBytes = 16 << 20;

export interface RowsRequest {
  readonly zone: string;
  readonly ignoreCorruptFiles: boolean;
  /** Columns of the input that DuckDB wants, by number. */
  readonly wanted: readonly number[];
}

/** A file that is being read. */
interface Reading {
  readonly open: OpenOrc;
  readonly puts: readonly Put[];
  readonly spans: Iterator<Span, undefined>;
  span: Span | undefined;
  /** Rows of the span that are read. */
  done: number;
}

/** Bytes of text that a reader holds. */
function bytesOf(reader: Reader | undefined): number {
  if (reader === undefined) return 0;
  if (reader.kind === "bytes") return reader.used;
  if (reader.kind === "struct") return Math.max(0, ...reader.members.map(bytesOf));
  return reader.kind === "list" ? Math.max(0, ...reader.children.map(bytesOf)) : 0;
}

/** One pass over all files of an input. */
export class OrcRows implements RowSource {
  readonly #input: OrcInput;
  readonly #request: RowsRequest;
  /** The wanted columns that files have, by their number in the input. */
  readonly #fields: ReadonlyMap<number, StructField>;
  readonly #constants = new Map<number, Column>();
  #index = -1;
  #reading: Reading | undefined;
  #position = 0;
  #rows = batchRows;

  constructor(input: OrcInput, request: RowsRequest) {
    this.#input = input;
    this.#request = request;
    const partitions = new Set(input.files.flatMap((file) => Object.keys(file.partition)));
    const fields = new Map<number, StructField>();
    for (const index of new Set(request.wanted)) {
      const field = input.schema.fields[index];
      if (field === undefined) continue;
      if (isFileMetadata(field) || partitions.has(field.name)) {
        this.#constants.set(index, columnOf(field.type));
      } else fields.set(index, field);
    }
    this.#fields = fields;
  }

  next(): number {
    for (;;) {
      if (this.#reading === undefined && !this.#nextFile()) return 0;
      const rows = this.#forgive(() => this.#read()) ?? 0;
      if (rows > 0) return rows;
      this.#close();
    }
  }

  flush(column: number, vector: Vector, rows: number): void {
    if (rows === 0) return;
    const { fields } = this.#input.schema;
    if (column === fields.length) this.#putOrdinal(vector, rows);
    const constant = this.#constants.get(column);
    if (constant) this.#putConstant(constant, { field: fields[column]!, vector, rows });
    const at = [...this.#fields.keys()].indexOf(column);
    if (at < 0) return;
    const { puts, span } = this.#reading!;
    try {
      puts[at]!(vector, span!.readers[at]!, rows);
    } catch (thrown) {
      throw damaged(thrown, this.#file.uri);
    }
  }

  [Symbol.dispose](): void {
    this.#close();
    this.#index = this.#input.files.length;
  }

  get #file(): InputFile {
    return this.#input.files[this.#index]!;
  }

  #nextFile(): boolean {
    this.#index++;
    const file = this.#input.files[this.#index];
    if (file === undefined) return false;
    this.#forgive(() => {
      const open = openOrc(file);
      const { tail } = open;
      if (tail === undefined || (tail.root.kind === "struct" && tail.root.names.length === 0)) {
        open[Symbol.dispose]();
        return;
      }
      const begun = { span: undefined, done: 0 };
      // Known before its columns are matched, so that it is closed whatever happens.
      this.#reading = { open, puts: [], spans: [][Symbol.iterator](), ...begun };
      const { schema, stored = schema } = this.#input;
      const request = { root: tail.root, stored, path: file.uri };
      const matches = matchColumns([...this.#fields.values()], request);
      const { zone } = this.#request;
      const meaning: Meaning = { proleptic: tail.proleptic, zone };
      const puts = matches.map((match) => putOf(match, meaning));
      const spans = spansOf({ open, tail, matches, picks: file.stripes, zone });
      this.#reading = { open, puts, spans, ...begun };
    });
    return true;
  }

  /** Reads the next rows of the file; 0 at its end. */
  #read(): number {
    const reading = this.#reading;
    if (reading === undefined) return 0;
    while (reading.span === undefined || reading.done >= reading.span.rows) {
      if (!this.#nextSpan(reading)) return 0;
    }
    const { readers, first, rows: all } = reading.span;
    const rows = Math.min(this.#rows, all - reading.done);
    for (const reader of readers) reader?.read(0, rows);
    this.#position = first + reading.done;
    reading.done += rows;
    const bytes = Math.max(0, ...readers.map(bytesOf));
    if (bytes > chunkBytes) this.#rows = Math.max(1, Math.ceil(this.#rows / 4));
    else if (bytes < chunkBytes / 8) this.#rows = Math.min(batchRows, this.#rows * 2);
    return rows;
  }

  #nextSpan(reading: Reading): boolean {
    reading.span = reading.spans.next().value;
    reading.done = 0;
    if (reading.span === undefined) return false;
    // Long values are not known to be long before they are read.
    const most = Math.ceil(chunkBytes / Math.max(1, reading.span.density));
    this.#rows = Math.max(1, Math.min(this.#rows, most));
    return true;
  }

  #putOrdinal(vector: Vector, rows: number): void {
    const words = new Int32Array(rows * 2);
    for (let row = 0; row < rows; row++) {
      const position = this.#position + row;
      words[row * 2] = position;
      words[row * 2 + 1] = this.#index * 256 + Math.floor(position / 0x1_0000_0000);
    }
    binding().copy_data_to_vector(vector, 0, words.buffer, 0, rows * 8);
  }

  #putConstant(
    column: Column,
    to: { readonly field: StructField; readonly vector: Vector; readonly rows: number },
  ): void {
    const value = constantOf(to.field, this.#file);
    column.reset();
    for (let row = 0; row < to.rows; row++) column.put(row, value);
    column.flush(to.vector, to.rows);
  }

  #forgive<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (thrown) {
      const failure = damaged(thrown, this.#file.uri);
      const isCorrupt =
        isError(failure, "FAILED_READ_FILE.NO_HINT") ||
        isError(failure, "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER");
      if (isCorrupt && this.#request.ignoreCorruptFiles) {
        const { bad } = this.#input;
        if (bad) tell(bad.files, { path: this.#file.uri, reason: failure.message });
        return undefined;
      }
      throw failure;
    }
  }

  #close(): void {
    this.#reading?.open[Symbol.dispose]();
    this.#reading = undefined;
  }
}
