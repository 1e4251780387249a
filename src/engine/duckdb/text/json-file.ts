import { isUtf8 } from "node:buffer";
import type { InputFile } from "../../../plan/input.ts";
import { type Block, type BlockReader, skipMark } from "./block.ts";
import type { Chunk } from "./chunk.ts";
import { CHUNK_ROWS } from "./column.ts";
import type { FileReader, FormatContext } from "./format.ts";
import { soundStart, utf8Of } from "./json-encoding.ts";
import { JsonLines } from "./json-line.ts";
import { type ParsedRecord, recordReader, variantReader } from "./json-record.ts";
import { decode, isWhole } from "./layout.ts";
import { splitLines } from "./line.ts";
import { putMalformed, rescueEnd } from "./malformed.ts";
import { jsonGrammar } from "./option.ts";
import { readWhole } from "./whole.ts";

/** Makes the readers of JSON files. */
export function jsonFormat(context: FormatContext): (file: InputFile) => FileReader {
  const { layout, options, times } = context;
  const grammar = jsonGrammar(context.rawOptions);
  const parse = isWhole(layout.data, context.rawOptions)
    ? variantReader(grammar)
    : recordReader(layout.data, {
        grammar,
        times,
        rescue: layout.rescued !== undefined,
        caseSensitive: options.caseSensitive,
      });
  const plain =
    options.caseSensitive && options.lineSeparator === undefined && !grammar.leadingZeros;
  const lines = new JsonLines(layout, { times, grammar });
  const fast = plain && lines.able ? lines : undefined;
  return (file) => {
    const records = new Records(context, file, parse);
    if (options.multiLine) return new WholeJson(records, file);
    fast?.begin(rescueEnd(file, options));
    return new JsonFile(context, records, fast);
  };
}

/** Puts records into chunks by the mode; rows that do not fit into one wait for the next. */
class Records {
  readonly #context: FormatContext;
  readonly #file: InputFile;
  readonly #parse: (text: string) => ParsedRecord;
  readonly #end: string;
  #waiting: (() => void)[] = [];
  #chunk: Chunk | undefined;

  constructor(context: FormatContext, file: InputFile, parse: (text: string) => ParsedRecord) {
    this.#context = context;
    this.#file = file;
    this.#parse = parse;
    this.#end = rescueEnd(file, context.options);
  }

  /** Puts waiting rows; true if none are left. */
  drain(chunk: Chunk): boolean {
    this.#chunk = chunk;
    let done = 0;
    while (done < this.#waiting.length && !chunk.full) this.#waiting[done++]!();
    this.#waiting = this.#waiting.slice(done);
    return this.#waiting.length === 0;
  }

  #parsed(bytes: Uint8Array): ParsedRecord {
    if (isUtf8(bytes)) return this.#parse(decode(bytes));
    // What comes after the record is not looked at.
    const parsed = this.#parse(decode(soundStart(bytes)));
    if (parsed.fault === undefined && parsed.rows.length > 0) return parsed;
    return { rows: [], fault: "the bytes are not UTF-8" };
  }

  add(bytes: Uint8Array, chunk: Chunk): void {
    if (bytes.length === 0) return;
    const parsed = this.#parsed(utf8Of(bytes));
    chunk.spent += bytes.length;
    const rows = parsed.rows.map((row) => ({
      values: row.values,
      rescued: row.rescued === undefined ? null : `{${row.rescued}${this.#end}`,
    }));
    if (parsed.fault !== undefined) {
      const kept = Uint8Array.from(bytes);
      const put = (part: typeof rows): void =>
        putMalformed(
          this.#chunk!,
          { file: this.#file, bytes: kept, reason: parsed.fault!, rows: part },
          this.#context,
        );
      if (rows.length === 0) this.#waiting.push(() => put([]));
      for (const row of rows) this.#waiting.push(() => put([row]));
    } else {
      for (const row of rows) {
        this.#waiting.push(() => this.#chunk!.put(row.values, null, row.rescued));
      }
    }
    this.drain(chunk);
  }
}

class JsonFile implements FileReader {
  readonly #blocks: BlockReader;
  readonly #records: Records;
  readonly #fast: JsonLines | undefined;
  readonly #separator: Buffer | undefined;
  #block: Block | undefined;
  #valid = true;
  #first = true;

  constructor(context: FormatContext, records: Records, fast: JsonLines | undefined) {
    const { lineSeparator } = context.options;
    this.#separator = lineSeparator === undefined ? undefined : Buffer.from(lineSeparator);
    this.#blocks = context.open(this.#separator ?? Buffer.from("\n"));
    this.#records = records;
    this.#fast = fast;
  }

  fill(chunk: Chunk): boolean {
    this.#fast?.reset();
    if (!this.#records.drain(chunk)) return true;
    while (!chunk.full) {
      if (this.#block === undefined || this.#block.start >= this.#block.end) {
        this.#block = this.#blocks.next();
        if (this.#block === undefined) return false;
        this.#begin(this.#block);
      }
      this.#lines(this.#block, chunk);
      if (!this.#records.drain(chunk)) return true;
    }
    return true;
  }

  [Symbol.dispose](): void {
    this.#blocks[Symbol.dispose]();
  }

  #begin(block: Block): void {
    this.#valid = isUtf8(block.bytes.subarray(block.start, block.end));
    if (this.#first) skipMark(block);
    this.#first = false;
  }

  #lines(block: Block, chunk: Chunk): void {
    const { end } = block;
    const fast = this.#valid ? this.#fast : undefined;
    while (block.start < end && !chunk.full) {
      const after = fast ? fast.read(block, chunk.rows) : -1;
      if (after < 0) {
        this.#slowLine(block, chunk);
        if (chunk.rows >= CHUNK_ROWS) return;
      } else {
        chunk.spent += after - block.start;
        block.start = after;
        chunk.rows++;
      }
    }
  }

  #slowLine(block: Block, chunk: Chunk): void {
    const separator = this.#separator;
    const at = separator
      ? block.bytes.indexOf(separator, block.start)
      : block.bytes.indexOf(10, block.start);
    const line = block.bytes.subarray(block.start, at);
    block.start = at + (separator?.length ?? 1);
    if (separator !== undefined) this.#records.add(line, chunk);
    else for (const part of splitLines(line)) this.#records.add(part, chunk);
  }
}

/** A file that is one record (or an array of them). */
class WholeJson implements FileReader {
  readonly #records: Records;
  readonly #file: InputFile;
  #read = false;

  constructor(records: Records, file: InputFile) {
    this.#records = records;
    this.#file = file;
  }

  fill(chunk: Chunk): boolean {
    if (!this.#read) {
      this.#read = true;
      this.#records.add(readWhole(this.#file), chunk);
    }
    return !this.#records.drain(chunk);
  }

  [Symbol.dispose](): void {}
}
