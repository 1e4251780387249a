import type { DuckDBConnection, DuckDBTableFunction } from "@duckdb/node-api";
import { error } from "../../../error/error.ts";
import type { InputFile, TextInput } from "../../../plan/input.ts";
import { long } from "../../../schema/type.ts";
import { loadDuck } from "../module.ts";
import { binding, logicalType } from "./binding.ts";
import { BlockReader, forgiven } from "./block.ts";
import { Chunk } from "./chunk.ts";
import { checkCompression } from "./compression.ts";
import { checkReadable, timeReader } from "./convert.ts";
import { csvFormat } from "./csv-file.ts";
import type { FileReader, FormatContext } from "./format.ts";
import { jsonFormat } from "./json-file.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { textOptions } from "./option.ts";
import { binaryFormat, textFormat } from "./plain-file.ts";
import { RescuedColumn } from "./rescued.ts";

/** A file's number and a row's make the ordinal: file << 40 | row. */
const MAX_FILES = 1 << 23;

/** What the engine fixes for a scan. */
export interface TextContext {
  /** IANA name of the session zone; the option `timeZone` goes before it. */
  readonly timeZone: string;
}

/** A text input as a FROM item of DuckDB. */
export interface TextScan {
  /** Columns of the input by position (f0, f1, …), then a BIGINT row ordinal. */
  readonly sql: string;
  /** What stopped the scan, if something did: DuckDB itself only reports its message. */
  failure(): Error | undefined;
  release(): Promise<void>;
}

interface Scan {
  readonly input: TextInput;
  readonly start: (wanted: readonly number[]) => Rows;
  readonly open: Set<Rows>;
  failure: Error | undefined;
}

/** One run of a scan: the columns that DuckDB wants, by number, in the order it wants them. */
interface Pass {
  readonly scan: Scan;
  readonly rows: Rows;
  /** A number that no column has stands for nothing but the count of rows. */
  readonly wanted: readonly number[];
}

const scans = new Map<number, Scan>();
let lastScan = 0;
let functions = 0;
const names = new WeakMap<DuckDBConnection, string>();

/**
 * Makes a text input readable on a connection. Rows come in order of file and place, on one
 * thread; each use of `sql` reads the files again. Throws UNSUPPORTED_TEXT_OPTION and
 * INVALID_TEXT_OPTION at once; FAILED_READ_FILE.* and MALFORMED_RECORD_IN_PARSING.* stop the query.
 */
export async function registerTextScan(
  connection: DuckDBConnection,
  input: TextInput,
  context: TextContext,
): Promise<TextScan> {
  checkCompression(input.files);
  if (input.files.length > MAX_FILES) {
    throw error("INVALID_TEXT_OPTION", {
      option: "files",
      value: input.files.length,
      reason: `one scan reads at most ${MAX_FILES} files`,
    });
  }
  for (const field of input.schema.fields) checkReadable(field.type, field.name);
  const api = loadDuck();
  const start = (wanted: readonly number[]): Rows => new Rows(input, context, wanted);
  start([])[Symbol.dispose]();
  const id = ++lastScan;
  const scan: Scan = { input, start, open: new Set(), failure: undefined };
  scans.set(id, scan);
  return {
    sql: `${functionOf(connection)}(${id})`,
    failure: () => scan.failure,
    release: async () => {
      scans.delete(id);
      for (const rows of scan.open) rows[Symbol.dispose]();
      scan.open.clear();
    },
  };

  function functionOf(to: DuckDBConnection): string {
    let name = names.get(to);
    if (name === undefined) {
      name = `millrace_text_${++functions}`;
      registerFunction(to, name, new api.DuckDBTableFunction());
      names.set(to, name);
    }
    return name;
  }
}

/** The one table function of a connection: its argument names the scan. */
function registerFunction(
  connection: DuckDBConnection,
  name: string,
  own: DuckDBTableFunction,
): void {
  const duckdb = binding();
  const table = own.table_function;
  duckdb.table_function_set_name(table, name);
  duckdb.table_function_add_parameter(table, logicalType(long));
  duckdb.table_function_supports_projection_pushdown(table, true);
  duckdb.table_function_set_bind(table, (info) => {
    const id = Number(duckdb.get_int64(duckdb.bind_get_parameter(info, 0)));
    const scan = scans.get(id);
    if (scan === undefined) throw new Error(`text scan ${id} was released`);
    scan.input.schema.fields.forEach((field, index) => {
      duckdb.bind_add_result_column(info, `f${index}`, logicalType(field.type));
    });
    duckdb.bind_add_result_column(info, "ordinal", logicalType(long));
    duckdb.bind_set_bind_data(info, scan);
  });
  duckdb.table_function_set_init(table, (info) => {
    const scan = duckdb.init_get_bind_data(info) as Scan;
    const wanted = Array.from({ length: duckdb.init_get_column_count(info) }, (_, at) =>
      duckdb.init_get_column_index(info, at),
    );
    const rows = scan.start(wanted);
    scan.open.add(rows);
    duckdb.init_set_max_threads(info, 1);
    duckdb.init_set_init_data(info, { scan, rows, wanted } satisfies Pass);
  });
  duckdb.table_function_set_function(table, (info, output) => {
    const { scan, rows, wanted } = duckdb.function_get_init_data(info) as Pass;
    try {
      const count = rows.next();
      if (count === 0) scan.open.delete(rows);
      wanted.forEach((column, at) => {
        rows.layout.columns[column]?.flush(duckdb.data_chunk_get_vector(output, at), count);
      });
      duckdb.data_chunk_set_size(output, count);
    } catch (thrown) {
      scan.failure = thrown as Error;
      rows[Symbol.dispose]();
      scan.open.delete(rows);
      throw thrown;
    }
  });
  connection.registerTableFunction(own);
}

/** One pass over all files of an input. */
class Rows implements Disposable {
  readonly #input: TextInput;
  readonly #context: FormatContext;
  readonly #openFile: (file: InputFile) => FileReader;
  readonly #chunk: Chunk;
  #index = -1;
  #first = 0;
  #reader: FileReader | undefined;

  constructor(input: TextInput, context: TextContext, wanted: readonly number[]) {
    const options = textOptions(input.options, context.timeZone);
    const layout = wantedOf(layoutOf(input, options), wanted);
    this.#input = input;
    this.#context = {
      input,
      layout,
      options,
      rawOptions: input.options,
      times: timeReader(options),
      open: (separator) => new BlockReader(input.files[this.#index]!, separator),
    };
    this.#openFile = formatOf(this.#context);
    this.#chunk = new Chunk(layout);
  }

  get layout() {
    return this.#context.layout;
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
      if (forgiven(thrown, this.#context.options)) return false;
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
  }
}
