import { dataTypeJson } from "./json.ts";
import type { DataType, StructType } from "./type.ts";

/** The schema as a tree, byte for byte as Spark's `printSchema()` prints it. */
export function treeString(schema: StructType): string {
  return `root\n${members(schema, " ")}`;
}

function members(schema: StructType, prefix: string): string {
  return schema.fields
    .map(({ name, type, nullable }) =>
      branch(`${prefix}|-- ${name}: ${typeName(type)} (nullable = ${nullable})`, type, prefix),
    )
    .join("");
}

function branch(line: string, type: DataType, prefix: string): string {
  return `${line}\n${parts(type, `${prefix}|    `)}`;
}

function parts(type: DataType, prefix: string): string {
  switch (type.type) {
    case "struct":
      return members(type, prefix);
    case "array": {
      const { elementType: element, containsNull } = type;
      const line = `${prefix}|-- element: ${typeName(element)} (containsNull = ${containsNull})`;
      return branch(line, element, prefix);
    }
    case "map": {
      const { keyType: key, valueType: value, valueContainsNull } = type;
      const nulls = `(valueContainsNull = ${valueContainsNull})`;
      const last = `${prefix}|-- value: ${typeName(value)} ${nulls}`;
      return (
        branch(`${prefix}|-- key: ${typeName(key)}`, key, prefix) + branch(last, value, prefix)
      );
    }
    default:
      return "";
  }
}

function typeName(type: DataType): string {
  const json = dataTypeJson(type);
  return typeof json === "string" ? json : type.type;
}
