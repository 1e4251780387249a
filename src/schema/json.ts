import { error } from "../error/error.ts";
import { charType } from "./char.ts";
import { intervalName, namedInterval } from "./interval-field.ts";
import {
  type AtomicName,
  array,
  type DataType,
  decimal,
  field,
  type Json,
  map,
  maxTimePrecision,
  type StructField,
  type StructType,
  struct,
  time,
} from "./type.ts";

/**
 * A schema in the JSON text of Spark and Delta (PROTOCOL.md#schema-serialization-format). Throws
 * INVALID_SCHEMA if it is not one, UNSUPPORTED_DATATYPE if it names a type there is not.
 */
export function parseSchemaJson(text: string): StructType {
  const type = parseDataTypeJson(text);
  if (type.type !== "struct") throw invalid(text, `it is of type ${type.type}, not struct`);
  return type;
}

/** Any type in Spark's JSON text: `"long"` with its quotes, `{"type":"array",…}`. */
export function parseDataTypeJson(text: string): DataType {
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch (cause) {
    throw error("INVALID_SCHEMA", { inputSchema: quoted(text), reason: "it is no JSON" }, cause);
  }
  return dataTypeOf(json);
}

/** The JSON text of a schema, byte for byte as Spark writes it. */
export function schemaJson(schema: StructType): string {
  return JSON.stringify(dataTypeJson(schema));
}

/** A type as Spark's JSON value: a name, or an object with Spark's order of keys. */
export function dataTypeJson(type: DataType): Json {
  switch (type.type) {
    case "decimal":
      return `decimal(${type.precision},${type.scale})`;
    case "interval":
      return intervalName(type);
    case "time":
      return `time(${type.precision})`;
    case "array":
      return {
        type: "array",
        elementType: dataTypeJson(type.elementType),
        containsNull: type.containsNull,
      };
    case "map":
      return {
        type: "map",
        keyType: dataTypeJson(type.keyType),
        valueType: dataTypeJson(type.valueType),
        valueContainsNull: type.valueContainsNull,
      };
    case "struct":
      return { type: "struct", fields: type.fields.map(fieldJson) };
    default:
      return type.type;
  }
}

function fieldJson(member: StructField): Json {
  const { name, type, nullable, metadata } = member;
  return { name, type: dataTypeJson(type), nullable, metadata };
}

const atomicNames: ReadonlyMap<string, AtomicName> = new Map([
  ...(
    [
      "string",
      "long",
      "integer",
      "short",
      "byte",
      "float",
      "double",
      "boolean",
      "binary",
      "date",
      "timestamp",
      "timestamp_ntz",
      "variant",
      "void",
    ] as const
  ).map((name) => [name, name] as const),
  ["null", "void"],
  ["timestamp_ltz", "timestamp"],
]);

/** A string with a collation: its values are strings, and compare by their bytes here. */
const collated = /^string\s+collate\s+[\w.]+$/i;

function namedType(name: string): DataType {
  const atomic = atomicNames.get(name);
  if (atomic !== undefined) return Object.freeze({ type: atomic });
  const fixed = /^decimal\(\s*(\d+)\s*,\s*(-?\d+)\s*\)$/.exec(name);
  if (fixed) return checkedDecimal(Number(fixed[1]), Number(fixed[2]));
  const clock = /^time\(\s*(\d+)\s*\)$/.exec(name);
  if (clock) return checkedTime(Number(clock[1]));
  if (name === "decimal") return decimal(10, 0);
  if (charType(name) !== undefined || collated.test(name)) return { type: "string" };
  const interval = namedInterval(name);
  if (interval !== undefined) return interval;
  throw error("UNSUPPORTED_DATATYPE", { typeName: JSON.stringify(name) });
}

/** The type of times with that many digits of a fraction, or the error that says there is none. */
export function checkedTime(precision: number): DataType {
  if (precision > maxTimePrecision) throw error("UNSUPPORTED_TIME_PRECISION", { precision });
  return time(precision);
}

/** The decimal type, or the error that says why there is none of that precision and scale. */
export function checkedDecimal(precision: number, scale: number): DataType {
  if (precision > 38) {
    throw error("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", { precision, maxPrecision: 38 });
  }
  if (precision < 1 || scale < 0 || scale > precision) {
    throw error("UNSUPPORTED_DATATYPE", { typeName: `"DECIMAL(${precision},${scale})"` });
  }
  return decimal(precision, scale);
}

type JsonObject = { readonly [key: string]: Json };

function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function dataTypeOf(json: Json): DataType {
  if (typeof json === "string") return namedType(json);
  if (!isObject(json)) throw invalid(json, "a type is a name or an object");
  switch (json["type"]) {
    case "struct":
      return structOf(json);
    case "array":
      return array(dataTypeOf(part(json, "elementType")), flag(json, "containsNull"));
    case "map":
      return map(
        dataTypeOf(part(json, "keyType")),
        dataTypeOf(part(json, "valueType")),
        flag(json, "valueContainsNull"),
      );
    default:
      throw error("UNSUPPORTED_DATATYPE", { typeName: quoted(json["type"] ?? json) });
  }
}

function structOf(json: JsonObject): StructType {
  const members = json["fields"];
  if (!Array.isArray(members)) throw invalid(json, "a struct needs `fields`");
  return struct((members as readonly Json[]).map(fieldOf));
}

function fieldOf(json: Json): StructField {
  if (!isObject(json)) throw invalid(json, "a field is an object");
  const name = json["name"];
  if (typeof name !== "string") throw invalid(json, "a field needs a `name`");
  const metadata = json["metadata"] ?? {};
  if (!isObject(metadata)) throw invalid(json, "`metadata` is an object");
  const type = dataTypeOf(part(json, "type"));
  return field(name, type, flag(json, "nullable"), metadata);
}

function part(json: JsonObject, key: string): Json {
  const found = json[key];
  if (found === undefined) throw invalid(json, `\`${key}\` is missing`);
  return found;
}

function flag(json: JsonObject, key: string): boolean {
  const found = part(json, key);
  if (typeof found !== "boolean") throw invalid(json, `\`${key}\` is not true or false`);
  return found;
}

function invalid(input: Json, reason: string): Error {
  return error("INVALID_SCHEMA", { inputSchema: quoted(input), reason });
}

/** Schemas can be very long; this much of one is enough in a message. */
const SHOWN_CHARACTERS = 300;

function quoted(input: Json): string {
  const text = typeof input === "string" ? `"${input}"` : JSON.stringify(input);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
