import { error } from "../error/error.ts";
import { sameType } from "../schema/compare.ts";
import { formatDataType } from "../schema/ddl.ts";
import { parseDataTypeJson } from "../schema/json.ts";
import type { DataType, Json, StructField, StructType } from "../schema/type.ts";

const key = "delta.typeChanges";

/**
 * Refuses a schema with a change of type that is none of PROTOCOL.md#type-widening: what files of
 * before the change hold cannot be read as the type of now.
 */
export function checkTypeChanges(schema: StructType): void {
  visit(schema, []);
}

/** Whether files may have a column in the type that it had before. */
export function isWidened(field: StructField | undefined): boolean {
  return field !== undefined && key in field.metadata;
}

function visit(type: DataType, path: readonly string[]): void {
  switch (type.type) {
    case "struct":
      for (const { name, type: inner, metadata } of type.fields) {
        checkChanges(metadata[key], [...path, name]);
        visit(inner, [...path, name]);
      }
      return;
    case "array":
      visit(type.elementType, [...path, "element"]);
      return;
    case "map":
      visit(type.keyType, [...path, "key"]);
      visit(type.valueType, [...path, "value"]);
  }
}

function checkChanges(changes: Json | undefined, path: readonly string[]): void {
  if (!Array.isArray(changes)) return;
  for (const change of changes as readonly { readonly [name: string]: Json }[]) {
    const [from, to] = [typeOf(change["fromType"]), typeOf(change["toType"])];
    if (from !== undefined && to !== undefined && widens(from, to)) continue;
    const inner = change["fieldPath"];
    throw error("DELTA_UNSUPPORTED_TYPE_CHANGE_IN_SCHEMA", {
      fieldName: [...path, ...(typeof inner === "string" ? [inner] : [])].join("."),
      fromType: shown(from, change["fromType"]),
      toType: shown(to, change["toType"]),
    });
  }
}

/** Undefined: a type of no name that is known here. */
function typeOf(json: Json | undefined): DataType | undefined {
  try {
    return parseDataTypeJson(JSON.stringify(json ?? null));
  } catch {
    return undefined;
  }
}

function shown(type: DataType | undefined, json: Json | undefined): string {
  return type === undefined ? JSON.stringify(json ?? null) : formatDataType(type).toUpperCase();
}

const integral: readonly string[] = ["byte", "short", "integer", "long"];

/** Whether values of `from` may be read as `to` (Delta's TypeWidening.isTypeChangeSupported). */
export function widens(from: DataType, to: DataType): boolean {
  if (sameType(from, to)) return true;
  if (to.type === "decimal") {
    // Every integer but a long counts as one of ten digits.
    if (from.type === "long") return fits(20, 0, to);
    if (integral.includes(from.type)) return fits(10, 0, to);
    return from.type === "decimal" && fits(from.precision, from.scale, to);
  }
  const [width, wider] = [integral.indexOf(from.type), integral.indexOf(to.type)];
  if (width >= 0 && wider >= 0) return width <= wider;
  if (to.type === "double") return (width >= 0 && width < 3) || from.type === "float";
  return from.type === "date" && to.type === "timestamp_ntz";
}

function fits(
  precision: number,
  scale: number,
  to: { readonly precision: number; readonly scale: number },
): boolean {
  return to.scale >= scale && to.precision - to.scale >= precision - scale;
}
