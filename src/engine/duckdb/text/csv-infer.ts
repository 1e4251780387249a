import {
  boolean,
  type DataType,
  date,
  decimal,
  double,
  field,
  integer,
  long,
  nullType,
  type StructType,
  string,
  struct,
  timestamp,
} from "../../../schema/type.ts";
import { type TimeReader, toInteger } from "./convert.ts";
import type { CsvOptions } from "./csv-option.ts";
import { real } from "./csv-value.ts";
import { parseGrouped, precisionOf } from "./decimal.ts";
import { mergeTypes } from "./merge-type.ts";

interface TokenTypes {
  readonly csv: CsvOptions;
  readonly times: TimeReader;
}

/** Column names: the header's, made unique as Spark does, or _c0, _c1, … */
export function columnNames(first: readonly string[], csv: CsvOptions): readonly string[] {
  if (!csv.header) return first.map((_, index) => `_c${index}`);
  const folded = first.map((name) => name.toLowerCase());
  return first.map((name, index) => {
    if (name === "" || name === csv.nullValue) return `_c${index}`;
    const twice = folded.indexOf(folded[index]!) !== folded.lastIndexOf(folded[index]!);
    return twice ? `${name}${index}` : name;
  });
}

/** The type that also holds a token, beside what the column held so far. */
export function tokenType(sofar: DataType, token: string, options: TokenTypes): DataType {
  if (token === "" || token === options.csv.nullValue) return sofar;
  return mergeTypes(sofar, attempt(sofar, token, options));
}

/** What is tried, in this order, beginning with the type found so far. */
const ORDER = ["integer", "long", "decimal", "double", "date", "timestamp"] as const;

function attempt(sofar: DataType, token: string, options: TokenTypes): DataType {
  if (sofar.type === "string") return string;
  const from = sofar.type === "void" ? 0 : (ORDER as readonly string[]).indexOf(sofar.type);
  for (const name of from < 0 ? [] : ORDER.slice(from)) {
    const type = fits(name, token, options);
    if (type !== undefined) return type;
  }
  return /^(?:true|false)$/i.test(token) ? boolean : string;
}

function fits(
  name: (typeof ORDER)[number],
  token: string,
  { csv, times }: TokenTypes,
): DataType | undefined {
  switch (name) {
    case "integer":
    case "long": {
      const whole = /^[+-]?\d+$/.test(token) && toInteger(token, name) !== undefined;
      return whole ? (name === "integer" ? integer : long) : undefined;
    }
    case "decimal": {
      const value = parseGrouped(token);
      if (value === undefined || value.scale > 0 || value.scale < -38) return undefined;
      const digits = precisionOf(value) - value.scale;
      return digits <= 38 ? decimal(digits, 0) : undefined;
    }
    case "double":
      return real(token, csv) === undefined ? undefined : double;
    case "date":
      return csv.preferDate && isPlainDate(token, times) ? date : undefined;
    case "timestamp":
      return times.timestamp(token) === undefined ? undefined : timestamp;
  }
}

/** Without a format of its own a date is only `yyyy-MM-dd`: a longer text may be a timestamp. */
function isPlainDate(token: string, times: TimeReader): boolean {
  if (times.standardDate && !/^\d{4}-\d{2}-\d{2}$/.test(token)) return false;
  return times.date(token) !== undefined;
}

export function csvSchema(names: readonly string[], types: readonly DataType[]): StructType {
  return struct(
    names.map((name, index) => {
      const type = types[index] ?? nullType;
      return field(name, type.type === "void" ? string : type);
    }),
  );
}
