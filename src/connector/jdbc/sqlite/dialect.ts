import type { DataType, StructField } from "../../../schema/type.ts";
import type { Value } from "../../../schema/value.ts";
import type { Dialect } from "../database.ts";
import { numberText, quotedText, standard } from "../standard.ts";
import { commonType } from "../type.ts";

/** Digits that SQLite keeps of a number with a fraction; one of more is kept as text. */
const exactDigits = 15;

/** SQLite, in types that a column's declaration gives back. */
export const sqlite: Dialect = {
  ...standard,
  name: "SQLite",
  all: "-1",
  columnType,
  literal: (value: Value, type: DataType) => {
    if (typeof value !== "string") return numberText(value, type);
    return value.includes("\0") ? undefined : quotedText(value);
  },
  begin: (isolation) => (isolation === "NONE" ? [] : ["BEGIN IMMEDIATE"]),
  truncate: (table) => `DELETE FROM ${table}`,
  index: (table, columns) =>
    `CREATE INDEX IF NOT EXISTS ${indexName(table)} ON ${table} (${columns.map(quotedName)})`,
};

function quotedName({ name }: StructField): string {
  return standard.quote(name);
}

function indexName(table: string): string {
  return standard.quote(`millrace_keys_${table}`);
}

function columnType(type: DataType): string | undefined {
  switch (type.type) {
    case "byte":
      return "TINYINT";
    case "short":
      return "SMALLINT";
    case "float":
      return "FLOAT4";
    case "boolean":
      return "BOOLEAN";
    case "timestamp_ntz":
      return "DATETIME";
    case "decimal": {
      const name = type.precision > exactDigits ? "DECIMAL_TEXT" : "DECIMAL";
      return `${name}(${type.precision},${type.scale})`;
    }
    default:
      return commonType(type);
  }
}
