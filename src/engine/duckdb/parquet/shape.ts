import type { DuckDBConnection } from "@duckdb/node-api";
import { error } from "../../../error/error.ts";
import { sameName } from "../../../schema/compare.ts";
import {
  array,
  type DataType,
  field,
  map,
  type StructField,
  type StructType,
  struct,
} from "../../../schema/type.ts";
import { paths } from "../quote.ts";
import { elementOf, schemaColumns, schemaOf } from "./schema.ts";

/** The metadata key of a field's id, as Spark's Parquet reader and writer have it. */
const key = "parquet.field.id";

/** Files in which the same names are what is wanted. */
export interface Shape {
  readonly stored: StructType;
  /** Where they stand among all files. */
  readonly files: readonly number[];
}

/**
 * Finds the fields by their ids in every file's footer, at every depth: DuckDB itself matches ids
 * of columns, not of their members. A field without an id is found by its name. A file without
 * any id is refused, as Spark does: all of it would be null.
 */
export async function shapesById(
  connection: DuckDBConnection,
  names: readonly string[],
  stored: StructType,
): Promise<readonly Shape[]> {
  const places = new Map<string, number[]>();
  for (const [at, name] of names.entries()) places.set(name, [...(places.get(name) ?? []), at]);
  const shapes = new Map<string, { readonly stored: StructType; readonly files: number[] }>();
  for (const { schema, files } of await footers(connection, [...places.keys()])) {
    if (hasIds(stored) && !hasIds(schema)) {
      throw error("FAILED_READ_FILE.PARQUET_FIELD_ID_MISSING", { path: files[0] ?? "" });
    }
    const found = struct(membersIn(stored.fields, schema.fields));
    const name = JSON.stringify(found);
    const shape = shapes.get(name) ?? { stored: found, files: [] };
    shapes.set(name, shape);
    for (const file of files) shape.files.push(...(places.get(file) ?? []));
  }
  const order = (left: number, right: number): number => left - right;
  for (const shape of shapes.values()) shape.files.sort(order);
  return [...shapes.values()].sort((left, right) => order(left.files[0]!, right.files[0]!));
}

/** The different schemas of files, each with its files. */
async function footers(
  connection: DuckDBConnection,
  names: readonly string[],
): Promise<{ schema: StructType; files: string[] }[]> {
  const element = schemaColumns
    .split(", ")
    .map((name) => `"${name}" := CAST("${name}" AS VARCHAR)`)
    .join(", ");
  const sql = `SELECT list(file_name), elements FROM (
      SELECT file_name, to_json(list(struct_pack(${element}) ORDER BY column_id)) AS elements
      FROM parquet_schema(${paths(names)}) GROUP BY file_name)
    GROUP BY elements`;
  const rows = (await connection.runAndReadAll(sql)).getRowsJson();
  return rows.map(([files, elements]) => {
    const parsed = JSON.parse(String(elements)) as Record<string, unknown>[];
    const schema = schemaOf(parsed.map((one) => elementOf(Object.values(one))));
    return { schema, files: files as string[] };
  });
}

function hasIds(type: DataType): boolean {
  switch (type.type) {
    case "struct":
      return type.fields.some((member) => key in member.metadata || hasIds(member.type));
    case "array":
      return hasIds(type.elementType);
    case "map":
      return hasIds(type.keyType) || hasIds(type.valueType);
    default:
      return false;
  }
}

function membersIn(
  wanted: readonly StructField[],
  there: readonly StructField[],
): readonly StructField[] {
  return wanted.map((member) => {
    const id = member.metadata[key];
    const found = there.find((one) =>
      id === undefined ? sameName(one.name, member.name) : one.metadata[key] === id,
    );
    if (found === undefined) return field(absent(member.name, there), member.type);
    return field(found.name, typeIn(member.type, found.type));
  });
}

/** A name that none of the fields has: what has it reads as null. */
function absent(name: string, there: readonly StructField[]): string {
  let free = name;
  while (there.some((one) => sameName(one.name, free))) free = `${free}_`;
  return free;
}

function typeIn(wanted: DataType, there: DataType): DataType {
  if (wanted.type === "struct" && there.type === "struct") {
    return struct(membersIn(wanted.fields, there.fields));
  }
  if (wanted.type === "array" && there.type === "array") {
    return array(typeIn(wanted.elementType, there.elementType));
  }
  if (wanted.type === "map" && there.type === "map") {
    return map(typeIn(wanted.keyType, there.keyType), typeIn(wanted.valueType, there.valueType));
  }
  return wanted;
}
