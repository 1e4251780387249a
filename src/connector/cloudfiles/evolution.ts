import { asNullable, findField, sameName } from "../../schema/compare.ts";
import type { FieldPath } from "../../schema/rescued.ts";
import {
  array,
  type DataType,
  field,
  map,
  type StructType,
  string,
  struct,
} from "../../schema/type.ts";

/** The fields of `found` that `current` does not have. */
export function addedFields(current: StructType, found: StructType): readonly FieldPath[] {
  return found.fields.flatMap((member) => {
    const known = findField(current, member.name);
    if (!known) return [[member.name]];
    return addedWithin(known.type, member.type).map((path) => [member.name, ...path]);
  });
}

function addedWithin(current: DataType, found: DataType): readonly FieldPath[] {
  if (current.type === "struct" && found.type === "struct") return addedFields(current, found);
  if (current.type === "array" && found.type === "array") {
    return under("element", addedWithin(current.elementType, found.elementType));
  }
  if (current.type === "map" && found.type === "map") {
    return under("value", addedWithin(current.valueType, found.valueType));
  }
  return [];
}

function under(step: string, paths: readonly FieldPath[]): readonly FieldPath[] {
  return paths.map((path) => [step, ...path]);
}

/**
 * The schema with the new fields of `found` at the end, within structs too. A field that is known
 * keeps its type, or takes what `widen` makes of it and of what was found; values of another type
 * go on being rescued.
 */
export function evolve(current: StructType, found: StructType, widen: Widen = keep): StructType {
  const kept = current.fields.map((member) => {
    const other = findField(found, member.name);
    return other ? { ...member, type: evolveType(member.type, other.type, widen) } : member;
  });
  const added = found.fields
    .filter((member) => !findField(current, member.name))
    .map(({ name, type }) => field(name, asNullable(type)));
  return struct([...kept, ...added]);
}

/** The type of a known field where values of another type came. */
export type Widen = (current: DataType, found: DataType) => DataType;

const keep: Widen = (current) => current;

function evolveType(current: DataType, found: DataType, widen: Widen): DataType {
  if (current.type === "struct" && found.type === "struct") return evolve(current, found, widen);
  if (current.type === "array" && found.type === "array") {
    return { ...current, elementType: evolveType(current.elementType, found.elementType, widen) };
  }
  if (current.type === "map" && found.type === "map") {
    return { ...current, valueType: evolveType(current.valueType, found.valueType, widen) };
  }
  return widen(current, found);
}

/** The schema with fields as strings where it has none of the name. */
export function withStrings(schema: StructType, paths: readonly FieldPath[]): StructType {
  const leaf = (known: DataType | undefined): DataType => known ?? string;
  return paths.reduce((merged, path) => placed(merged, path, leaf) as StructType, schema);
}

/**
 * The schema as hints say: a column of theirs takes their type, one it lacks is added. A dotted
 * name is that of a part.
 */
export function withHints(schema: StructType, hints: readonly Hint[]): StructType {
  return hints.reduce(
    (hinted, { path, type }) => placed(hinted, path, () => asNullable(type)) as StructType,
    schema,
  );
}

export interface Hint {
  readonly path: FieldPath;
  readonly type: DataType;
}

type Leaf = (known: DataType | undefined) => DataType;

/** A type with `leaf` for the part at a path; members on the way that it lacks are added. */
function placed(type: DataType | undefined, [step, ...rest]: FieldPath, leaf: Leaf): DataType {
  if (step === undefined) return leaf(type);
  if (type?.type === "array" && step === "element") {
    return array(placed(type.elementType, rest, leaf), type.containsNull);
  }
  if (type?.type === "map" && (step === "key" || step === "value")) {
    const { keyType, valueType, valueContainsNull } = type;
    return step === "key"
      ? map(placed(keyType, rest, leaf), valueType, valueContainsNull)
      : map(keyType, placed(valueType, rest, leaf), valueContainsNull);
  }
  const fields = type?.type === "struct" ? type.fields : [];
  if (!fields.some(({ name }) => sameName(name, step))) {
    return struct([...fields, field(step, placed(undefined, rest, leaf))]);
  }
  return struct(
    fields.map((member) =>
      sameName(member.name, step) ? { ...member, type: placed(member.type, rest, leaf) } : member,
    ),
  );
}

/** The type of the part at a path. */
export function typeAt(type: DataType, [step, ...rest]: FieldPath): DataType {
  if (step === undefined) return type;
  if (type.type === "array") return typeAt(type.elementType, rest);
  if (type.type === "map") return typeAt(step === "key" ? type.keyType : type.valueType, rest);
  return type.type === "struct" ? typeAt(findField(type, step)?.type ?? string, rest) : type;
}
