import { and, call, reference } from "../analysis/expression.ts";
import type { Column, TypedExpression } from "../analysis/typed.ts";
import type { WrittenFile } from "../engine/engine.ts";
import { error } from "../error/error.ts";
import { boolean, type StructField, type StructType } from "../schema/type.ts";

/** A NOT NULL rule that counts of nulls cannot tell broken, as the condition that breaks it. */
export interface Violation {
  readonly columnName: string;
  readonly condition: TypedExpression;
}

/**
 * The rules for structs, and for members of structs that may be null: their own nulls and those
 * of their parents look the same in a file's statistics.
 */
export function structViolations(schema: StructType, columns: readonly Column[]): Violation[] {
  return columns.flatMap((column) => {
    const target = schema.fields.find((member) => member.name === column.name);
    if (target === undefined || target.type.type !== "struct") return [];
    const place = { path: [target.name], present: [] };
    return violationsOf(reference(column), target, place);
  });
}

interface Place {
  readonly path: readonly string[];
  /** True where all parents are there. */
  readonly present: readonly TypedExpression[];
}

function violationsOf(value: TypedExpression, target: StructField, place: Place): Violation[] {
  const { path, present } = place;
  const found: Violation[] = [];
  if (!target.nullable && value.nullable) {
    const isNull = call("isnull", [value], { type: boolean, nullable: false });
    found.push({ columnName: path.join("."), condition: and([...present, isNull]) });
  }
  const type = target.type;
  if (type.type !== "struct" || value.type.type !== "struct") return found;
  const there = call("isnotnull", [value], { type: boolean, nullable: false });
  for (const [ordinal, member] of type.fields.entries()) {
    const source = value.type.fields[ordinal];
    if (source === undefined) continue;
    const part: TypedExpression = {
      kind: "field",
      input: value,
      ordinal,
      type: source.type,
      nullable: true,
    };
    const below = { path: [...path, member.name], present: [...present, there] };
    found.push(...violationsOf(part, member, below));
  }
  return found;
}

/**
 * NOT NULL of columns that are no structs: checked by the counts of what was written, before
 * anything of it is published.
 */
export function checkNotNull(schema: StructType, files: readonly WrittenFile[]): void {
  const required = schema.fields
    .filter((member) => !member.nullable && member.type.type !== "struct")
    .map((member) => [member.name]);
  if (required.length === 0) return;
  for (const file of files) {
    for (const path of required) {
      const [column = ""] = path;
      const partition = path.length === 1 && column in file.partition;
      const nulls = partition
        ? Number(file.partition[column] === null)
        : file.leaves.find((leaf) => samePath(leaf.path, path))?.nullCount;
      if (nulls !== undefined && nulls > 0) {
        throw error("DELTA_NOT_NULL_CONSTRAINT_VIOLATED", { columnName: path.join(".") });
      }
    }
  }
}

function samePath(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, index) => name === right[index]);
}
