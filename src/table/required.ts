import type { WrittenFile } from "../engine/engine.ts";
import { error } from "../error/error.ts";
import type { DataType, StructType } from "../schema/type.ts";

/**
 * NOT NULL: checked on what was written, before anything of it is published. A member of a struct
 * that may itself be null is not judged by counts, which include its parent's nulls.
 */
export function checkNotNull(schema: StructType, files: readonly WrittenFile[]): void {
  const required = requiredLeaves(schema, []);
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

/** Leaves that hold a null only where a NOT NULL column is null. */
function requiredLeaves(type: DataType, path: readonly string[]): (readonly string[])[] {
  if (type.type !== "struct") return [path];
  return type.fields.flatMap((member) => {
    return member.nullable ? [] : requiredLeaves(member.type, [...path, member.name]);
  });
}

function samePath(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, index) => name === right[index]);
}
