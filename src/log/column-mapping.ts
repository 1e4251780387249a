import { error } from "../error/error.ts";
import { findField } from "../schema/compare.ts";
import {
  array,
  type DataType,
  field,
  map,
  type StructField,
  type StructType,
  struct,
} from "../schema/type.ts";
import type { Metadata } from "./action.ts";

/** How columns are found in a table's files (PROTOCOL.md#column-mapping). */
export type ColumnMappingMode = "none" | "name" | "id";

const idKey = "delta.columnMapping.id";
const nameKey = "delta.columnMapping.physicalName";
/** Where Spark's Parquet reader and writer look for a field's id. */
const parquetKey = "parquet.field.id";

/** `delta.columnMapping.mode`; a mode that is none of Delta's is refused. */
export function columnMappingMode({
  configuration,
}: Pick<Metadata, "configuration">): ColumnMappingMode {
  const mode = configuration["delta.columnMapping.mode"]?.toLowerCase() ?? "none";
  if (mode === "none" || mode === "name" || mode === "id") return mode;
  throw error("DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE", { mode });
}

/** The name that files, statistics and partition values have for a column or member. */
export function physicalName(member: StructField, mode: ColumnMappingMode): string {
  if (mode === "none") return member.name;
  const name = member.metadata[nameKey];
  if (typeof name === "string") return name;
  throw error("DELTA_MISSING_COLUMN_MAPPING", { mode, field: member.name, key: nameKey });
}

/** A column as the files have it: physical names at every depth, ids as Spark's reader has them. */
export function physicalField(member: StructField, mode: ColumnMappingMode): StructField {
  if (mode === "none") return member;
  const id = member.metadata[idKey];
  if (mode === "id" && typeof id !== "number") {
    throw error("DELTA_MISSING_COLUMN_MAPPING", { mode, field: member.name, key: idKey });
  }
  const metadata = typeof id === "number" ? { [parquetKey]: id } : {};
  const type = physicalType(member.type, mode);
  return field(physicalName(member, mode), type, member.nullable, metadata);
}

function physicalType(type: DataType, mode: ColumnMappingMode): DataType {
  switch (type.type) {
    case "struct":
      return struct(type.fields.map((member) => physicalField(member, mode)));
    case "array":
      return array(physicalType(type.elementType, mode), type.containsNull);
    case "map":
      return map(
        physicalType(type.keyType, mode),
        physicalType(type.valueType, mode),
        type.valueContainsNull,
      );
    default:
      return type;
  }
}

/**
 * Where statistics have the values of a column: the physical name of every step. Undefined where
 * the schema has no such column.
 */
export function physicalPath(
  schema: StructType,
  path: readonly string[],
  mode: ColumnMappingMode,
): readonly string[] | undefined {
  const names: string[] = [];
  let place: DataType = schema;
  for (const name of path) {
    const member: StructField | undefined =
      place.type === "struct" ? findField(place, name) : undefined;
    if (member === undefined) return undefined;
    names.push(physicalName(member, mode));
    place = member.type;
  }
  return names;
}

/** Refuses a schema in which a column mapping leaves a field without what finds its data. */
export function checkColumnMapping(
  schema: StructType,
  metadata: Pick<Metadata, "configuration">,
): void {
  const mode = columnMappingMode(metadata);
  for (const member of schema.fields) physicalField(member, mode);
}
