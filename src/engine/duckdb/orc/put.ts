import { assert } from "../../../error/error.ts";
import type { DataType } from "../../../schema/type.ts";
import { toProleptic } from "../../orc/calendar.ts";
import type { Reader } from "../../orc/column/open.ts";
import type { TimestampReader } from "../../orc/column/time.ts";
import { binding, type Vector } from "../text/binding.ts";
import { change } from "./change.ts";
import { decimalCells } from "./decimal.ts";
import { isSame, type Match } from "./match.ts";
import { TextCells } from "./text.ts";
import { timestampCells } from "./time.ts";

/** What of a file its values need to be read right. */
export interface Meaning {
  readonly proleptic: boolean;
  /** The zone in which wall clocks become instants. */
  readonly zone: string;
}

/** Puts the rows that a reader holds into vectors of DuckDB. */
export type Put = (vector: Vector, reader: Reader, rows: number) => void;

/** How a column of a file gets into a vector. Made once a file: it keeps what it can use again. */
export function putOf(match: Match | undefined, meaning: Meaning): Put {
  if (match === undefined) return putNulls;
  const { from, to, children } = match;
  if (to.type === "struct") return putStruct(match, meaning);
  if (to.type === "array") {
    const element = putOf(children[0], meaning);
    return (vector, reader, rows) => {
      const [inner, count] = putEntries(vector, reader, rows);
      assert(reader.kind === "list", "an array is read of a list");
      element(inner, reader.children[0]!, count);
    };
  }
  if (to.type === "map") {
    const [key, value] = [putOf(children[0], meaning), putOf(children[1], meaning)];
    return (vector, reader, rows) => {
      const [inner, count] = putEntries(vector, reader, rows);
      assert(reader.kind === "list", "a map is read of a map");
      const duckdb = binding();
      key(duckdb.struct_vector_get_child(inner, 0), reader.children[0]!, count);
      value(duckdb.struct_vector_get_child(inner, 1), reader.children[1]!, count);
    };
  }
  if (!isSame(from, to, "")) return change(match, meaning);
  if (to.type === "string" || to.type === "binary") {
    const cells = new TextCells({ text: to.type === "string", trimmed: from.kind === "char" });
    return (vector, reader, rows) => cells.put(vector, reader, rows);
  }
  return (vector, reader, rows) => {
    const { buffer, width } = cellsOf(reader, to, { rows, meaning });
    binding().copy_data_to_vector(vector, 0, buffer, 0, rows * width);
    putValidity(vector, reader, rows);
  };
}

interface Cells {
  readonly buffer: ArrayBuffer;
  readonly width: number; // bytes
}

interface CellRequest {
  readonly rows: number;
  readonly meaning: Meaning;
}

function cellsOf(reader: Reader, to: DataType, { rows, meaning }: CellRequest): Cells {
  switch (reader.kind) {
    case "boolean":
    case "byte":
      return { buffer: reader.values.buffer, width: 1 };
    case "int":
      if (to.type === "short") {
        return { buffer: new Int16Array(reader.values.subarray(0, rows)).buffer, width: 2 };
      }
      if (to.type === "date" && !meaning.proleptic) rebase(reader.values, rows);
      return { buffer: reader.values.buffer, width: 4 };
    case "long":
      if (to.type === "time") return { buffer: microsOf(reader.words, rows), width: 8 };
      return { buffer: reader.words.buffer, width: 8 };
    case "float":
    case "double":
      return {
        buffer: reader.values.buffer as ArrayBuffer,
        width: reader.values.BYTES_PER_ELEMENT,
      };
    case "timestamp":
      return { buffer: timestampCells(reader as TimestampReader, rows, meaning), width: 8 };
    case "decimal":
      assert(to.type === "decimal", "a decimal is read as one");
      return decimalCells(reader.words, rows, to);
    default:
      assert(false, `a column of the kind ${reader.kind} has no cells of one width`);
  }
}

function rebase(days: Int32Array, rows: number): void {
  for (let row = 0; row < rows; row++) days[row] = toProleptic(days[row]!);
}

/** Spark keeps a time of day in nanoseconds. */
function microsOf(words: Int32Array, rows: number): ArrayBuffer {
  const nanos = new BigInt64Array(words.buffer, 0, rows);
  return nanos.map((value) => value / 1000n).buffer as ArrayBuffer;
}

/** Says which rows are null. */
export function putValidity(vector: Vector, reader: Reader, rows: number): void {
  if (!reader.nulls || rows === 0) return;
  const { present } = reader;
  const bits = new Uint8Array(Math.ceil(rows / 64) * 8);
  for (let row = 0; row < rows; row++) bits[row >> 3]! |= present[row]! << (row & 7);
  putBits(vector, bits);
}

function putBits(vector: Vector, bits: Uint8Array<ArrayBuffer>): void {
  const duckdb = binding();
  duckdb.vector_ensure_validity_writable(vector);
  duckdb.copy_data_to_vector_validity(vector, 0, bits.buffer, 0, bits.length);
}

function putNulls(vector: Vector, _: unknown, rows: number): void {
  if (rows > 0) putBits(vector, new Uint8Array(Math.ceil(rows / 64) * 8));
}

function putStruct({ from, to, children }: Match, meaning: Meaning): Put {
  assert(to.type === "struct", "a struct is read as one");
  const members = children.map((child) => ({
    put: putOf(child, meaning),
    at: child === undefined ? -1 : from.children.indexOf(child.from),
  }));
  return (vector, reader, rows) => {
    assert(reader.kind === "struct", "a struct is read of one");
    putValidity(vector, reader, rows);
    const duckdb = binding();
    members.forEach(({ put, at }, index) => {
      put(duckdb.struct_vector_get_child(vector, index), reader.members[at]!, rows);
    });
  };
}

/** Says how many elements each row has; the vector of the elements, and their number. */
function putEntries(vector: Vector, reader: Reader, rows: number): readonly [Vector, number] {
  assert(reader.kind === "list", "elements are read of a list");
  const { lengths, cells } = reader;
  const duckdb = binding();
  const entries = new Int32Array(rows * 4);
  for (let row = 0, at = 0; row < rows; row++) {
    entries[row * 4] = at;
    entries[row * 4 + 2] = lengths[row]!;
    at += lengths[row]!;
  }
  duckdb.copy_data_to_vector(vector, 0, entries.buffer, 0, rows * 16);
  putValidity(vector, reader, rows);
  duckdb.list_vector_reserve(vector, cells);
  duckdb.list_vector_set_size(vector, cells);
  return [duckdb.list_vector_get_child(vector), cells];
}
