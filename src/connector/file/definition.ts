import type { FileTableDefinition } from "../../catalog/catalog.ts";
import { error } from "../../error/error.ts";
import { findField, sameName } from "../../schema/compare.ts";
import { formatDataType } from "../../schema/ddl.ts";
import { type DataType, type StructType, struct } from "../../schema/type.ts";
import type { FileFormat } from "./format.ts";

type Given = FileTableDefinition & { readonly format: FileFormat; readonly table: string };

/** A table's definition, checked as Spark checks it, its partition columns moved to the end. */
export function fileTableDefinition({ format, table, ...given }: Given): FileTableDefinition {
  const { schema } = given;
  checkNames(schema);
  const partitions = given.partitionBy.map((name) => {
    const column = findField(schema, name);
    if (column) return column;
    throw error("COLUMN_NOT_DEFINED_IN_TABLE", {
      colType: "partition",
      colName: name,
      tableName: table,
      tableCols: schema.fields.map((field) => field.name).join(", "),
    });
  });
  const partitionBy = partitions.map((column) => column.name);
  const data = schema.fields.filter((column) => !partitionBy.includes(column.name));
  if (partitions.length > 0 && data.length === 0) {
    throw error("ALL_PARTITION_COLUMNS_NOT_ALLOWED", {});
  }
  checkFileSchema(format, struct(data), partitions.length > 0 ? struct(partitions) : undefined);
  return { ...given, schema: struct([...data, ...partitions]), partitionBy };
}

function checkNames(schema: StructType): void {
  schema.fields.forEach(({ name }, index) => {
    const other = schema.fields.findIndex((field) => sameName(field.name, name));
    if (other !== index) throw error("COLUMN_ALREADY_EXISTS", { columnName: name });
  });
}

/** Throws UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE for a column that files of a format cannot hold. */
export function checkFileSchema(
  format: FileFormat,
  data: StructType,
  partitions: StructType = struct([]),
): void {
  for (const { name, type } of data.fields) {
    if (holds(format, type)) continue;
    const columnType = formatDataType(type).toUpperCase();
    throw error("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", { format, columnName: name, columnType });
  }
  for (const { type } of partitions.fields) {
    if (isAtomic(type) && type.type !== "interval") continue;
    const text = formatDataType(type).toUpperCase();
    throw error("INVALID_PARTITION_COLUMN_DATA_TYPE", { type: text });
  }
}

function holds(format: FileFormat, type: DataType): boolean {
  switch (format) {
    case "text":
      return type.type === "string";
    case "csv":
      return isAtomic(type) && type.type !== "binary" && !isCalendar(type);
    case "json":
      return type.type === "void" || (holdsParts(format, type) && !isCalendar(type));
    case "parquet":
      // Spark keeps its own name of an interval's type in the file, which is not written here.
      return type.type !== "void" && type.type !== "interval" && holdsParts(format, type);
    case "avro":
      return !["variant", "time"].includes(type.type) && !isCalendar(type) && avroParts(type);
    case "orc":
      return type.type !== "void" && !isCalendar(type) && holdsParts(format, type);
    case "xml":
      return type.type !== "variant" && !isCalendar(type) && holdsParts(format, type);
    case "binaryFile":
      return false;
  }
}

/** The keys of a map are texts in Avro. */
function avroParts(type: DataType): boolean {
  return holdsParts("avro", type) && (type.type !== "map" || type.keyType.type === "string");
}

function holdsParts(format: FileFormat, type: DataType): boolean {
  switch (type.type) {
    case "array":
      return holds(format, type.elementType);
    case "map":
      return holds(format, type.keyType) && holds(format, type.valueType);
    case "struct":
      return type.fields.every((field) => holds(format, field.type));
    default:
      return true;
  }
}

function isCalendar(type: DataType): boolean {
  return type.type === "interval" && type.unit === "calendar";
}

function isAtomic(type: DataType): boolean {
  return !["array", "map", "struct", "void"].includes(type.type);
}
