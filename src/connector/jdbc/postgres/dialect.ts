import type { DataType } from "../../../schema/type.ts";
import { CalendarDate, LocalTimestamp, Timestamp, type Value } from "../../../schema/value.ts";
import type { DatabaseColumn, Dialect } from "../database.ts";
import { numberText, quotedText, standard } from "../standard.ts";
import { commonType } from "../type.ts";
import { infinityText } from "../value.ts";

/** Days that no infinity is read as. */
const [firstDay, lastDay] = [-719_162, 2_932_896];

/** PostgreSQL, in Spark's types. */
export const postgres: Dialect = {
  ...standard,
  name: "PostgreSQL",
  exact,
  columnType,
  literal,
  begin: (isolation) =>
    isolation === "NONE" ? [] : [`BEGIN ISOLATION LEVEL ${isolation.replaceAll("_", " ")}`],
  truncate: (table, cascade) => `TRUNCATE TABLE ONLY ${table}${cascade ? " CASCADE" : ""}`,
  comment: (table, text) => `COMMENT ON TABLE ${table} IS ${quotedText(text)}`,
  index: (table, columns) =>
    `CREATE INDEX ON ${table} (${columns.map(({ name }) => standard.quote(name)).join(", ")})`,
  lockBatch: (table, id) => `${standard.lockBatch(table, id)} FOR UPDATE`,
};

/** Times without end are what they are read as. */
function exact(column: DatabaseColumn): string {
  const quoted = standard.quote(column.name);
  if (column.form !== "era") return quoted;
  const [last, first] = [infinityText("infinity", column), infinityText("-infinity", column)];
  const word = { date: "DATE", timestamp: "TIMESTAMPTZ", timestamp_ntz: "TIMESTAMP" }[
    column.type.type as "date" | "timestamp" | "timestamp_ntz"
  ];
  return (
    `CASE ${quoted} WHEN 'infinity' THEN ${word} '${last}' ` +
    `WHEN '-infinity' THEN ${word} '${first}' ELSE ${quoted} END`
  );
}

function columnType(type: DataType): string | undefined {
  switch (type.type) {
    case "binary":
      return "BYTEA";
    case "boolean":
      return "BOOLEAN";
    case "float":
      return "FLOAT4";
    case "double":
      return "FLOAT8";
    case "short":
    case "byte":
      return "SMALLINT";
    case "timestamp":
      return "TIMESTAMP WITH TIME ZONE";
    case "decimal":
      return `NUMERIC(${type.precision},${type.scale})`;
    case "array": {
      const element = columnType(type.elementType);
      return element === undefined ? undefined : `${element}[]`;
    }
    default:
      return commonType(type);
  }
}

function literal(value: Value, type: DataType): string | undefined {
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  if (typeof value === "string") return value.includes("\0") ? undefined : quotedText(value);
  if (value instanceof CalendarDate) {
    return value.days > firstDay && value.days < lastDay ? `DATE '${value}'` : undefined;
  }
  if (value instanceof Timestamp || value instanceof LocalTimestamp) {
    const days = Number(value.micros / 86_400_000_000n);
    if (days <= firstDay || days >= lastDay) return undefined;
    return `${value instanceof Timestamp ? "TIMESTAMPTZ" : "TIMESTAMP"} '${value}'`;
  }
  return type.type === "float" || type.type === "double" ? undefined : numberText(value, type);
}
