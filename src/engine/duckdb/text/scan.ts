import type { DuckDBConnection } from "@duckdb/node-api";
import { error, isError } from "../../../error/error.ts";
import type { InputFile, TextInput } from "../../../plan/input.ts";
import type { BinaryStyle } from "../../../schema/binary.ts";
import { prepareCodecs } from "../avro/container.ts";
import { avroFormat } from "../avro/file.ts";
import { type RowSource, registerScan, type ScanItem } from "../table-function.ts";
import { xmlFormat } from "../xml/file.ts";
import type { Vector } from "./binding.ts";
import { BlockReader, forgiven } from "./block.ts";
import { Chunk } from "./chunk.ts";
import { prepareUnpacking } from "./compression.ts";
import { checkReadable, timeReader } from "./convert.ts";
import { csvFormat } from "./csv-file.ts";
import type { FileReader, FormatContext } from "./format.ts";
import { jsonFormat } from "./json-file.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { tell } from "./malformed.ts";
import { textOptions } from "./option.ts";
import { binaryFormat, textFormat } from "./plain-file.ts";
import { RescuedColumn } from "./rescued.ts";

/** A file's number and a row's make the ordinal: file << 40 | row. */
const MAX_FILES = 1 << 23;

/** What the engine fixes for a scan. */
export interface TextContext {
  /** IANA name of the session zone; the option `timeZone` goes before it. */
  readonly timeZone: string;
  readonly binaryStyle?: BinaryStyle;
}

/**
 * Makes a text input readable on a connection. Rows come in order of file and place, on one
 * thread; each use of `sql` reads the files again. Throws UNSUPPORTED_TEXT_OPTION and
 * INVALID_TEXT_OPTION at once; FAILED_READ_FILE.* and MALFORMED_RECORD_IN_PARSING.* stop the query.
 */
export async function registerTextScan(
  connection: DuckDBConnection,
  input: TextInput,
  context: TextContext,
): Promise<ScanItem> {
  if (input.format === "avro") await prepareCodecs();
  else if (input.format !== "binaryFile") await prepareUnpacking(input.files);
  if (input.files.length > MAX_FILES) {
    throw error("INVALID_TEXT_OPTION", {
      option: "files",
      value: input.files.length,
      reason: `one scan reads at most ${MAX_FILES} files`,
    });
  }
  if (input.format !== "avro") {
    for (const field of input.schema.fields) checkReadable(field.type, field.name);
  }
  const start = (wanted: readonly number[]): Rows => new Rows(input, context, wanted);
  start([])[Symbol.dispose]();
  return registerScan(connection, { types: input.schema.fields.map(({ type }) => type), start });
}

/** One pass over all files of an input. */
class Rows implements RowSource {
  readonly #input: TextInput;
  readonly #context: FormatContext;
  readonly #openFile: (file: InputFile) => FileReader;
  readonly #chunk: Chunk;
  #index = -1;
  #first = 0;
  #reader: FileReader | undefined;

  constructor(input: TextInput, context: TextContext, wanted: readonly number[]) {
    // XML is read in more encodings than one.
    const plain = input.format === "xml" ? { encoding: "UTF-8" } : {};
    const options = textOptions({ ...input.options, ...plain }, context.timeZone);
    const layout = wantedOf(layoutOf(input, options), wanted);
    this.#input = input;
    this.#context = {
      input,
      layout,
      options,
      rawOptions: { ...input.options, binarystyle: context.binaryStyle ?? "HEX_DISCRETE" },
      times: timeReader(options),
      open: (separator) => new BlockReader(input.files[this.#index]!, separator),
    };
    this.#openFile = formatOf(this.#context);
    this.#chunk = new Chunk(layout);
  }

  flush(column: number, vector: Vector, rows: number): void {
    this.#context.layout.columns[column]?.flush(vector, rows);
  }

  /** Fills the columns with the next rows; 0 at the end. */
  next(): number {
    const chunk = this.#chunk;
    for (;;) {
      chunk.reset();
      if (this.#reader === undefined && !this.#nextFile()) return 0;
      const file = this.#input.files[this.#index]!;
      const more = this.#forgive(() => this.#reader?.fill(chunk) ?? false);
      checkKnown(chunk.layout, file);
      chunk.finish(file, this.#index, this.#first);
      this.#first += chunk.rows;
      if (!more) this.#close();
      if (chunk.rows > 0) return chunk.rows;
    }
  }

  [Symbol.dispose](): void {
    this.#close();
    this.#index = this.#input.files.length;
  }

  #nextFile(): boolean {
    this.#index++;
    this.#first = 0;
    const file = this.#input.files[this.#index];
    if (file === undefined) return false;
    this.#forgive(() => {
      this.#reader = this.#openFile(file);
      return true;
    });
    return true;
  }

  #forgive(work: () => boolean): boolean {
    try {
      return work();
    } catch (thrown) {
      const file = this.#input.files[this.#index];
      const { bad } = this.#input;
      const passed = forgiven(thrown, this.#context.options);
      const failed = isError(thrown) && thrown.code.startsWith("FAILED_READ_FILE.");
      if (bad && file && failed && (passed || bad.records !== undefined)) {
        tell(bad.files, { path: file.uri, reason: thrown.message });
        return false;
      }
      if (passed) return false;
      throw thrown;
    }
  }

  #close(): void {
    this.#reader?.[Symbol.dispose]();
    this.#reader = undefined;
  }
}

function checkKnown({ rescued }: Layout, file: InputFile): void {
  if (!(rescued instanceof RescuedColumn) || rescued.unknown.length === 0) return;
  const fields = rescued.unknown.map((names) => names.join(".")).join(", ");
  const remedy = "Read the files with a schema that has them";
  throw error("UNKNOWN_FIELD_EXCEPTION", { fields, path: file.uri, remedy });
}

/** Columns of the file itself are always read; what is the same for a whole file only if wanted. */
function wantedOf(layout: Layout, wanted: readonly number[]): Layout {
  const columns = new Set(wanted.map((index) => layout.columns[index]));
  return { ...layout, constants: layout.constants.filter(({ column }) => columns.has(column)) };
}

function formatOf(context: FormatContext): (file: InputFile) => FileReader {
  switch (context.input.format) {
    case "json":
      return jsonFormat(context);
    case "csv":
      return csvFormat(context);
    case "text":
      return textFormat(context);
    case "binaryFile":
      return binaryFormat(context);
    case "avro":
      return avroFormat(context);
    case "xml":
      return xmlFormat(context);
  }
}
