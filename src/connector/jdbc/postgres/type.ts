import {
  array,
  binary,
  boolean,
  type DataType,
  date,
  double,
  float,
  integer,
  long,
  nullType,
  short,
  string,
  timestamp,
  timestampNtz,
} from "../../../schema/type.ts";
import type { ColumnRead, DatabaseColumn, Form } from "../database.ts";
import { decimalOf } from "../type.ts";

/** A column as Postgres describes it. */
export interface PostgresColumn {
  readonly name: string;
  /** As in `pg_type`: an array's begins with `_`. */
  readonly typeName: string;
  readonly modifier: number;
  /** Of an array. */
  readonly dimensions: number;
}

/** Spark's type of a column, as its dialect of Postgres has it. */
export function postgresColumn(column: PostgresColumn, ntz: boolean): DatabaseColumn {
  const { name, typeName, modifier, dimensions } = column;
  if (!typeName.startsWith("_")) return { name, ...scalar(typeName, modifier, ntz) };
  let { type } = scalar(typeName.slice(1), modifier, ntz);
  for (let depth = 0; depth < Math.max(1, dimensions); depth += 1) type = array(type, true);
  return { name, type, form: "list" };
}

const atomic: Readonly<Record<string, ColumnRead>> = {
  bool: { type: boolean, compares: "exactly" },
  int2: { type: short, compares: "exactly" },
  int4: { type: integer, compares: "exactly" },
  int8: { type: long, compares: "exactly" },
  oid: { type: long },
  float4: { type: float },
  float8: { type: double },
  bytea: { type: binary, form: "hex" },
  date: { type: date, form: "era", compares: "exactly" },
  timestamptz: { type: timestamp, form: "era", compares: "exactly" },
  timetz: { type: timestamp, form: "time" },
  void: { type: nullType },
};

function scalar(typeName: string, modifier: number, ntz: boolean): ColumnRead {
  const known = Object.hasOwn(atomic, typeName) ? atomic[typeName] : undefined;
  if (known) return known;
  switch (typeName) {
    case "timestamp":
      return wallClock("era", ntz);
    case "time":
      return wallClock("time", ntz);
    case "bit":
      return { type: modifier === 1 ? boolean : binary };
    case "numeric":
      return numeric(modifier);
    case "bpchar":
      return modifier < 5 ? { type: string } : { type: string, size: modifier - 4 };
    case "text":
    case "varchar":
      return { type: string, compares: "equality" };
    default:
      return { type: string };
  }
}

function wallClock(form: Form, ntz: boolean): ColumnRead {
  const type: DataType = ntz ? timestampNtz : timestamp;
  return ntz && form === "era" ? { type, form, compares: "exactly" } : { type, form };
}

function numeric(modifier: number): ColumnRead {
  if (modifier < 4) return { type: decimalOf(0, 0) };
  const precision = ((modifier - 4) >> 16) & 0xffff;
  const scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024;
  const type = decimalOf(precision, scale);
  return precision <= 38 && scale >= 0 ? { type, compares: "exactly" } : { type };
}
