import { error } from "../../../error/error.ts";
import {
  binary,
  boolean,
  byte,
  date,
  decimal,
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
import type { ColumnRead, DatabaseColumn } from "../database.ts";
import { decimalOf } from "../type.ts";
import type { MysqlField } from "./client.ts";

/** Flags of a column, and the character set that is none. */
const [unsignedFlag, enumFlag, setFlag] = [32, 256, 2048];
const binarySet = 63;

/** The type of CHAR, and the bytes that a length counts for a character. */
const [charType, bytesMax] = [254, 4];

/** Spark's type of a column, as its dialect of MySQL has it. */
export function mysqlColumn(
  field: MysqlField,
  how: { readonly ntz: boolean; readonly tinyIsBit: boolean },
): DatabaseColumn {
  return { name: field.name, ...read(field, how) };
}

function read(
  field: MysqlField,
  { ntz, tinyIsBit }: { readonly ntz: boolean; readonly tinyIsBit: boolean },
): ColumnRead {
  const { columnType = -1, columnLength: length = 0 } = field;
  const unsigned = (Number(field.flags) & unsignedFlag) !== 0;
  switch (columnType) {
    case 1:
      if (length === 1 && tinyIsBit && !unsigned) return { type: boolean };
      return { type: unsigned ? short : byte, compares: "exactly" };
    case 2:
      return { type: unsigned ? integer : short, compares: "exactly" };
    case 9:
      return { type: integer, compares: "exactly" };
    case 3:
      return { type: unsigned ? long : integer, compares: "exactly" };
    case 8:
      return { type: unsigned ? decimal(20, 0) : long, compares: "exactly" };
    case 4:
      return { type: unsigned ? double : float };
    case 5:
      return { type: double };
    case 0:
    case 246:
      return decimalRead(field, unsigned);
    case 7:
      return { type: timestamp, form: "utc", compares: "exactly" };
    case 12:
      return ntz ? { type: timestampNtz, compares: "exactly" } : { type: timestamp, form: "wall" };
    case 10:
    case 14:
      return { type: date, compares: "exactly" };
    case 11:
      return { type: ntz ? timestampNtz : timestamp, form: "time" };
    case 13:
      return { type: date, form: "year" };
    case 16:
      return { type: length === 1 ? boolean : binary, form: "bits", size: length };
    case 6:
      return { type: nullType };
    default:
      return texts(field, columnType);
  }
}

/** The length is of the text: it counts the sign and the point. */
function decimalRead(
  { columnLength = 0, decimals = 0 }: MysqlField,
  unsigned: boolean,
): ColumnRead {
  const precision = columnLength - (decimals > 0 ? 1 : 0) - (unsigned ? 0 : 1);
  const type = decimalOf(precision, decimals);
  return precision <= 38 ? { type, compares: "exactly" } : { type };
}

const textTypes: ReadonlySet<number> = new Set([15, 249, 250, 251, 252, 253, 254]);

function texts(field: MysqlField, columnType: number): ColumnRead {
  const { characterSet, flags, name, columnLength = 0 } = field;
  // JSON, ENUM, SET: they compare by rules of their own.
  if ([245, 247, 248].includes(columnType)) return { type: string };
  if (columnType === 255) return { type: binary };
  if (!textTypes.has(columnType)) {
    throw error("UNRECOGNIZED_SQL_TYPE", { typeName: name, jdbcType: columnType });
  }
  if (characterSet === binarySet) return { type: binary };
  const listed = (Number(flags) & (enumFlag | setFlag)) !== 0;
  if (listed) return { type: string };
  // MariaDB's INET6 and UUID are without a sign.
  const char = columnType === charType && (Number(flags) & unsignedFlag) === 0;
  if (char) return { type: string, compares: "equality", size: columnLength / bytesMax };
  return { type: string, compares: "equality" };
}
