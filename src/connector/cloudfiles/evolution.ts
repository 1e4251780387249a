import { asNullable, findField, sameName } from "../../schema/compare.ts";
import type { FieldPath } from "../../schema/rescued.ts";
import { type DataType, field, type StructType, string, struct } from "../../schema/type.ts";

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
