import { declaredChar } from "../../analysis/char.ts";
import { error } from "../../error/error.ts";
import { formatDataType } from "../../schema/ddl.ts";
import { type DataType, type DecimalType, decimal, type StructField } from "../../schema/type.ts";
import type { Dialect } from "./database.ts";

/** Spark's names for the types of columns in databases whose dialect has no other. */
export function commonType(type: DataType): string | undefined {
  switch (type.type) {
    case "integer":
    case "short":
      return "INTEGER";
    case "long":
      return "BIGINT";
    case "double":
      return "DOUBLE PRECISION";
    case "float":
      return "REAL";
    case "byte":
      return "BYTE";
    case "boolean":
      return "BIT(1)";
    case "string":
      return "TEXT";
    case "binary":
      return "BLOB";
    case "timestamp":
    case "timestamp_ntz":
      return "TIMESTAMP";
    case "date":
      return "DATE";
    case "time":
      return `TIME(${type.precision})`;
    case "decimal":
      return `DECIMAL(${type.precision},${type.scale})`;
    default:
      return undefined;
  }
}

/** The type a column is made with. JDBC_TYPE_UNSUPPORTED. */
export function columnTypeOf(dialect: Dialect, field: StructField): string {
  const char = declaredChar(field);
  if (char) return `${char.kind.toUpperCase()}(${char.length})`;
  const type = dialect.columnType(field.type);
  if (type !== undefined) return type;
  throw error("JDBC_TYPE_UNSUPPORTED", {
    type: formatDataType(field.type),
    database: dialect.name,
    column: field.name,
  });
}

/** A database's decimal as Spark's: its default where the database has no bounds. */
export function decimalOf(precision: number, scale: number): DecimalType {
  if (precision === 0 && scale === 0) return decimal(38, 18);
  if (scale < 0) return decimal(Math.min(precision - scale, 38), 0);
  return decimal(Math.min(Math.max(precision, scale), 38), Math.min(scale, 38));
}
