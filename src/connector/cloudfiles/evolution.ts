import { asNullable, findField, sameName } from "../../schema/compare.ts";
import { type DataType, field, type StructType, string, struct } from "../../schema/type.ts";

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

/** The fields of `found` that `current` does not have. */
export function addedFields(current: StructType, found: StructType): readonly FieldPath[] {
  return found.fields.flatMap((member) => {
    const known = findField(current, member.name);
    if (!known) return [[member.name]];
    if (known.type.type !== "struct" || member.type.type !== "struct") return [];
    return addedFields(known.type, member.type).map((path) => [member.name, ...path]);
  });
}

/**
 * The schema with the new fields of `found` at the end, within structs too. A field that is known
 * keeps its type, whatever was found: values of another type go on being rescued.
 */
export function evolve(current: StructType, found: StructType): StructType {
  const kept = current.fields.map((member) => {
    const other = findField(found, member.name);
    return other ? { ...member, type: evolveType(member.type, other.type) } : member;
  });
  const added = found.fields
    .filter((member) => !findField(current, member.name))
    .map(({ name, type }) => field(name, asNullable(type)));
  return struct([...kept, ...added]);
}

function evolveType(current: DataType, found: DataType): DataType {
  if (current.type === "struct" && found.type === "struct") return evolve(current, found);
  if (current.type === "array" && found.type === "array") {
    return { ...current, elementType: evolveType(current.elementType, found.elementType) };
  }
  return current;
}

/** The schema with fields as strings where it has none of the name. */
export function withStrings(schema: StructType, paths: readonly FieldPath[]): StructType {
  return paths.reduce((merged, path) => evolve(merged, nested(path)), schema);
}

function nested([name, ...rest]: FieldPath): StructType {
  return struct([field(name!, rest.length === 0 ? string : nested(rest))]);
}

/**
 * The schema as hints say: a column of theirs takes their type, one it lacks is added. A dotted
 * name is that of a struct's member.
 */
export function withHints(schema: StructType, hints: readonly Hint[]): StructType {
  return hints.reduce((hinted, { path, type }) => hint(hinted, path, type), schema);
}

export interface Hint {
  readonly path: FieldPath;
  readonly type: DataType;
}

function hint(schema: StructType, [name, ...rest]: FieldPath, type: DataType): StructType {
  const inner = (known: DataType | undefined): DataType => {
    if (rest.length === 0) return asNullable(type);
    return hint(known?.type === "struct" ? known : struct([]), rest, type);
  };
  if (!findField(schema, name!)) return struct([...schema.fields, field(name!, inner(undefined))]);
  return struct(
    schema.fields.map((member) =>
      sameName(member.name, name!) ? { ...member, type: inner(member.type) } : member,
    ),
  );
}
