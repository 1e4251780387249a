import type { DataType, StructField } from "../../../schema/type.ts";
import { identifier } from "../quote.ts";

/** The metadata key of a field's id for Spark's Parquet writer (PROTOCOL.md#column-mapping). */
const key = "parquet.field.id";

/** COPY's FIELD_IDS option, if the fields have ids. */
export function fieldIds(fields: readonly StructField[]): string[] {
  const entries = entriesOf(fields);
  return entries.length === 0 ? [] : [`FIELD_IDS {${entries.join(", ")}}`];
}

function entriesOf(fields: readonly StructField[]): string[] {
  return fields.flatMap((field) => {
    const id = field.metadata[key];
    if (typeof id !== "number") return [];
    const inner = innerOf(field.type);
    const value = inner === "" ? String(id) : `{__duckdb_field_id: ${id}, ${inner}}`;
    return [`${identifier(field.name)}: ${value}`];
  });
}

function innerOf(type: DataType): string {
  switch (type.type) {
    case "struct":
      return entriesOf(type.fields).join(", ");
    case "array": {
      const inner = innerOf(type.elementType);
      return inner === "" ? "" : `element: {${inner}}`;
    }
    case "map": {
      const parts = [
        ["key", innerOf(type.keyType)],
        ["value", innerOf(type.valueType)],
      ].filter(([, inner]) => inner !== "");
      return parts.map(([name, inner]) => `${name}: {${inner}}`).join(", ");
    }
    default:
      return "";
  }
}
