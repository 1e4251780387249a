import { asNullable, findField, sameType } from "../../schema/compare.ts";
import { formatDataType } from "../../schema/ddl.ts";
import type { DataType, StructType } from "../../schema/type.ts";

/**
 * Why rows written under `data` cannot be read as `read` says; undefined if they can. A column
 * that the data lacks reads as null, so it is fine where the data came `before` the read schema.
 */
export function incompatibility(
  read: StructType,
  data: StructType,
  before: boolean,
): string | undefined {
  for (const column of data.fields) {
    const known = findField(read, column.name);
    if (!known) return `column ${column.name} is not in the read schema`;
    if (!readable(known.type, column.type)) {
      const types = [column.type, known.type].map((type) => formatDataType(type));
      return `column ${column.name} is ${types[0]}, it is read as ${types[1]}`;
    }
  }
  if (before) return undefined;
  const gone = read.fields.find((column) => !findField(data, column.name));
  return gone && `column ${gone.name} was dropped`;
}

/** Whether values of type `data` may be read as `read`: structs may have grown since. */
function readable(read: DataType, data: DataType): boolean {
  if (read.type === "struct" && data.type === "struct") {
    return incompatibility(read, data, true) === undefined;
  }
  if (read.type === "array" && data.type === "array") {
    return readable(read.elementType, data.elementType);
  }
  if (read.type === "map" && data.type === "map") {
    return readable(read.keyType, data.keyType) && readable(read.valueType, data.valueType);
  }
  return sameType(asNullable(read), asNullable(data));
}
