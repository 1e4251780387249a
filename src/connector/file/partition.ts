import { error } from "../../error/error.ts";
import { formatDataType } from "../../schema/ddl.ts";
import { parseValue } from "../../schema/text.ts";
import {
  type DataType,
  date,
  decimal,
  double,
  field,
  integer,
  long,
  nullType,
  type StructField,
  string,
  timestamp,
} from "../../schema/type.ts";
import type { Value } from "../../schema/value.ts";

/** The folder name that stands for null (and the empty string). */
export const hiveNull = "__HIVE_DEFAULT_PARTITION__";

/** Partition values of a file as its folders spell them, in folder order; null is Hive's null. */
export type PartitionText = readonly (readonly [column: string, value: string | null])[];

/**
 * The `column=value` folders between a base and a file. Undefined where another folder is among
 * them: then the file lies in no partition.
 */
export function partitionText(relative: string): PartitionText | undefined {
  const folders = relative.split("/").slice(0, -1);
  const pairs: (readonly [string, string | null])[] = [];
  for (const folder of folders) {
    const at = folder.indexOf("=");
    if (at <= 0) return undefined;
    const value = unescapePath(folder.slice(at + 1));
    pairs.push([unescapePath(folder.slice(0, at)), value === hiveNull ? null : value]);
  }
  return pairs;
}

function unescapePath(text: string): string {
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** The columns that the folders of some files give; their types inferred as Spark infers them. */
export function partitionColumns(
  texts: readonly PartitionText[],
  inferTypes: boolean,
): readonly StructField[] {
  const first = texts[0];
  if (!first) return [];
  const names = first.map(([name]) => name);
  for (const text of texts) {
    if (text.length !== names.length || text.some(([name], index) => name !== names[index])) {
      const other = text.map(([name]) => name).join(", ");
      throw error("CONFLICTING_PARTITION_COLUMN_NAMES", {
        names: `[${names.join(", ")}] and [${other}]`,
      });
    }
  }
  return names.map((name, column) => {
    if (!inferTypes) return field(name, string);
    let type: DataType = nullType;
    for (const text of texts) {
      type = wider(type, inferredType(text[column]![1]));
      if (type.type === "string") break;
    }
    return field(name, type.type === "void" ? string : type);
  });
}

const integral = /^[+-]?\d+$/;
const fractional = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[dDfF]?$/;
const dateText = /^\d{4}-\d{1,2}-\d{1,2}$/;
const timeText = /^\d{4}-\d{1,2}-\d{1,2}[ T]\d{1,2}:\d{1,2}/;

function inferredType(value: string | null): DataType {
  if (value === null) return nullType;
  if (integral.test(value)) {
    const number = BigInt(value.replace(/^\+/, ""));
    if (BigInt.asIntN(32, number) === number) return integer;
    if (BigInt.asIntN(64, number) === number) return long;
    const digits = value.replace(/^[+-]0*/, "").length;
    return digits <= 38 ? decimal(38, 0) : double;
  }
  if (fractional.test(value)) return double;
  if (dateText.test(value) && parseValue(value, date) !== undefined) return date;
  if (timeText.test(value) && parseValue(value, timestamp) !== undefined) return timestamp;
  return string;
}

const numeric = ["integer", "long", "decimal", "double"];

function wider(left: DataType, right: DataType): DataType {
  if (left.type === right.type || right.type === "void") return left;
  if (left.type === "void") return right;
  const ranks = [numeric.indexOf(left.type), numeric.indexOf(right.type)] as const;
  if (ranks[0] >= 0 && ranks[1] >= 0) return ranks[0] > ranks[1] ? left : right;
  const times = ["date", "timestamp"];
  return times.includes(left.type) && times.includes(right.type) ? timestamp : string;
}

/** A folder's text as a value of the column's type. INVALID_PARTITION_VALUE if it is none. */
export function partitionValue(column: StructField, text: string | null, timeZone: string): Value {
  if (text === null) return null;
  const value = parseValue(text, column.type, timeZone);
  if (value !== undefined) return value;
  throw error("INVALID_PARTITION_VALUE", {
    value: text,
    column: column.name,
    type: formatDataType(column.type),
  });
}
