import {
  array,
  type DataType,
  field,
  map,
  type StructField,
  type StructType,
  struct,
} from "../schema/type.ts";

/** Metadata by which Delta runs a table, and which no other table may inherit. */
const internal = /^(delta\.(columnMapping|identity)\.|delta\.(typeChanges|generationExpression)$)/;

/**
 * A table's schema as those who read the table see it: without the metadata of column mapping,
 * widened types, identity and generated columns (Delta's removeInternalDeltaMetadata).
 */
export function userSchema(schema: StructType): StructType {
  return struct(schema.fields.map(userField));
}

function userField({ name, type, nullable, metadata }: StructField): StructField {
  const kept = Object.entries(metadata).filter(([key]) => !internal.test(key));
  return field(name, userType(type), nullable, Object.fromEntries(kept));
}

function userType(type: DataType): DataType {
  switch (type.type) {
    case "struct":
      return userSchema(type);
    case "array":
      return array(userType(type.elementType), type.containsNull);
    case "map":
      return map(userType(type.keyType), userType(type.valueType), type.valueContainsNull);
    default:
      return type;
  }
}
