import { isAscii, isUtf8 } from "node:buffer";
import { assert } from "../../../error/error.ts";
import type { BytesReader, Dictionary, DictionaryReader } from "../../orc/column/bytes.ts";
import type { Reader } from "../../orc/column/open.ts";
import type { Vector } from "../text/binding.ts";
import { decode } from "../text/layout.ts";
import { MASKS, StringColumn } from "../text/string.ts";
import { putValidity } from "./put.ts";

/** A dictionary that is no longer goes with each chunk as a whole. */
const wholeBytes = 16 << 10;
const space = 0x20;

export interface TextRequest {
  /** Text, which DuckDB wants as UTF-8, not bytes. */
  readonly text: boolean;
  /** Blanks at the end are padding. */
  readonly trimmed: boolean;
}

/** Puts texts and bytes in the layout of DuckDB's cells. */
export class TextCells {
  readonly #request: TextRequest;
  readonly #column = new StringColumn();
  #known: Dictionary | undefined;
  /** The cells of the entries of the dictionary. */
  #entries = new Int32Array();
  #fixed: Dictionary | undefined;
  /** Where in the chunk's heap an entry lies, if `#stamps` has the chunk's number. */
  #places = new Int32Array();
  #stamps = new Int32Array();
  #chunk = 0;

  constructor(request: TextRequest) {
    this.#request = request;
  }

  put(vector: Vector, reader: Reader, rows: number): void {
    const column = this.#column;
    column.used = 0;
    if (column.cells.length < rows * 4) column.cells = new Int32Array(rows * 4);
    if (reader.kind === "dictionary") this.#fromDictionary(reader, rows);
    else {
      assert(reader.kind === "bytes", "texts are read of bytes");
      this.#fromBytes(reader, rows);
    }
    column.flushCells(vector, rows);
    putValidity(vector, reader, rows);
  }

  #fromBytes(reader: BytesReader, rows: number): void {
    const { starts, lengths, heap, used } = reader;
    if (this.#request.trimmed) trim(reader, rows);
    const own = this.#request.text ? asUtf8({ starts, lengths, heap, used, size: rows }) : reader;
    const column = this.#column;
    column.heap = own.heap;
    column.used = own.used;
    fill(column.cells, own, rows);
  }

  #fromDictionary(reader: DictionaryReader, rows: number): void {
    const { ids, dictionary } = reader;
    if (this.#known !== dictionary) this.#learn(dictionary);
    const fixed = this.#fixed!;
    const column = this.#column;
    const { cells } = column;
    const entries = this.#entries;
    const whole = fixed.used <= wholeBytes;
    if (whole) {
      column.heap = fixed.heap;
      column.used = fixed.used;
    }
    this.#chunk++;
    for (let row = 0, to = 0; row < rows; row++, to += 4) {
      const id = ids[row]!;
      const from = id * 4;
      const length = entries[from]!;
      cells[to] = length;
      cells[to + 1] = entries[from + 1]!;
      cells[to + 2] = entries[from + 2]!;
      cells[to + 3] = entries[from + 3]!;
      if (length > 12 && !whole) this.#place(to, id, fixed);
    }
  }

  /** Copies an entry to the chunk's heap, unless it is there. */
  #place(at: number, id: number, { heap, starts }: Dictionary): void {
    const column = this.#column;
    if (this.#stamps[id] !== this.#chunk) {
      this.#stamps[id] = this.#chunk;
      this.#places[id] = column.used;
      column.putLong(at, heap, starts[id]!);
    } else column.cells[at + 2] = this.#places[id]!;
  }

  #learn(dictionary: Dictionary): void {
    this.#known = dictionary;
    if (this.#request.trimmed) trim(dictionary, dictionary.size);
    const fixed = this.#request.text ? asUtf8(dictionary) : dictionary;
    this.#fixed = fixed;
    // Rows that are null have the number 0, of a dictionary that may be empty.
    this.#entries = new Int32Array((fixed.size + 1) * 4);
    fill(this.#entries, fixed, fixed.size);
    this.#places = new Int32Array(fixed.size);
    this.#stamps = new Int32Array(fixed.size);
  }
}

type Texts = Pick<Dictionary, "starts" | "lengths" | "heap" | "used">;

function fill(cells: Int32Array, { starts, lengths, heap }: Texts, count: number): void {
  const view = new DataView(heap.buffer, heap.byteOffset, heap.length);
  const [first, second, third] = MASKS as [Int32Array, Int32Array, Int32Array];
  for (let row = 0, to = 0; row < count; row++, to += 4) {
    const length = lengths[row]!;
    const start = starts[row]!;
    cells[to] = length;
    if (length > 12) {
      cells[to + 1] = view.getInt32(start, true);
      cells[to + 2] = start;
      cells[to + 3] = 0;
    } else {
      cells[to + 1] = view.getInt32(start, true) & first[length]!;
      cells[to + 2] = view.getInt32(start + 4, true) & second[length]!;
      cells[to + 3] = view.getInt32(start + 8, true) & third[length]!;
    }
  }
}

function trim({ starts, lengths, heap }: Texts, count: number): void {
  for (let row = 0; row < count; row++) {
    let end = starts[row]! + lengths[row]!;
    while (end > starts[row]! && heap[end - 1] === space) end--;
    lengths[row] = end - starts[row]!;
  }
}

/** The same texts with U+FFFD for what is not UTF-8. */
function asUtf8(texts: Dictionary): Dictionary {
  const { starts, lengths, heap, used, size } = texts;
  const bytes = heap.subarray(0, used);
  if (isAscii(bytes) || (isUtf8(bytes) && startsWhole(texts))) return texts;
  const values: Buffer[] = [];
  let sum = 0;
  for (let row = 0; row < size; row++) {
    const value = Buffer.from(decode(heap.subarray(starts[row]!, starts[row]! + lengths[row]!)));
    values.push(value);
    sum += value.length;
  }
  const own = new Uint8Array(sum + 16);
  const [ownStarts, ownLengths] = [new Int32Array(size), new Int32Array(size)];
  let at = 0;
  values.forEach((value, row) => {
    own.set(value, at);
    ownStarts[row] = at;
    ownLengths[row] = value.length;
    at += value.length;
  });
  return { size, starts: ownStarts, lengths: ownLengths, heap: own, used: sum };
}

/** Whether no text begins or ends within a character: together they are UTF-8. */
function startsWhole({ starts, lengths, heap, used, size }: Dictionary): boolean {
  for (let row = 0; row < size; row++) {
    const end = starts[row]! + lengths[row]!;
    if ((heap[starts[row]!]! & 0xc0) === 0x80 && lengths[row]! > 0) return false;
    if (end < used && (heap[end]! & 0xc0) === 0x80) return false;
  }
  return true;
}
