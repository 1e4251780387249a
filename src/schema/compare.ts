import { error, isError } from "../error/error.ts";
import { formatDataType } from "./ddl.ts";
import { sameInterval } from "./interval-field.ts";
import {
  type ArrayType,
  array,
  type DataType,
  field,
  type MapType,
  map,
  type StructField,
  type StructType,
  struct,
} from "./type.ts";

/** The same type, whatever may be null and whatever the metadata; names compare without case. */
export function sameType(left: DataType, right: DataType): boolean {
  if (left.type === "decimal" && right.type === "decimal") {
    return left.precision === right.precision && left.scale === right.scale;
  }
  if (left.type === "time" && right.type === "time") return left.precision === right.precision;
  if (left.type === "interval" && right.type === "interval") return sameInterval(left, right);
  if (left.type === "array" && right.type === "array") {
    return sameType(left.elementType, right.elementType);
  }
  if (left.type === "map" && right.type === "map") {
    return sameType(left.keyType, right.keyType) && sameType(left.valueType, right.valueType);
  }
  if (left.type === "struct" && right.type === "struct") return sameFields(left, right);
  return left.type === right.type;
}

function sameFields(left: StructType, right: StructType): boolean {
  return (
    left.fields.length === right.fields.length &&
    left.fields.every((member, index) => sameField(member, right.fields[index]!))
  );
}

function sameField(left: StructField, right: StructField): boolean {
  return sameName(left.name, right.name) && sameType(left.type, right.type);
}

/** Equal names as Spark resolves them: without case. */
export function sameName(left: string, right: string): boolean {
  return left === right || left.toLowerCase() === right.toLowerCase();
}

/** The type with everything nullable, at every depth: the schema of data that was read. */
export function asNullable<T extends DataType>(type: T): T {
  return nullable(type) as T;
}

function nullable(type: DataType): DataType {
  switch (type.type) {
    case "array":
      return array(nullable(type.elementType), true);
    case "map":
      return map(nullable(type.keyType), nullable(type.valueType), true);
    case "struct":
      return struct(
        type.fields.map(({ name, type, metadata }) => field(name, nullable(type), true, metadata)),
      );
    default:
      return type;
  }
}

/** The field of that name, the exact spelling first, then without case. */
export function findField(schema: StructType, name: string): StructField | undefined {
  const index = fieldIndex(schema, name);
  return index < 0 ? undefined : schema.fields[index];
}

/** The position of the field of that name, or -1. */
export function fieldIndex(schema: StructType, name: string): number {
  const exact = schema.fields.findIndex((member) => member.name === name);
  return exact >= 0 ? exact : schema.fields.findIndex((member) => sameName(member.name, name));
}

export interface MergeOptions {
  /** A type that differs stays as the table has it (MERGE casts to it) instead of an error. */
  readonly keepExistingType?: boolean;
}

/**
 * The table's schema widened by that of new data, by Delta's rules: fields that are known keep
 * name, place, nullability and metadata; new ones come at the end, nullable; nested ones too.
 * Byte, short and integer widen into each other; void takes any type. Any other difference is
 * DELTA_FAILED_TO_MERGE_FIELDS.
 */
export function mergeSchemas(
  current: StructType,
  update: StructType,
  options: MergeOptions = {},
): StructType {
  const merged = current.fields.map((member) => {
    const other = findField(update, member.name);
    return other ? mergeFields(member, other, options) : member;
  });
  const added = update.fields
    .filter((member) => !findField(current, member.name))
    .map(({ name, type, metadata }) => field(name, asNullable(type), true, metadata));
  return struct([...merged, ...added]);
}

function mergeFields(current: StructField, update: StructField, options: MergeOptions) {
  try {
    const type = mergeTypes(current.type, update.type, options);
    return field(current.name, type, current.nullable, current.metadata);
  } catch (thrown) {
    if (!(thrown instanceof Mismatch || isError(thrown, "DELTA_FAILED_TO_MERGE_FIELDS"))) {
      throw thrown;
    }
    const parameters = { currentField: current.name, updateField: update.name };
    const reason = isError(thrown) ? thrown.parameters["reason"]! : thrown.message;
    throw error("DELTA_FAILED_TO_MERGE_FIELDS", { ...parameters, reason }, thrown);
  }
}

class Mismatch extends Error {}

const widths: readonly string[] = ["byte", "short", "integer"];

function mergeTypes(current: DataType, update: DataType, options: MergeOptions): DataType {
  if (current.type === "struct" && update.type === "struct") {
    return mergeSchemas(current, update, options);
  }
  if (current.type === "array" && update.type === "array") {
    return mergeArrays(current, update, options);
  }
  if (current.type === "map" && update.type === "map") return mergeMaps(current, update, options);
  if (sameType(current, update) || update.type === "void") return current;
  if (current.type === "void") return asNullable(update);
  if (widths.includes(current.type) && widths.includes(update.type)) {
    return widths.indexOf(current.type) >= widths.indexOf(update.type) ? current : update;
  }
  if (options.keepExistingType && !isNested(current) && !isNested(update)) return current;
  throw new Mismatch(
    `incompatible data types ${formatDataType(current)} and ${formatDataType(update)}`,
  );
}

function mergeArrays(current: ArrayType, update: ArrayType, options: MergeOptions): ArrayType {
  const element = mergeTypes(current.elementType, update.elementType, options);
  return array(element, current.containsNull);
}

function mergeMaps(current: MapType, update: MapType, options: MergeOptions): MapType {
  const key = mergeTypes(current.keyType, update.keyType, options);
  const value = mergeTypes(current.valueType, update.valueType, options);
  return map(key, value, current.valueContainsNull);
}

/** Whether a type has parts. */
function isNested(type: DataType): type is ArrayType | MapType | StructType {
  return type.type === "array" || type.type === "map" || type.type === "struct";
}
