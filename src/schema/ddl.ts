import { error, isError, type MillraceError } from "../error/error.ts";
import { CHAR_VARCHAR_KEY } from "./char.ts";
import { fieldNames, intervalName, intervalOf } from "./interval-field.ts";
import { checkedDecimal, checkedTime } from "./json.ts";
import { Scanner } from "./scanner.ts";
import {
  type AtomicName,
  array,
  calendarInterval,
  type DataType,
  decimal,
  field,
  map,
  maxTimePrecision,
  type StructField,
  type StructType,
  struct,
} from "./type.ts";

/** A type read from the front of a text. */
export interface DataTypePrefix {
  readonly type: DataType;
  /** Where the text goes on after it. */
  readonly end: number;
  /** The declared text if CHAR or VARCHAR is in it: what CHAR_VARCHAR_KEY is to hold. */
  readonly raw?: string;
}

/** What TIMESTAMP alone means: `spark.sql.timestampType` of the session, if there is one. */
export type TimestampName = "timestamp" | "timestamp_ntz";

/** The type a SQL text names: `BIGINT`, `struct<a: INT>`. Throws INVALID_SCHEMA and the like. */
export function parseDataType(text: string, timestamp?: TimestampName): DataType {
  const scanner = new Scanner(text, { timestamp });
  const parsed = dataType(scanner);
  scanner.end();
  return parsed.type;
}

/** The type that starts at `offset` in a longer text (CAST, column definitions). */
export function parseDataTypePrefix(
  text: string,
  offset: number,
  timestamp?: TimestampName,
): DataTypePrefix {
  const scanner = new Scanner(text, { offset, timestamp });
  const { type, raw } = dataType(scanner);
  return { type, end: scanner.offset, ...(raw === undefined ? {} : { raw }) };
}

/** Columns as DDL (`a INT NOT NULL COMMENT 'x', b STRING`), or the text of a struct type. */
export function parseSchema(text: string, timestamp?: TimestampName): StructType {
  try {
    const scanner = new Scanner(text, { timestamp });
    const columns = columnList(scanner, () => scanner.atEnd());
    scanner.end();
    return struct(columns);
  } catch (thrown) {
    const type = structOrNothing(text, thrown, timestamp);
    if (type) return type;
    throw thrown;
  }
}

function structOrNothing(
  text: string,
  thrown: unknown,
  timestamp: TimestampName | undefined,
): StructType | undefined {
  if (!isError(thrown)) throw thrown;
  if (!/^\s*struct\s*</i.test(text)) return undefined;
  const type = parseDataType(text, timestamp);
  return type.type === "struct" ? type : undefined;
}

interface Parsed {
  readonly type: DataType;
  readonly raw?: string | undefined;
}

const names: ReadonlyMap<string, AtomicName> = new Map([
  ["boolean", "boolean"],
  ["tinyint", "byte"],
  ["byte", "byte"],
  ["smallint", "short"],
  ["short", "short"],
  ["int", "integer"],
  ["integer", "integer"],
  ["bigint", "long"],
  ["long", "long"],
  ["float", "float"],
  ["real", "float"],
  ["double", "double"],
  ["date", "date"],
  ["timestamp", "timestamp"],
  ["timestamp_ltz", "timestamp"],
  ["timestamp_ntz", "timestamp_ntz"],
  ["string", "string"],
  ["binary", "binary"],
  ["void", "void"],
  ["null", "void"],
  ["variant", "variant"],
] as const);

function dataType(scanner: Scanner): Parsed {
  const word = scanner.word();
  if (word === undefined) throw scanner.invalid("a data type is expected");
  const name = word.toLowerCase();
  switch (name) {
    case "array":
      return arrayType(scanner);
    case "map":
      return mapType(scanner);
    case "struct":
      return structType(scanner);
    case "interval":
      return { type: intervalType(scanner) };
    case "decimal":
    case "dec":
    case "numeric":
      return { type: decimalType(scanner) };
    case "char":
    case "character":
    case "varchar":
      return sizedString(scanner, name === "varchar" ? "varchar" : "char");
    case "timestamp":
      return { type: timestampType(scanner) };
    case "time":
      return { type: timeType(scanner) };
    case "string":
      return stringType(scanner);
    default:
      return { type: plainType(scanner, word) };
  }
}

