import {
  binary,
  boolean,
  byte,
  date,
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
import { decimalOf } from "../type.ts";

const byName: Readonly<Record<string, ColumnRead>> = {
  BOOLEAN: { type: boolean },
  BOOL: { type: boolean },
  BIT: { type: boolean },
  TINYINT: { type: byte, compares: "exactly" },
  SMALLINT: { type: short, compares: "exactly" },
  INT2: { type: short, compares: "exactly" },
  INT: { type: integer, compares: "exactly" },
  INTEGER: { type: integer, compares: "exactly" },
  MEDIUMINT: { type: integer, compares: "exactly" },
  INT4: { type: integer, compares: "exactly" },
  BIGINT: { type: long, compares: "exactly" },
  INT8: { type: long, compares: "exactly" },
  FLOAT4: { type: float },
  BLOB: { type: binary },
  BINARY: { type: binary },
  VARBINARY: { type: binary },
  DATE: { type: date, form: "millis" },
};

/**
 * Spark's type of a column by how it is declared: where that says nothing, by SQLite's affinity.
 * `sample` is a value of an expression, which is declared as nothing.
 */
export function sqliteColumn(
  { name, type: declared }: { readonly name: string; readonly type: string | null },
  sample: unknown,
  ntz: boolean,
): DatabaseColumn {
  return { name, ...(declared === null ? ofSample(sample) : ofDeclared(declared, ntz)) };
}

function ofDeclared(declared: string, ntz: boolean): ColumnRead {
  const match = /^\s*([^(]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*$/.exec(declared);
  const name = (match?.[1] ?? "").toUpperCase();
  const known = Object.hasOwn(byName, name) ? byName[name] : undefined;
  if (known) return known;
  switch (name) {
    case "TIMESTAMP":
      return { type: timestamp, form: "millis" };
    case "DATETIME":
      return { type: ntz ? timestampNtz : timestamp, form: "millis" };
    case "TIME":
      return { type: ntz ? timestampNtz : timestamp, form: "time" };
    case "DECIMAL":
    case "DECIMAL_TEXT":
    case "NUMERIC":
      return { type: decimalOf(Number(match?.[2] ?? 0), Number(match?.[3] ?? 0)) };
    default:
      return ofAffinity(name);
  }
}

function ofAffinity(name: string): ColumnRead {
  if (name.includes("INT")) return { type: long };
  if (/CHAR|CLOB|TEXT/.test(name)) return { type: string, compares: "equality" };
  if (name.includes("BLOB")) return { type: binary };
  return /REAL|FLOA|DOUB/.test(name) ? { type: double } : { type: string };
}

function ofSample(sample: unknown): ColumnRead {
  if (typeof sample === "bigint") return { type: long };
  if (typeof sample === "number") return { type: double };
  return { type: sample instanceof Uint8Array ? binary : string };
}
