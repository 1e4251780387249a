import { sqlType } from "../../../engine/duckdb/type.ts";
import type { DataType } from "../../../schema/type.ts";
import { CalendarDate, LocalTimestamp, Timestamp, type Value } from "../../../schema/value.ts";
import type { DatabaseColumn, Dialect } from "../database.ts";
import { numberText, quotedText, standard } from "../standard.ts";

/** DuckDB, whose types are those of the engine. */
export const duckdb: Dialect = {
  ...standard,
  name: "DuckDB",
  selected: (column) => `CAST(${standard.quote(column.name)} AS ${readType(column)})`,
  columnType,
  literal,
  begin: (isolation) => (isolation === "NONE" ? [] : ["BEGIN TRANSACTION"]),
  truncate: (table) => `DELETE FROM ${table}`,
  comment: (table, text) => `COMMENT ON TABLE ${table} IS ${quotedText(text)}`,
};

/** The type a column's values are read in. */
function readType({ type, form }: DatabaseColumn): string {
  if (form === "time") return "VARCHAR";
  return form === "wall" && type.type === "timestamp" ? "TIMESTAMP" : sqlType(type);
}

function columnType(type: DataType): string | undefined {
  switch (type.type) {
    case "struct":
    case "map":
    case "variant":
    case "interval":
    case "void":
      return undefined;
    case "array": {
      const element = columnType(type.elementType);
      return element === undefined ? undefined : `${element}[]`;
    }
    default:
      return sqlType(type);
  }
}

function literal(value: Value, type: DataType): string | undefined {
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "string") return value.includes("\0") ? undefined : quotedText(value);
  if (value instanceof CalendarDate) return `DATE '${value}'`;
  if (value instanceof Timestamp) return `TIMESTAMPTZ '${value}'`;
  if (value instanceof LocalTimestamp) return `TIMESTAMP '${value}'`;
  return type.type === "float" || type.type === "double" ? undefined : numberText(value, type);
}