function plainType(scanner: Scanner, word: string): DataType {
  const atomic = names.get(word.toLowerCase());
  if (atomic === undefined || scanner.peek("(")) throw unsupported(scanner, word);
  return Object.freeze({ type: atomic });
}

function unsupported(scanner: Scanner, word: string): MillraceError {
  const sizes = scanner.peek("(") ? sizeList(scanner) : [];
  const size = sizes.length > 0 ? `(${sizes.join(",")})` : "";
  return error("UNSUPPORTED_DATATYPE", { typeName: `"${word.toUpperCase()}${size}"` });
}

function stringType(scanner: Scanner, name = "STRING"): Parsed {
  if (!scanner.keyword("collate")) return { type: { type: "string" } };
  const collation = scanner.word() ?? "";
  if (/^utf8_binary$/i.test(collation)) return { type: { type: "string" } };
  throw error("UNSUPPORTED_DATATYPE", { typeName: `"${name} COLLATE ${collation}"` });
}

function timestampType(scanner: Scanner): DataType {
  const start = scanner.offset;
  if (scanner.keyword("without")) {
    if (scanner.keyword("time") && scanner.keyword("zone")) return { type: "timestamp_ntz" };
    scanner.offset = start;
  }
  return { type: scanner.timestamp };
}

/** `TIME`, `TIME(3)`, either WITHOUT TIME ZONE. */
function timeType(scanner: Scanner): DataType {
  const [precision = maxTimePrecision, ...rest] = scanner.peek("(") ? sizeList(scanner) : [];
  if (rest.length > 0) throw scanner.invalid("a time has one precision");
  const start = scanner.offset;
  const zoned = !(scanner.keyword("without") && scanner.keyword("time") && scanner.keyword("zone"));
  if (zoned) scanner.offset = start;
  return checkedTime(precision);
}

function decimalType(scanner: Scanner): DataType {
  if (!scanner.peek("(")) return decimal(10, 0);
  const [precision = 10, scale = 0, ...rest] = sizeList(scanner);
  if (rest.length > 0) throw scanner.invalid("a decimal has a precision and a scale");
  return checkedDecimal(precision, scale);
}

function sizedString(scanner: Scanner, kind: "char" | "varchar"): Parsed {
  if (!scanner.peek("(")) throw error("DATATYPE_MISSING_SIZE", { type: kind.toUpperCase() });
  const [length = 0, ...rest] = sizeList(scanner);
  if (rest.length > 0 || length < 1) throw scanner.invalid(`a ${kind} has one length`);
  const raw = `${kind}(${length})`;
  return { ...stringType(scanner, raw.toUpperCase()), raw };
}

function sizeList(scanner: Scanner): number[] {
  scanner.expect("(");
  const sizes: number[] = [];
  do {
    const digits = scanner.word();
    if (digits === undefined || !/^\d+$/.test(digits)) throw scanner.invalid("a size is expected");
    sizes.push(Number(digits));
  } while (scanner.take(","));
  scanner.expect(")");
  return sizes;
}

function intervalType(scanner: Scanner): DataType {
  const read = (): string | undefined => fieldNames.find((name) => scanner.keyword(name));
  const from = read();
  if (from === undefined) return calendarInterval;
  const start = scanner.offset;
  const to = scanner.keyword("to") ? read() : from;
  if (to === undefined) scanner.offset = start;
  const type = intervalOf(from, to ?? from);
  if (type === undefined || (to === from && scanner.offset !== start)) {
    throw scanner.invalid(`there is no interval ${from} to ${to}`);
  }
  return type;
}

function arrayType(scanner: Scanner): Parsed {
  open(scanner, "ARRAY", "ARRAY<INT>");
  const element = dataType(scanner);
  scanner.expect(">");
  return { type: array(element.type), raw: element.raw && `array<${element.raw}>` };
}

function mapType(scanner: Scanner): Parsed {
  open(scanner, "MAP", "MAP<STRING, INT>");
  const key = dataType(scanner);
  scanner.expect(",");
  const value = dataType(scanner);
  scanner.expect(">");
  const raw =
    key.raw || value.raw
      ? `map<${key.raw ?? formatDataType(key.type)},${value.raw ?? formatDataType(value.type)}>`
      : undefined;
  return { type: map(key.type, value.type), raw };
}

