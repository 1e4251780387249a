import { createRequire } from "node:module";
import type * as bindings from "@duckdb/node-bindings";
import type { AtomicName, DataType } from "../../../schema/type.ts";

/** DuckDB's C API as Node sees it: the module that `@duckdb/node-api` itself stands on. */
export type Binding = typeof bindings;
export type Vector = bindings.Vector;
export type LogicalType = bindings.LogicalType;

let loaded: Binding | undefined;

/** Loads the binding at first use, from where `@duckdb/node-api` finds it. */
export function binding(): Binding {
  if (loaded === undefined) {
    const api = createRequire(import.meta.url).resolve("@duckdb/node-api");
    loaded = createRequire(api)("@duckdb/node-bindings") as Binding;
  }
  return loaded;
}

/** The DuckDB type of a Spark type: struct members are named by position (f0, f1, …). */
export function logicalType(type: DataType): LogicalType {
  const duckdb = binding();
  switch (type.type) {
    case "decimal":
      return duckdb.create_decimal_type(type.precision, type.scale);
    case "array":
      return duckdb.create_list_type(logicalType(type.elementType));
    case "map":
      return duckdb.create_map_type(logicalType(type.keyType), logicalType(type.valueType));
    case "struct":
      return duckdb.create_struct_type(
        type.fields.map((field) => logicalType(field.type)),
        type.fields.map((_, index) => `f${index}`),
      );
    case "interval":
      return duckdb.create_logical_type(duckdb.Type[intervals[type.unit]]);
    default:
      return duckdb.create_logical_type(duckdb.Type[atomicName(type.type)]);
  }
}

const intervals = { month: "INTEGER", day: "BIGINT", calendar: "INTERVAL" } as const;

function atomicName(name: AtomicName | "time") {
  switch (name) {
    case "string":
    case "void":
      return "VARCHAR";
    case "long":
      return "BIGINT";
    case "integer":
      return "INTEGER";
    case "short":
      return "SMALLINT";
    case "byte":
      return "TINYINT";
    case "float":
      return "FLOAT";
    case "double":
      return "DOUBLE";
    case "boolean":
      return "BOOLEAN";
    case "binary":
    case "variant":
      return "BLOB";
    case "date":
      return "DATE";
    case "timestamp":
      return "TIMESTAMP_TZ";
    case "timestamp_ntz":
      return "TIMESTAMP";
    case "time":
      return "TIME";
  }
}

let checked: boolean | undefined;

/**
 * Whether a VARCHAR cell is laid out as the fast road writes it: 16 bytes, a u32 length, then up
 * to 12 bytes inline, or 4 bytes of prefix and the u64 address of the bytes. Tested once a process.
 */
export function knownStringLayout(): boolean {
  checked ??= testStringLayout();
  return checked;
}

/** Says what the layout is instead of testing it (to prove the slow road); undefined: test. */
export function assumeStringLayout(known: boolean | undefined): void {
  checked = known;
}

function testStringLayout(): boolean {
  const duckdb = binding();
  const samples = ["twelve bytes", "thirteen byte", "x".repeat(5000)].map((text) =>
    Buffer.from(text),
  );
  const vector = duckdb.create_vector(duckdb.create_logical_type(duckdb.Type.VARCHAR), 4);
  samples.forEach((bytes, index) => {
    duckdb.vector_assign_string_element_len(vector, index, bytes);
  });
  const data = duckdb.vector_get_data(vector, samples.length * 16);
  const copy = new Uint8Array(data);
  const view = new DataView(copy.buffer);
  return samples.every((bytes, index) => {
    const at = index * 16;
    if (view.getUint32(at, true) !== bytes.length) return false;
    const inline = copy.subarray(at + 4, at + 4 + Math.min(bytes.length, 12));
    if (bytes.length <= 12) return bytes.equals(inline);
    if (!bytes.subarray(0, 4).equals(inline.subarray(0, 4))) return false;
    const pointed = duckdb.get_data_from_pointer(copy.buffer, at + 8, bytes.length);
    return bytes.equals(pointed);
  });
}
