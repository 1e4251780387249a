import { formatDataType } from "../ddl.ts";
import type { DataType, Json, StructType } from "../type.ts";

/** Spark's Avro schema of a row (its SchemaConverters.toAvroType), as JSON. */
export function avroJson(schema: StructType, record: string, namespace: string): Json {
  return jsonOf(schema, { record, namespace });
}

/** Spark's Avro schema of any value, as `to_avro` has it. */
export function avroValueJson(type: DataType, nullable: boolean): Json {
  return optional(type, nullable, { record: "topLevelRecord", namespace: "" });
}

interface Names {
  readonly record: string;
  readonly namespace: string;
}

function jsonOf(type: DataType, names: Names): Json {
  switch (type.type) {
    case "struct":
      return recordOf(type, names);
    case "array":
      return { type: "array", items: optional(type.elementType, type.containsNull, names) };
    case "map":
      return { type: "map", values: optional(type.valueType, type.valueContainsNull, names) };
    case "decimal":
      return {
        ...{ type: "fixed", name: "fixed", namespace: inner(names) },
        size: bytesOf(type.precision),
        ...{ logicalType: "decimal", precision: type.precision, scale: type.scale },
      };
    case "interval": {
      const unit = type.unit === "month" ? "int" : "long";
      return { type: unit, "spark.sql.catalyst.type": formatDataType(type) };
    }
    default:
      return plainOf(type.type);
  }
}

function plainOf(name: DataType["type"]): Json {
  switch (name) {
    case "boolean":
    case "float":
    case "double":
    case "string":
    case "long":
      return name;
    case "byte":
    case "short":
    case "integer":
      return "int";
    case "binary":
      return "bytes";
    case "date":
      return { type: "int", logicalType: "date" };
    case "timestamp":
      return { type: "long", logicalType: "timestamp-micros" };
    case "timestamp_ntz":
      return { type: "long", logicalType: "local-timestamp-micros" };
    default:
      return "null";
  }
}

function recordOf({ fields }: StructType, names: Names): Json {
  const namespace = inner(names);
  return {
    ...{ type: "record", name: names.record },
    ...(names.namespace === "" ? {} : { namespace: names.namespace }),
    fields: fields.map(({ name, type, nullable }) => ({
      name,
      type: optional(type, nullable, { record: name, namespace }),
    })),
  };
}

function optional(type: DataType, nullable: boolean, names: Names): Json {
  const json = jsonOf(type, names);
  return nullable && type.type !== "void" ? [json, "null"] : json;
}

function inner({ record, namespace }: Names): string {
  return namespace === "" ? record : `${namespace}.${record}`;
}

/** The bytes that any number of so many digits fits in. */
function bytesOf(precision: number): number {
  let bytes = 1;
  while (2n ** BigInt(8 * bytes - 1) < 10n ** BigInt(precision)) bytes++;
  return bytes;
}