function structType(scanner: Scanner): Parsed {
  open(scanner, "STRUCT", "STRUCT<a: INT>");
  const members = columnList(scanner, () => scanner.peek(">"));
  scanner.expect(">");
  const texts = members.map(
    (member) => `${member.name}:${rawOf(member) ?? formatDataType(member.type)}`,
  );
  const raw = members.some(rawOf) ? `struct<${texts.join(",")}>` : undefined;
  return { type: struct(members), raw };
}

function rawOf(member: StructField): string | undefined {
  return member.metadata[CHAR_VARCHAR_KEY] as string | undefined;
}

function open(scanner: Scanner, type: string, example: string): void {
  if (!scanner.take("<")) throw error("INCOMPLETE_TYPE_DEFINITION", { type, example });
}

function columnList(scanner: Scanner, closed: () => boolean): StructField[] {
  const columns: StructField[] = [];
  if (closed()) return columns;
  do columns.push(column(scanner));
  while (scanner.take(","));
  return columns;
}

function column(scanner: Scanner): StructField {
  const name = scanner.identifier();
  if (name === undefined) throw scanner.invalid("a column name is expected");
  scanner.take(":");
  const { type, raw } = dataType(scanner);
  let nullable = true;
  let metadata: StructField["metadata"] = raw === undefined ? {} : { [CHAR_VARCHAR_KEY]: raw };
  for (;;) {
    if (scanner.keyword("not")) {
      if (!scanner.keyword("null")) throw scanner.invalid("NULL is expected after NOT");
      nullable = false;
    } else if (scanner.keyword("comment")) {
      const comment = scanner.text();
      if (comment === undefined) throw scanner.invalid("a comment is a text in quotes");
      metadata = { ...metadata, comment };
    } else return field(name, type, nullable, metadata);
  }
}

/** Spark's short name of a type (`catalogString`): `bigint`, `struct<a:int,b:array<string>>`. */
export function formatDataType(type: DataType): string {
  switch (type.type) {
    case "decimal":
      return `decimal(${type.precision},${type.scale})`;
    case "interval":
      return intervalName(type);
    case "time":
      return `time(${type.precision})`;
    case "array":
      return `array<${formatDataType(type.elementType)}>`;
    case "map":
      return `map<${formatDataType(type.keyType)},${formatDataType(type.valueType)}>`;
    case "struct": {
      const parts = type.fields.map(({ name, type }) => `${name}:${formatDataType(type)}`);
      return `struct<${parts.join(",")}>`;
    }
    default:
      return shortNames[type.type] ?? type.type;
  }
}

const shortNames: Readonly<Partial<Record<AtomicName, string>>> = {
  long: "bigint",
  integer: "int",
  short: "smallint",
  byte: "tinyint",
};

/** A type as it stands in SQL and in Spark's messages: `STRUCT<a: BIGINT NOT NULL>`. */
export function sqlDataType(type: DataType): string {
  switch (type.type) {
    case "array":
      return `ARRAY<${sqlDataType(type.elementType)}>`;
    case "map":
      return `MAP<${sqlDataType(type.keyType)}, ${sqlDataType(type.valueType)}>`;
    case "struct":
      return `STRUCT<${type.fields.map((member) => columnDdl(member, ": ")).join(", ")}>`;
    default:
      return formatDataType(type).toUpperCase();
  }
}

/** The columns of a schema as DDL text that `parseSchema` reads back (Spark's `toDDL`). */
export function toDdl(schema: StructType): string {
  return schema.fields.map((member) => columnDdl(member, " ")).join(",");
}

function columnDdl(member: StructField, between: string): string {
  const comment = member.metadata["comment"];
  const type = rawOf(member)?.toUpperCase() ?? sqlDataType(member.type);
  const parts = [`${quoteIfNeeded(member.name)}${between}${type}`];
  if (!member.nullable) parts.push("NOT NULL");
  if (typeof comment === "string") {
    parts.push(`COMMENT '${comment.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`);
  }
  return parts.join(" ");
}

/** A name in backticks unless it is a plain identifier. */
export function quoteIfNeeded(name: string): string {
  return /^\w*[A-Za-z_]\w*$/.test(name) ? name : `\`${name.replaceAll("`", "``")}\``;
}
