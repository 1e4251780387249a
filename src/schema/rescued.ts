import { findField } from "./compare.ts";
import type { DataType, StructType } from "./type.ts";

/** Where a rescued record came from: not a field of it. */
const pathKey = "_file_path";

/** The names that lead to a field, from the top. */
export type FieldPath = readonly string[];

/**
 * The fields of a rescued record that the schema does not have. A value of another type, or a
 * name in another case, is rescued too and is no new field.
 */
export function newFields(rescued: string, schema: StructType): readonly FieldPath[] {
  let record: unknown;
  try {
    record = JSON.parse(rescued);
  } catch {
    return [];
  }
  return isObject(record) ? missing(record, schema, []) : [];
}

function missing(
  record: Readonly<Record<string, unknown>>,
  schema: StructType,
  path: FieldPath,
): readonly FieldPath[] {
  return Object.entries(record).flatMap(([name, value]) => {
    if (path.length === 0 && name === pathKey) return [];
    const known = findField(schema, name);
    return known ? within(value, known.type, [...path, name]) : [[...path, name]];
  });
}

function within(value: unknown, type: DataType, path: FieldPath): readonly FieldPath[] {
  if (type.type === "struct" && isObject(value)) return missing(value, type, path);
  if (type.type === "array" && Array.isArray(value)) {
    return value.flatMap((item) => within(item, type.elementType, path));
  }
  return [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
