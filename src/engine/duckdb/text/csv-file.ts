import { error } from "../../../error/error.ts";
import type { InputFile } from "../../../plan/input.ts";
import type { Value } from "../../../schema/value.ts";
import type { Chunk } from "./chunk.ts";
import { columnNames } from "./csv-infer.ts";
import { CsvLines } from "./csv-line.ts";
import { type CsvOptions, csvOptions } from "./csv-option.ts";
import { csvRecords } from "./csv-record.ts";
import { Untokenizable } from "./csv-token.ts";
import { type TokenConvert, tokenConverter } from "./csv-value.ts";
import type { FileReader, FormatContext } from "./format.ts";
import { putMalformed, rescueEnd } from "./malformed.ts";

/** Makes the readers of CSV files. */
export function csvFormat(context: FormatContext): (file: InputFile) => FileReader {
  const csv = csvOptions(context.rawOptions);
  const converters = context.layout.data.fields.map((field) => {
    const convert = tokenConverter(field.type, csv, context.times);
    if (convert !== undefined) return convert;
    throw error("UNSUPPORTED_TEXT_OPTION", {
      option: `CSV column ${field.name}`,
      value: field.type.type,
      known: "types without parts",
    });
  });
  return (file) => new CsvFile(context, csv, converters, file);
}

class CsvFile implements FileReader {
  readonly #context: FormatContext;
  readonly #csv: CsvOptions;
  readonly #converters: readonly TokenConvert[];
  readonly #file: InputFile;
  readonly #records: ReturnType<typeof csvRecords>;
  readonly #end: string;
  readonly #lines: CsvLines | undefined;
  /** Whether columns are found by the header's names; else by their places, as Spark does. */
  readonly #named: boolean;
  /** The column of each token by position; undefined for a token that has none. */
  #columns: readonly (number | undefined)[] | undefined;
  #header: readonly string[] | undefined;

  constructor(
    context: FormatContext,
    csv: CsvOptions,
    converters: readonly TokenConvert[],
    file: InputFile,
  ) {
    this.#context = context;
    this.#csv = csv;
    this.#converters = converters;
    this.#file = file;
    this.#end = rescueEnd(file, context.options);
    this.#records = csvRecords(context, csv, file);
    this.#named = context.layout.rescued !== undefined || (context.input.byName ?? false);
    if (!this.#named && CsvLines.suits(context.layout, csv)) {
      this.#lines = new CsvLines(context.layout, converters, csv);
    }
  }

  fill(chunk: Chunk): boolean {
    const plain = (line: Uint8Array): boolean => {
      if (!this.#lines!.read(line, chunk.rows)) return false;
      chunk.rows++;
      chunk.spent += line.length;
      return true;
    };
    while (!chunk.full) {
      const started = !this.#csv.header || this.#header !== undefined;
      const record = this.#records.next(this.#lines && started ? plain : undefined);
      if (record === undefined) return false;
      if (record === "taken") continue;
      chunk.spent += record.text.length;
      if (this.#csv.header && this.#header === undefined) {
        const header = record.tokens instanceof Untokenizable ? [] : record.tokens;
        this.#header = this.#named ? columnNames(header, this.#csv) : header;
        this.#bindHeader(this.#header);
      } else this.#put(chunk, record.text, record.tokens);
    }
    return true;
  }

  [Symbol.dispose](): void {
    this.#records[Symbol.dispose]();
  }

  #bindHeader(header: readonly string[]): void {
    const { layout, options } = this.#context;
    const fold = (name: string): string => (options.caseSensitive ? name : name.toLowerCase());
    const names = layout.stored.map(({ name }) => fold(name));
    if (this.#named) {
      this.#columns = header.map((name) => {
        const place = names.indexOf(fold(name));
        return place < 0 ? undefined : layout.stored[place]?.at;
      });
    } else if (!this.#csv.enforceSchema) {
      const same =
        header.length === names.length &&
        header.every((name, index) => name.toLowerCase() === names[index]!.toLowerCase());
      if (same) return;
      throw error("INVALID_TEXT_OPTION", {
        option: "enforceSchema",
        value: "false",
        reason: `the header ${header.join(", ")} of ${this.#file.uri} is not the schema's`,
      });
    }
  }

  #put(chunk: Chunk, text: string, tokens: readonly string[] | Untokenizable): void {
    const { layout } = this.#context;
    const bad = (reason: string, rows: { values: Value[]; rescued?: Value }[]): void => {
      const record = { file: this.#file, bytes: Buffer.from(text), reason, rows };
      putMalformed(chunk, record, this.#context);
    };
    if (tokens instanceof Untokenizable) {
      bad(tokens.reason, []);
      return;
    }
    const count = this.#converters.length;
    const values: Value[] = new Array<Value>(count).fill(null);
    const rescued: string[] = [];
    let fault: string | undefined;
    tokens.forEach((token, position) => {
      const place = this.#columns ? undefined : layout.stored[position];
      const column = this.#columns ? this.#columns[position] : place?.at;
      if (token === this.#csv.nullValue || (place && column === undefined)) return;
      const value = column === undefined ? undefined : this.#converters[column]!(token);
      if (value !== undefined) values[column!] = value;
      else {
        const name = this.#header?.[position] ?? place?.name;
        rescued.push(`${JSON.stringify(name ?? `_c${position}`)}:${JSON.stringify(token)}`);
        if (column !== undefined) fault ??= `${JSON.stringify(token)} does not fit its column`;
      }
    });
    if (layout.rescued !== undefined) {
      const set = rescued.length === 0 ? null : `{${rescued.join(",")}${this.#end}`;
      chunk.put(values, null, set);
      return;
    }
    const width = this.#columns?.length ?? layout.stored.length;
    // Where only some columns are wanted, nobody counts the values: Spark's parser selects them.
    if (tokens.length !== width && count >= width) {
      fault ??= `${tokens.length} values for ${width} columns`;
    }
    if (fault === undefined) chunk.put(values);
    else bad(fault, [{ values }]);
  }
}
