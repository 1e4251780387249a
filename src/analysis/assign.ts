import { sameName, sameType } from "../schema/compare.ts";
import type { DataType } from "../schema/type.ts";

const integral = ["byte", "short", "integer", "long"];
const numeric = [...integral, "float", "double", "decimal"];
const datetime = ["date", "timestamp", "timestamp_ntz"];

/**
 * What ANSI store assignment allows (Cast.canANSIStoreAssign); members of structs go together by
 * their place, and by `name` must be called alike.
 */
export function assignable(
  from: DataType,
  to: DataType,
  match: "name" | "position" = "name",
): boolean {
  if (from.type === "void" || sameType(from, to)) return true;
  if (from.type === "array" && to.type === "array") {
    return assignable(from.elementType, to.elementType, match);
  }
  if (from.type === "map" && to.type === "map") {
    return (
      assignable(from.keyType, to.keyType, match) && assignable(from.valueType, to.valueType, match)
    );
  }
  if (from.type === "struct" && to.type === "struct") {
    return (
      from.fields.length === to.fields.length &&
      from.fields.every((member, index) => {
        const other = to.fields[index];
        return (
          other !== undefined &&
          (match === "position" || sameName(member.name, other.name)) &&
          assignable(member.type, other.type, match)
        );
      })
    );
  }
  if (numeric.includes(from.type)) return numeric.includes(to.type) || to.type === "string";
  if (datetime.includes(from.type)) return datetime.includes(to.type) || to.type === "string";
  return to.type === "string" && ["boolean", "interval"].includes(from.type);
}
