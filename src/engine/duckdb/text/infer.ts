import { isUtf8 } from "node:buffer";
import { error } from "../../../error/error.ts";
import type { InputFile } from "../../../plan/input.ts";
import type { Options } from "../../../plan/relation.ts";
import { flag } from "../../../schema/flag.ts";
import {
  array,
  type DataType,
  field,
  nullType,
  type StructType,
  string,
  struct,
} from "../../../schema/type.ts";
import type { InferRequest } from "../../engine.ts";
import { BlockReader, forgiven, skipMark } from "./block.ts";
import { prepareUnpacking } from "./compression.ts";
import { type TimeReader, timeReader } from "./convert.ts";
import { columnNames, csvSchema, tokenType } from "./csv-infer.ts";
import { csvOptions } from "./csv-option.ts";
import { csvRecords } from "./csv-record.ts";
import { Untokenizable } from "./csv-token.ts";
import { SLOW } from "./json-cell.ts";
import { soundStart, utf8Of } from "./json-encoding.ts";
import { type JsonInference, recordType, settle, valueTypeOf } from "./json-infer.ts";
import { KnownLines } from "./json-known.ts";
import { Malformed } from "./json-lexer.ts";
import { decode } from "./layout.ts";
import { lineReader, splitLines } from "./line.ts";
import { foldCase, mergeTypes, sortedStruct } from "./merge-type.ts";
import { jsonGrammar, type TextOptions, textOptions } from "./option.ts";
import { readWhole } from "./whole.ts";

/** Bytes between two turns given to the rest of the program. */
const TURN_BYTES = 4 << 20;

/**
 * The schema of JSON or CSV files by Spark's inference. With `inferTypes` false all columns are
 * strings. JSON fields come sorted by name. Throws as the scan does.
 */
export async function inferTextSchema(request: InferRequest): Promise<StructType> {
  const options = textOptions(request.options, "UTC");
  await prepareUnpacking(request.files);
  return request.format === "json" ? inferJson(request, options) : inferCsv(request, options);
}

/** Whether the nth record is in the sample: evenly spread, the same in every run. */
function sampled(index: number, ratio: number): boolean {
  return ratio >= 1 || Math.floor((index + 1) * ratio) > Math.floor(index * ratio);
}

function opener(file: InputFile, options: TextOptions) {
  return { options, open: (separator: Buffer) => new BlockReader(file, separator) };
}

function* jsonTexts(file: InputFile, options: TextOptions): Generator<Uint8Array> {
  if (options.multiLine) {
    yield readWhole(file);
    return;
  }
  const lines = lineReader(opener(file, options), { blanks: false });
  try {
    for (let line = lines.next(); line !== undefined; line = lines.next()) yield line;
  } finally {
    lines[Symbol.dispose]();
  }
}

/** Whether every line counts and is what JSON says a line is. */
function isPlain(options: TextOptions, { grammar }: JsonInference): boolean {
  const { multiLine, lineSeparator, samplingRatio } = options;
  return !multiLine && lineSeparator === undefined && samplingRatio >= 1 && !grammar.leadingZeros;
}

/** The lines that may say something new, and how many bytes of others were passed over. */
function* unknownLines(file: InputFile, known: KnownLines): Generator<Uint8Array | number> {
  const blocks = new BlockReader(file, Buffer.from("\n"));
  try {
    let first = true;
    for (let block = blocks.next(); block !== undefined; block = blocks.next()) {
      const valid = isUtf8(block.bytes.subarray(block.start, block.end));
      if (first) skipMark(block);
      first = false;
      const from = block.start;
      while (block.start < block.end) {
        const after = valid ? known.read(block) : SLOW;
        if (after === SLOW) {
          const at = block.bytes.indexOf(10, block.start);
          const line = block.bytes.subarray(block.start, at);
          block.start = at + 1;
          for (const part of splitLines(line)) if (part.length > 0) yield part;
        } else block.start = after;
      }
      yield block.end - from;
    }
  } finally {
    blocks[Symbol.dispose]();
  }
}

function jsonInference(given: Options, options: TextOptions, inferTypes: boolean): JsonInference {
  return {
    grammar: jsonGrammar(given),
    times: timeReader(options),
    primitivesAsString: flag(given, "primitivesAsString", false),
    prefersDecimal: flag(given, "prefersDecimal", false),
    inferTimestamp: flag(given, "inferTimestamp", false),
    dropFieldIfAllNull: flag(given, "dropFieldIfAllNull", false),
    inferTypes,
  };
}

/** The type of a text's value, as `schema_of_json` tells it. */
export function inferJsonText(text: string, given: Options): DataType {
  const inference = jsonInference(given, textOptions(given, "UTC"), true);
  try {
    return told(valueTypeOf(text, inference), inference);
  } catch (thrown) {
    if (!(thrown instanceof Malformed)) throw thrown;
    const badRecord = text.slice(0, 500);
    const parameters = { badRecord, path: "schema_of_json", reason: thrown.reason };
    throw error("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", parameters);
  }
}

