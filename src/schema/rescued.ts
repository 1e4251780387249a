import { findField } from "./compare.ts";
import type { DataType, StructType } from "./type.ts";

/** Where a rescued record came from: not a field of it. */
const pathKey = "_file_path";

/**
 * The names that lead to a field, from the top: `element` to the elements of an array, `key` and
 * `value` to those of a map.
 */
export type FieldPath = readonly string[];

/**
 * The fields of a rescued record that the schema does not have. A value of another type, or a
 * name in another case, is rescued too and is no new field.
 */
export function newFields(rescued: string, schema: StructType): readonly FieldPath[] {
  return rescuedFields(rescued, schema).unknown;
}

/** The fields of a rescued record: those the schema does not have, and those it has. */
export interface RescuedFields {
  readonly unknown: readonly FieldPath[];
  readonly known: readonly FieldPath[];
}

/** See `newFields`. */
export function rescuedFields(rescued: string, schema: StructType): RescuedFields {
  let record: unknown;
  try {
    record = JSON.parse(rescued);
  } catch {
    return { unknown: [], known: [] };
  }
  const found: Found = { unknown: new Map(), known: new Map() };
  if (isObject(record)) members(record, schema, [], found);
  return { unknown: [...found.unknown.values()], known: [...found.known.values()] };
}

interface Found {
  readonly unknown: Map<string, FieldPath>;
  readonly known: Map<string, FieldPath>;
}

function members(
  record: Readonly<Record<string, unknown>>,
  schema: StructType,
  path: FieldPath,
  found: Found,
): void {
  for (const [name, value] of Object.entries(record)) {
    if (path.length === 0 && name === pathKey) continue;
    const inner = [...path, name];
    const known = findField(schema, name);
    if (known) within(value, known.type, inner, found);
    else found.unknown.set(inner.join("\0"), inner);
  }
}

function within(value: unknown, type: DataType, path: FieldPath, found: Found): void {
  if (type.type === "struct" && isObject(value)) members(value, type, path, found);
  else if (type.type === "array" && Array.isArray(value)) {
    for (const item of value) within(item, type.elementType, [...path, "element"], found);
  } else if (type.type === "map" && isObject(value)) {
    for (const item of Object.values(value)) {
      within(item, type.valueType, [...path, "value"], found);
    }
  } else found.known.set(path.join("\0"), path);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
