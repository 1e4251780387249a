import {
  array,
  binary,
  boolean,
  byte,
  date,
  decimal,
  double,
  float,
  integer,
  long,
  short,
  string,
  timestamp,
  timestampNtz,
} from "../../../schema/type.ts";
import type { ColumnRead, DatabaseColumn } from "../database.ts";

const byName: Readonly<Record<string, ColumnRead>> = {
  BOOLEAN: { type: boolean, compares: "exactly" },
  TINYINT: { type: byte, compares: "exactly" },
  SMALLINT: { type: short, compares: "exactly" },
  INTEGER: { type: integer, compares: "exactly" },
  BIGINT: { type: long, compares: "exactly" },
  UTINYINT: { type: short, compares: "exactly" },
  USMALLINT: { type: integer, compares: "exactly" },
  UINTEGER: { type: long, compares: "exactly" },
  UBIGINT: { type: decimal(20, 0), compares: "exactly" },
  HUGEINT: { type: decimal(38, 0) },
  FLOAT: { type: float },
  DOUBLE: { type: double },
  VARCHAR: { type: string, compares: "equality" },
  BLOB: { type: binary },
  DATE: { type: date, compares: "exactly" },
  "TIMESTAMP WITH TIME ZONE": { type: timestamp, compares: "exactly" },
};

/** Spark's type of a column by DuckDB's name of its type; of what JDBC has no type for, text. */
export function duckdbColumn(name: string, typeName: string, ntz: boolean): DatabaseColumn {
  return { name, ...read(typeName, ntz) };
}

function read(typeName: string, ntz: boolean): ColumnRead {
  const known = Object.hasOwn(byName, typeName) ? byName[typeName] : undefined;
  if (known) return known;
  const exact = /^DECIMAL\((\d+),(\d+)\)$/.exec(typeName);
  if (exact) {
    return { type: decimal(Number(exact[1]), Number(exact[2])), compares: "exactly" };
  }
  if (/^TIMESTAMP(_S|_MS|_NS)?$/.test(typeName)) {
    return ntz ? { type: timestampNtz } : { type: timestamp, form: "wall" };
  }
  if (typeName === "TIME") return { type: ntz ? timestampNtz : timestamp, form: "time" };
  const element = /^(.*)\[\d*\]$/.exec(typeName)?.[1];
  if (element === undefined) return { type: string };
  const inner = read(element, true);
  return inner.form === undefined ? { type: array(inner.type, true) } : { type: string };
}
