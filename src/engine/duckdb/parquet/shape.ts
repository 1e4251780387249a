import type { DuckDBConnection } from "@duckdb/node-api";
import { assert, error } from "../../../error/error.ts";
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
import { bareKey } from "../type.ts";
import { holdsBytes } from "./read.ts";
import { elementOf, markedSchemaOf, schemaColumns } from "./schema.ts";

/** The metadata key of a field's id, as Spark's Parquet reader and writer have it. */
const key = "parquet.field.id";

/** Files in which the same names are what is wanted. */
export interface Shape {
  /** The columns wanted, as these files call them. */
  readonly stored: StructType;
  /** What is read: `stored`, and what tells whether a struct without any of its members is null. */
  readonly scanned: StructType;
  /** Where they stand among all files. */
  readonly files: readonly number[];
}

export interface ShapeRequest {
  readonly connection: DuckDBConnection;
  readonly paths: readonly string[];
  readonly stored: StructType;
  readonly match: "name" | "id";
}

/**
 * Finds the fields in every file's footer, at every depth. By id, because DuckDB itself matches
 * ids of columns, not of their members; a field without an id is found by its name, and a file
 * without any id is refused, as Spark does: all of it would be null. By name, because DuckDB
 * fails where a struct in a file has none of the members wanted, and spells out as bytes a text
 * that is not marked as one, and reads structs of one field as that field in lists of old forms.
 */
export async function shapesOf(request: ShapeRequest): Promise<readonly Shape[]> {
  const { connection, paths: names, stored, match } = request;
  const places = new Map<string, number[]>();
  for (const [at, name] of names.entries()) places.set(name, [...(places.get(name) ?? []), at]);
  const shapes = new Map<string, Shape & { readonly files: number[] }>();
  for (const { schema, files } of await footers(connection, [...places.keys()])) {
    if (match === "id" && hasIds(stored) && !hasIds(schema)) {
      throw error("FAILED_READ_FILE.PARQUET_FIELD_ID_MISSING", { path: files[0] ?? "" });
    }
    const reading = { match, bytes: holdsBytes(stored), path: files[0] ?? "" };
    const members = membersIn(stored.fields, schema.fields, reading);
    const kind = { stored: struct(members.stored), scanned: struct(members.scanned) };
    const name = JSON.stringify(kind);
    const shape = shapes.get(name) ?? { ...kind, files: [] };
    shapes.set(name, shape);
    for (const file of files) shape.files.push(...(places.get(file) ?? []));
  }
  const found = [...shapes.values()].reduce((sum, shape) => sum + shape.files.length, 0);
  assert(found === names.length, "every file has a footer, under the name that was given");
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
    const schema = markedSchemaOf(parsed.map((one) => elementOf(Object.values(one))));
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

interface Reading {
  readonly match: ShapeRequest["match"];
  /** Whether bytes are wanted: texts without a mark are read as bytes too then. */
  readonly bytes: boolean;
  /** For messages. */
  readonly path: string;
}

interface Found<T> {
  readonly stored: T;
  readonly scanned: T;
}

function membersIn(
  wanted: readonly StructField[],
  there: readonly StructField[],
  reading: Reading,
): Found<readonly StructField[]> {
  const members = wanted.map((member): Found<StructField> => {
    const found = there.find((one) => isSame(member, one, reading.match));
    if (found === undefined) {
      const none = field(absent(member.name, there), member.type);
      return { stored: none, scanned: none };
    }
    const { stored, scanned } = typeIn(member.type, found.type, reading);
    return { stored: field(found.name, stored), scanned: field(found.name, scanned) };
  });
  return {
    stored: members.map((member) => member.stored),
    scanned: members.map((member) => member.scanned),
  };
}

function isSame(wanted: StructField, there: StructField, match: ShapeRequest["match"]): boolean {
  const id = match === "id" ? wanted.metadata[key] : undefined;
  return id === undefined ? sameName(there.name, wanted.name) : there.metadata[key] === id;
}

/** A name that none of the fields has: what has it reads as null. */
function absent(name: string, there: readonly StructField[]): string {
  let free = name;
  while (there.some((one) => sameName(one.name, free))) free = `${free}_`;
  return free;
}

function typeIn(wanted: DataType, there: DataType, reading: Reading): Found<DataType> {
  if (wanted.type === "struct" && there.type === "struct") {
    const [only] = there.fields;
    if (only !== undefined && bareKey in only.metadata) return bareIn(wanted, only, reading);
    const { stored, scanned } = membersIn(wanted.fields, there.fields, reading);
    for (const [at, { type }] of stored.entries()) inside(type, scanned[at]!.type, reading);
    const any = scanned.some(({ name }) => there.fields.some((one) => sameName(one.name, name)));
    const witness = any ? [] : there.fields.filter((one) => !holdsBytes(struct([one]))).slice(0, 1);
    return { stored: struct(stored), scanned: struct([...scanned, ...witness]) };
  }
  if (wanted.type === "array" && there.type === "array") {
    const element = typeIn(wanted.elementType, there.elementType, reading);
    inside(element.stored, element.scanned, reading);
    return { stored: array(element.stored), scanned: array(element.scanned) };
  }
  if (wanted.type === "map" && there.type === "map") {
    const [keyed, valued] = [
      typeIn(wanted.keyType, there.keyType, reading),
      typeIn(wanted.valueType, there.valueType, reading),
    ];
    inside(keyed.stored, keyed.scanned, reading);
    inside(valued.stored, valued.scanned, reading);
    return {
      stored: map(keyed.stored, valued.stored),
      scanned: map(keyed.scanned, valued.scanned),
    };
  }
  const unmarked = reading.bytes && wanted.type === "string" && there.type === "binary";
  return { stored: wanted, scanned: unmarked ? there : wanted };
}

/** A struct of which there is but the value of one member. */
function bareIn(wanted: StructType, only: StructField, reading: Reading): Found<DataType> {
  const isOnly = (member: StructField): boolean => isSame(member, only, reading.match);
  const member = wanted.fields.find(isOnly);
  const type = member && typeIn(member.type, only.type, reading);
  if (type) inside(type.stored, type.scanned, reading);
  const stored = wanted.fields.map((one) =>
    field(one.name, one === member && type ? type.stored : one.type, true, {
      [bareKey]: one === member,
    }),
  );
  return {
    stored: struct(stored),
    scanned: (type ?? typeIn(only.type, only.type, reading)).scanned,
  };
}

/** Bytes become a text in a column of their own only. */
function inside(stored: DataType, scanned: DataType, { path }: Reading): void {
  if (stored.type !== "string" || scanned.type === "string") return;
  const reason = "A text within a struct, array or map is not marked as UTF-8";
  throw error("FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH", { path, reason });
}
