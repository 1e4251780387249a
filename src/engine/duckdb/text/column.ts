import { assert } from "../../../error/error.ts";
import type { DataType, StructType } from "../../../schema/type.ts";
import type { Value } from "../../../schema/value.ts";
import { binding, type Vector } from "./binding.ts";
import { FixedColumn } from "./fixed.ts";
import { StringColumn } from "./string.ts";

/** Rows in one chunk of DuckDB's: its standard vector size. */
export const CHUNK_ROWS = 2048;

/** The cells of one column (or nested part) of a chunk, gathered and then copied in one go. */
export interface Column {
  /** Writes a cell; `value` is of the column's type, or null. Rows may come in any order. */
  put(row: number, value: Value): void;
  /** Copies the first `rows` cells into the vector. */
  flush(vector: Vector, rows: number): void;
  /** Forgets all cells; every cell is then null. `rows`: none was written after the next one. */
  reset(rows?: number): void;
}

/** The writer for a type. */
export function columnOf(type: DataType): Column {
  switch (type.type) {
    case "string":
    case "binary":
    case "void":
    case "variant":
      return new StringColumn();
    case "struct":
      return new StructColumn(type);
    case "array":
      return new ListColumn(columnOf(type.elementType));
    case "map":
      return new MapColumn(columnOf(type.keyType), columnOf(type.valueType));
    default:
      return new FixedColumn(type);
  }
}

export class StructColumn implements Column {
  readonly own = new FixedColumn({ type: "boolean" });
  readonly members: readonly Column[];
  readonly #names: readonly string[];

  constructor(type: StructType) {
    this.#names = type.fields.map((field) => field.name);
    this.members = type.fields.map((field) => columnOf(field.type));
  }

  put(row: number, value: Value): void {
    this.own.put(row, value === null ? null : true);
    const from = value as { readonly [name: string]: Value } | null;
    this.members.forEach((member, index) => {
      member.put(row, from?.[this.#names[index]!] ?? null);
    });
  }

  flush(vector: Vector, rows: number): void {
    this.own.flushValidity(vector, rows);
    this.members.forEach((member, index) => {
      member.flush(binding().struct_vector_get_child(vector, index), rows);
    });
  }

  reset(): void {
    this.own.reset();
    for (const member of this.members) member.reset();
  }
}

/** Where the elements of each row lie in the child: pairs of u64 (offset, length). */
class Entries {
  cells = new Int32Array(CHUNK_ROWS * 4);
  valid = new FixedColumn({ type: "boolean" });
  count = 0;

  put(row: number, length: number | undefined): void {
    if (row * 4 + 4 > this.cells.length) {
      const grown = new Int32Array(Math.max(this.cells.length * 2, row * 4 + 4));
      grown.set(this.cells);
      this.cells = grown;
    }
    this.valid.put(row, length === undefined ? null : true);
    this.cells[row * 4] = this.count;
    this.cells[row * 4 + 1] = 0;
    this.cells[row * 4 + 2] = length ?? 0;
    this.cells[row * 4 + 3] = 0;
    this.count += length ?? 0;
    assert(this.count < 2 ** 31, "a chunk holds fewer than 2^31 elements");
  }

  flush(vector: Vector, rows: number): Vector {
    const duckdb = binding();
    duckdb.copy_data_to_vector(vector, 0, this.cells.buffer as ArrayBuffer, 0, rows * 16);
    this.valid.flushValidity(vector, rows);
    duckdb.list_vector_reserve(vector, this.count);
    duckdb.list_vector_set_size(vector, this.count);
    return duckdb.list_vector_get_child(vector);
  }

  reset(): void {
    this.count = 0;
    this.valid.reset();
  }
}

export class ListColumn implements Column {
  readonly entries = new Entries();
  readonly element: Column;

  constructor(element: Column) {
    this.element = element;
  }

  put(row: number, value: Value): void {
    const items = value as readonly Value[] | null;
    const start = this.entries.count;
    this.entries.put(row, items?.length);
    items?.forEach((item, index) => {
      this.element.put(start + index, item);
    });
  }

  flush(vector: Vector, rows: number): void {
    this.element.flush(this.entries.flush(vector, rows), this.entries.count);
  }

  reset(): void {
    this.entries.reset();
    this.element.reset();
  }
}

export class MapColumn implements Column {
  readonly entries = new Entries();
  readonly key: Column;
  readonly item: Column;

  constructor(key: Column, item: Column) {
    this.key = key;
    this.item = item;
  }

  put(row: number, value: Value): void {
    const pairs = value as ReadonlyMap<Value, Value> | null;
    let at = this.entries.count;
    this.entries.put(row, pairs?.size);
    for (const [key, item] of pairs ?? []) {
      this.key.put(at, key);
      this.item.put(at, item);
      at++;
    }
  }

  flush(vector: Vector, rows: number): void {
    const duckdb = binding();
    const pair = this.entries.flush(vector, rows);
    this.key.flush(duckdb.struct_vector_get_child(pair, 0), this.entries.count);
    this.item.flush(duckdb.struct_vector_get_child(pair, 1), this.entries.count);
  }

  reset(): void {
    this.entries.reset();
    this.key.reset();
    this.item.reset();
  }
}
