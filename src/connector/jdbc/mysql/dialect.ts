import { formatLocalTimestamp } from "../../../schema/time.ts";
import type { DataType, StructField } from "../../../schema/type.ts";
import {
  CalendarDate,
  LocalTime,
  LocalTimestamp,
  Timestamp,
  type Value,
} from "../../../schema/value.ts";
import type { Dialect } from "../database.ts";
import { nullsFirst, numberText, standard } from "../standard.ts";
import { commonType } from "../type.ts";

/** MySQL and MariaDB, in Spark's types. Sessions are in UTC, and have backslashes for escapes. */
export const mysql: Dialect = {
  ...standard,
  name: "MySQL",
  transactionalDdl: false,
  hints: true,
  all: "18446744073709551615",
  ordered: nullsFirst,
  quote,
  selected: ({ name, type }) =>
    // As text a FLOAT has six digits; as a DOUBLE all of its own.
    type.type === "float" ? `(${quote(name)} + 0e0) AS ${quote(name)}` : quote(name),
  columnType,
  literal,
  begin: (isolation) =>
    isolation === "NONE"
      ? []
      : [`SET TRANSACTION ISOLATION LEVEL ${isolation.replaceAll("_", " ")}`, "START TRANSACTION"],
  comment: (table, text) => `ALTER TABLE ${table} COMMENT = ${quoted(text)}`,
  dropStage: (table) => `DROP TEMPORARY TABLE ${table}`,
  update: ({ table, stage, on, columns }) => {
    const set = columns.map((name) => `t.${name} = s.${name}`).join(", ");
    return `UPDATE ${table} AS t JOIN ${stage} AS s ON ${on} SET ${set}`;
  },
  index: (table, columns) => `CREATE INDEX millrace_keys ON ${table} (${columns.map(keyPart)})`,
  addBatch: (table, id) => `INSERT IGNORE INTO ${table} (query_id, batch_id) VALUES (${id}, -1)`,
  lockBatch: (table, id) => `${standard.lockBatch(table, id)} FOR UPDATE`,
};

function quote(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

/** Of a long text only a beginning can be in an index. */
function keyPart({ name, type }: StructField): string {
  const long = type.type === "string" || type.type === "binary";
  return `${quote(name)}${long ? "(64)" : ""}`;
}

function columnType(type: DataType): string | undefined {
  switch (type.type) {
    case "float":
      return "FLOAT";
    case "string":
      return "LONGTEXT";
    case "binary":
      return "LONGBLOB";
    case "byte":
      return "TINYINT";
    case "short":
      return "SMALLINT";
    // Without a number of digits it has no fractions of seconds.
    case "timestamp":
      return "TIMESTAMP(6) NULL";
    case "timestamp_ntz":
      return "DATETIME(6)";
    default:
      return commonType(type);
  }
}

const escapes: Readonly<Record<string, string>> = {
  ...{ "\0": "\\0", "'": "\\'", "\\": "\\\\" },
};

function quoted(text: string): string {
  return `'${text.replace(/[\0'\\]/g, (mark) => escapes[mark]!)}'`;
}

function literal(value: Value, type: DataType): string | undefined {
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "string") return `_utf8mb4${quoted(value)}`;
  if (value instanceof Uint8Array) {
    const hex = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex");
    return `x'${hex}'`;
  }
  if (value instanceof CalendarDate) return `'${value}'`;
  if (value instanceof LocalTime) return `'${value}'`;
  if (value instanceof Timestamp || value instanceof LocalTimestamp) {
    return `'${formatLocalTimestamp(value.micros)}'`;
  }
  return numberText(value, type);
}
