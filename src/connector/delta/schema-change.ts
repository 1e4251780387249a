import {
  type ColumnMappingMode,
  columnMappingMode,
  physicalName,
} from "../../log/column-mapping.ts";
import type { Snapshot } from "../../log/snapshot.ts";
import { asNullable, findField, sameType } from "../../schema/compare.ts";
import { formatDataType } from "../../schema/ddl.ts";
import type { DataType, StructType } from "../../schema/type.ts";

/**
 * Why rows written under `data` cannot be read as `read` says; undefined if they can. A column
 * that the data lacks reads as null, so it is fine where the data came `before` the read schema.
 */
export function incompatibility(
  read: StructType,
  data: StructType,
  before: boolean,
): string | undefined {
  for (const column of data.fields) {
    const known = findField(read, column.name);
    if (!known) return `column ${column.name} is not in the read schema`;
    if (!readable(known.type, column.type)) {
      const types = [column.type, known.type].map((type) => formatDataType(type));
      return `column ${column.name} is ${types[0]}, it is read as ${types[1]}`;
    }
  }
  if (before) return undefined;
  const gone = read.fields.find((column) => !findField(data, column.name));
  return gone && `column ${gone.name} was dropped`;
}

/** Whether values of type `data` may be read as `read`: structs may have grown since. */
function readable(read: DataType, data: DataType): boolean {
  if (read.type === "struct" && data.type === "struct") {
    return incompatibility(read, data, true) === undefined;
  }
  if (read.type === "array" && data.type === "array") {
    return readable(read.elementType, data.elementType);
  }
  if (read.type === "map" && data.type === "map") {
    return readable(read.keyType, data.keyType) && readable(read.valueType, data.valueType);
  }
  return sameType(asNullable(read), asNullable(data));
}

type Mapped = Pick<Snapshot, "schema" | "metadata">;

/**
 * Which column was renamed or dropped between two schemas of a table under column mapping, if any
 * was (Delta's hasNoColumnMappingSchemaChanges). A table without it has its names as physical
 * names, which an upgrade keeps.
 */
export function mappingChange(older: Mapped, newer: Mapped): string | undefined {
  const modes = [columnMappingMode(older.metadata), columnMappingMode(newer.metadata)] as const;
  return modes[1] === "none" ? undefined : changeWithin(older.schema, newer.schema, modes);
}

function changeWithin(
  older: DataType,
  newer: DataType,
  modes: readonly [ColumnMappingMode, ColumnMappingMode],
): string | undefined {
  if (older.type === "array" && newer.type === "array") {
    return changeWithin(older.elementType, newer.elementType, modes);
  }
  if (older.type === "map" && newer.type === "map") {
    return (
      changeWithin(older.keyType, newer.keyType, modes) ??
      changeWithin(older.valueType, newer.valueType, modes)
    );
  }
  if (older.type !== "struct" || newer.type !== "struct") return undefined;
  for (const column of older.fields) {
    const physical = physicalName(column, modes[0]);
    const now = newer.fields.find((one) => physicalName(one, modes[1]) === physical);
    if (now === undefined) return `column ${column.name} was dropped`;
    if (now.name !== column.name) return `column ${column.name} was renamed to ${now.name}`;
    const inner = changeWithin(column.type, now.type, modes);
    if (inner !== undefined) return inner;
  }
  return undefined;
}
