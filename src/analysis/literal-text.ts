import { sqlDataType } from "../schema/ddl.ts";
import { formatDecimal } from "../schema/number.ts";
import { formatValue } from "../schema/text.ts";
import type { DataType } from "../schema/type.ts";
import type { Decimal, Value } from "../schema/value.ts";

/** A literal as Spark prints it in a column's name: texts bare, dates and the like typed. */
export function literalText(value: Value, type: DataType, timeZone: string): string {
  if (value === null) return "NULL";
  switch (type.type) {
    case "decimal":
      return formatDecimal(value as Decimal);
    case "date":
      return `DATE '${formatValue(value, type, timeZone)}'`;
    case "timestamp":
      return `TIMESTAMP '${formatValue(value, type, timeZone)}'`;
    case "timestamp_ntz":
      return `TIMESTAMP_NTZ '${formatValue(value, type, timeZone)}'`;
    case "time":
      return `TIME '${formatValue(value, type, timeZone)}'`;
    case "interval":
      return type.unit === "calendar"
        ? `INTERVAL '${formatValue(value, type)}'`
        : formatValue(value, type);
    case "binary":
      return `X'${[...(value as Uint8Array)]
        .map((byte) => byte.toString(16).padStart(2, "0"))
        .join("")
        .toUpperCase()}'`;
    default:
      return formatValue(value, type, timeZone);
  }
}

/** A literal as SQL text that gives it back, as Spark's `Literal.sql` writes it. */
export function literalSql(value: Value, type: DataType, timeZone: string): string {
  if (value === null) {
    return type.type === "void" ? "NULL" : `CAST(NULL AS ${sqlDataType(type)})`;
  }
  const text = literalText(value, type, timeZone);
  switch (type.type) {
    case "string":
      return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
    case "byte":
    case "short":
    case "long":
    case "double":
      return `${text}${suffixes[type.type]}`;
    case "float":
      return `CAST(${text} AS FLOAT)`;
    case "decimal":
      return `${text}BD`;
    default:
      return text;
  }
}

const suffixes = { byte: "Y", short: "S", long: "L", double: "D" } as const;
