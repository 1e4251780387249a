import { error } from "../../../error/error.ts";
import {
  binary,
  boolean,
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
  bit: { type: boolean, compares: "exactly" },
  tinyint: { type: short, compares: "exactly" },
  smallint: { type: short, compares: "exactly" },
  int: { type: integer, compares: "exactly" },
  bigint: { type: long, compares: "exactly" },
  real: { type: float },
  float: { type: double },
  date: { type: date, compares: "exactly" },
  datetimeoffset: { type: timestamp },
  money: { type: decimalOf(19, 4) },
  smallmoney: { type: decimalOf(10, 4) },
  varchar: { type: string, compares: "equality" },
  nchar: { type: string, compares: "equality" },
  nvarchar: { type: string, compares: "equality" },
  text: { type: string },
  ntext: { type: string },
  xml: { type: string },
  uniqueidentifier: { type: string },
  binary: { type: binary, form: "hex" },
  varbinary: { type: binary, form: "hex" },
  image: { type: binary, form: "hex" },
  timestamp: { type: binary, form: "hex" },
  geometry: { type: binary, form: "hex" },
  geography: { type: binary, form: "hex" },
};

/** Spark's type of a column by SQL Server's name of its type, as `decimal(10,2)`. */
export function sqlServerColumn(name: string, typeName: string, ntz: boolean): DatabaseColumn {
  const [, base = "", precision, scale] =
    /^(\w+)(?:\((\w+)(?:,(\w+))?\))?/.exec(typeName.toLowerCase()) ?? [];
  return { name, ...read(base, Number(precision ?? 0), Number(scale ?? 0), ntz) };
}

function read(base: string, precision: number, scale: number, ntz: boolean): ColumnRead {
  const known = Object.hasOwn(byName, base) ? byName[base] : undefined;
  if (known) return known;
  switch (base) {
    case "char":
      return { type: string, compares: "equality", size: precision };
    case "decimal":
    case "numeric":
      return { type: decimalOf(precision, scale), compares: "exactly" };
    case "datetime":
    case "datetime2":
    case "smalldatetime":
      return { type: ntz ? timestampNtz : timestamp };
    case "time":
      return { type: ntz ? timestampNtz : timestamp, form: "time" };
    default:
      throw error("UNRECOGNIZED_SQL_TYPE", { typeName: base, jdbcType: "OTHER" });
  }
}