/** What is left of a type: an empty struct where nothing is, which an array may hold. */
function told(type: DataType, inference: JsonInference): DataType {
  const settled = settle(type, inference.dropFieldIfAllNull);
  if (settled) return settled;
  if (type.type === "array" && type.elementType.type === "struct") return array(struct([]));
  return type.type === "struct" ? struct([]) : string;
}

async function inferJson(request: InferRequest, options: TextOptions): Promise<StructType> {
  const inference = jsonInference(request.options, options, request.inferTypes);
  const known = isPlain(options, inference) ? new KnownLines(request.inferTypes) : undefined;
  let merged: DataType = struct([]);
  let index = 0;
  await forFiles(request.files, options, async (file) => {
    const turn = turns();
    for (const line of known ? unknownLines(file, known) : jsonTexts(file, options)) {
      if (known === undefined && !sampled(index++, options.samplingRatio)) continue;
      if (typeof line === "number") await turn(line);
      else {
        merged = mergeTypes(merged, typeOfRecord(line, { file, options, inference }));
        if (merged.type === "struct") known?.learn(merged);
        await turn(line.length);
      }
    }
  });
  const folded = request.foldCase ? foldCase(merged) : merged;
  const settled = settle(folded, inference.dropFieldIfAllNull);
  return (settled ?? struct([])) as StructType;
}

function typeOfRecord(
  bytes: Uint8Array,
  how: { file: InputFile; options: TextOptions; inference: JsonInference },
): DataType {
  const { file, options, inference } = how;
  let reason = "";
  try {
    const own = utf8Of(bytes);
    const sound = isUtf8(own) ? own : soundStart(own);
    const type = recordType(decode(sound), inference);
    if (type !== undefined || sound === own) return type ?? nullType;
    reason = "the bytes are not UTF-8";
  } catch (thrown) {
    if (!(thrown instanceof Malformed)) throw thrown;
    reason = isUtf8(bytes) ? thrown.reason : "the bytes are not UTF-8";
  }
  if (options.mode === "DROPMALFORMED") return nullType;
  if (options.mode === "PERMISSIVE") return sortedStruct([field(options.corruptColumn, string)]);
  throw error("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", {
    badRecord: decode(bytes).slice(0, 500),
    path: file.uri,
    reason,
  });
}

async function inferCsv(request: InferRequest, options: TextOptions): Promise<StructType> {
  const csv = csvOptions(request.options);
  const times: TimeReader = timeReader(options);
  const columns = new CsvColumns(request);
  let index = 0;
  await forFiles(request.files, options, async (file) => {
    const turn = turns();
    const records = csvRecords(opener(file, options), csv, file);
    let places: readonly number[] | undefined;
    try {
      let first = true;
      for (let record = records.next(); record !== undefined; record = records.next()) {
        if (record === "taken" || record.tokens instanceof Untokenizable) continue;
        const { tokens } = record;
        places ??= columns.begin(columnNames(tokens, csv));
        const isHeader = first && csv.header;
        first = false;
        await turn(record.text.length);
        if (isHeader || !sampled(index++, options.samplingRatio)) continue;
        const { types } = columns;
        for (let at = 0; at < places.length && at < tokens.length; at++) {
          const column = places[at]!;
          types[column] = request.inferTypes
            ? tokenType(types[column] ?? nullType, tokens[at]!, { csv, times })
            : string;
        }
      }
    } finally {
      records[Symbol.dispose]();
    }
  });
  return csvSchema(columns.names, columns.types);
}

/** The columns found in CSV files: those of the first file, or of all of them by name. */
class CsvColumns {
  readonly names: string[] = [];
  readonly types: DataType[] = [];
  readonly #merged: boolean;
  readonly #fold: boolean;

  constructor({ mergeHeaders = false, foldCase = false }: InferRequest) {
    this.#merged = mergeHeaders;
    this.#fold = foldCase;
  }

  /** Begins a file: which column each of its places is. */
  begin(header: readonly string[]): readonly number[] {
    if (!this.#merged && this.names.length > 0) return this.names.map((_, at) => at);
    const same = (name: string): string => (this.#fold ? name.toLowerCase() : name);
    return header.map((name) => {
      const known = this.names.findIndex((one) => same(one) === same(name));
      return known >= 0 ? known : this.names.push(name) - 1;
    });
  }
}

async function forFiles(
  files: readonly InputFile[],
  options: TextOptions,
  visit: (file: InputFile) => Promise<void>,
): Promise<void> {
  for (const file of files) {
    try {
      await visit(file);
    } catch (thrown) {
      if (!forgiven(thrown, options)) throw thrown;
    }
  }
}

/** Lets other work run after every few megabytes. */
function turns(): (bytes: number) => Promise<void> | undefined {
  let spent = 0;
  return (bytes) => {
    spent += bytes;
    if (spent < TURN_BYTES) return undefined;
    spent = 0;
    return new Promise((resolve) => setImmediate(resolve));
  };
}
