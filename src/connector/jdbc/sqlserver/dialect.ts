import { formatLocalTimestamp } from "../../../schema/time.ts";
import type { DataType } from "../../../schema/type.ts";
import {
  CalendarDate,
  LocalTime,
  LocalTimestamp,
  Timestamp,
  type Value,
} from "../../../schema/value.ts";
import type { DatabaseColumn, Dialect, SelectParts } from "../database.ts";
import { clauses, nullsFirst, numberText, quotedText, standard } from "../standard.ts";
import { commonType } from "../type.ts";

/** SQL Server, in Spark's types. */
export const sqlServer: Dialect = {
  ...standard,
  name: "SQL Server",
  count: "COUNT_BIG",
  quote,
  selected: (column) => `${readable(column)} AS ${quote(column.name)}`,
  ordered: nullsFirst,
  columnType,
  literal,
  select,
  begin: (isolation) =>
    isolation === "NONE"
      ? []
      : [`SET TRANSACTION ISOLATION LEVEL ${isolation.replaceAll("_", " ")}`, "BEGIN TRANSACTION"],
  stageName: (name) => `#${name}`,
  // Of two SELECTs the columns are no IDENTITY, which would take no values.
  stage: (table, columns, of) => {
    const [names, none] = [columns.join(", "), `FROM ${of} WHERE 1=0`];
    return `SELECT ${names} INTO ${table} ${none} UNION ALL SELECT ${names} ${none}`;
  },
  update: ({ table, stage, on, columns }) => {
    const set = columns.map((name) => `${name} = s.${name}`).join(", ");
    return `UPDATE t SET ${set} FROM ${table} AS t JOIN ${stage} AS s ON ${on}`;
  },
  createBatches: (table) =>
    `IF OBJECT_ID(N${quotedText(table)}) IS NULL CREATE TABLE ${table} ` +
    "(query_id VARCHAR(64) PRIMARY KEY, batch_id BIGINT NOT NULL)",
  addBatch: (table, id) =>
    `INSERT INTO ${table} (query_id, batch_id) SELECT ${id}, -1 WHERE NOT EXISTS ` +
    `(SELECT 1 FROM ${table} WITH (UPDLOCK, HOLDLOCK) WHERE query_id = ${id})`,
  lockBatch: (table, id) =>
    `SELECT batch_id FROM ${table} WITH (UPDLOCK, HOLDLOCK) WHERE query_id = ${id}`,
};

function quote(name: string): string {
  return `[${name.replaceAll("]", "]]")}]`;
}

/** TOP is not together with OFFSET, which is a part of ORDER BY. */
function select(parts: SelectParts): string {
  const { prefix, columns, from, limit, offset = 0 } = parts;
  if (offset === 0 || limit === 0) {
    const top = limit === undefined ? "" : `TOP (${limit}) `;
    return `${prefix}SELECT ${top}${columns} FROM ${from}${clauses(parts)}`;
  }
  const order = parts.order?.length ? parts.order : ["(SELECT NULL)"];
  const next = limit === undefined ? "" : ` FETCH NEXT ${limit} ROWS ONLY`;
  const body = `SELECT ${columns} FROM ${from}${clauses({ ...parts, order })}`;
  return `${prefix}${body} OFFSET ${offset} ROWS${next}`;
}

/** A column as text: the driver makes binary numbers of decimals, and milliseconds of times. */
function readable({ name, type }: DatabaseColumn): string {
  const quoted = quote(name);
  switch (type.type) {
    case "decimal":
      return `CONVERT(VARCHAR(60), CAST(${quoted} AS DECIMAL(${type.precision},${type.scale})))`;
    case "timestamp":
    case "timestamp_ntz":
    case "date":
      return `CONVERT(VARCHAR(60), ${quoted}, 121)`;
    case "float":
    case "double":
      return `CONVERT(VARCHAR(60), ${quoted}, 3)`;
    case "binary":
      return `CONVERT(VARBINARY(MAX), ${quoted})`;
    case "string":
      return `CONVERT(NVARCHAR(MAX), ${quoted})`;
    default:
      return `CONVERT(VARCHAR(60), ${quoted})`;
  }
}

function columnType(type: DataType): string | undefined {
  switch (type.type) {
    // A DATETIME is of threes of milliseconds, and begins in 1753.
    case "timestamp":
    case "timestamp_ntz":
      return "DATETIME2(6)";
    case "string":
      return "NVARCHAR(MAX)";
    case "boolean":
      return "BIT";
    case "binary":
      return "VARBINARY(MAX)";
    case "short":
    case "byte":
      return "SMALLINT";
    default:
      return commonType(type);
  }
}

function literal(value: Value, type: DataType): string | undefined {
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "string") return `N${quotedText(value)}`;
  if (value instanceof Uint8Array) {
    const hex = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex");
    return `0x${hex}`;
  }
  if (value instanceof CalendarDate) return `CAST('${value}' AS DATE)`;
  if (value instanceof LocalTime) return `CAST('${value}' AS TIME(6))`;
  if (value instanceof Timestamp || value instanceof LocalTimestamp) {
    return `CAST('${formatLocalTimestamp(value.micros)}' AS DATETIME2(6))`;
  }
  return numberText(value, type);
}
