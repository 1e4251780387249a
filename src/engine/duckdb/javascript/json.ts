import { error } from "../../../error/error.ts";
import type { Options } from "../../../plan/relation.ts";
import { parseDataTypeJson } from "../../../schema/json.ts";
import { type DataType, field, type StructType, struct } from "../../../schema/type.ts";
import type { Timestamp, Value } from "../../../schema/value.ts";
import { timeReader } from "../text/convert.ts";
import { Malformed, peek, skipValue } from "../text/json-lexer.ts";
import { recordReader } from "../text/json-record.ts";
import { type JsonGrammar, jsonGrammar, textOptions } from "../text/option.ts";

type Read = (text: string) => string | null;

/** Readers remembered: a query has few schemas, a program that makes them up must not pile them. */
const readerLimit = 100;

/** A function of a text, a type as Spark's JSON, options as a JSON object, and a zone. */
export function remembered(
  make: (type: string, options: Options, zone: string) => Read,
): (args: readonly string[]) => string | null {
  const readers = new Map<string, Read>();
  return ([text = "", type = "", options = "{}", zone = "UTC"]) => {
    const key = `${type}\n${options}\n${zone}`;
    let reader = readers.get(key);
    if (reader === undefined) {
      if (readers.size >= readerLimit) readers.clear();
      reader = make(type, JSON.parse(options), zone);
      readers.set(key, reader);
    }
    return reader(text);
  };
}

/** `from_json`; the answer is JSON that SQL casts. */
export const jsonOperations = {
  from_json: remembered(readerOf),
} as const;

function readerOf(json: string, given: Options, zone: string): Read {
  const type = parseDataTypeJson(json);
  const schema: StructType = type.type === "struct" ? type : struct([field("value", type)]);
  const strict = given["mode"]?.toUpperCase() === "FAILFAST";
  // A mode that Spark does not know is PERMISSIVE there.
  const options = textOptions({ ...given, mode: "PERMISSIVE" }, zone);
  const corrupt =
    type.type === "struct"
      ? type.fields.findIndex(({ name }) => name === options.corruptColumn)
      : -1;
  const data = struct(schema.fields.filter((_, at) => at !== corrupt));
  const grammar = jsonGrammar(given);
  const read = recordReader(data, {
    grammar,
    times: timeReader(options),
    rescue: false,
    caseSensitive: true,
  });
  const ofStructs = type.type === "array" && type.elementType.type === "struct";
  return (text) => {
    if (text.trim() === "") return null;
    if (type.type === "struct") {
      const lost = text.trimStart().startsWith("[");
      if (lost && strict) throw arrayRefused(text);
      const { rows: found, fault } = lost ? { rows: [], fault: "an array" } : read(text);
      if (strict && fault !== undefined) throw malformed(text, fault);
      const values = [...(found[0]?.values ?? data.fields.map(() => null))];
      const sound = fault === undefined || text.trim() === "null";
      if (corrupt >= 0) values.splice(corrupt, 0, sound ? null : text);
      return structText(values, schema);
    }
    // One object is read as an array of it.
    const lone = ofStructs && text.trimStart().startsWith("{");
    const member = (value: string) => read(`{"value":${lone ? `[${value}]` : value}}`);
    const whole = member(text);
    const { rows: found, fault } =
      whole.fault === undefined ? whole : member(firstValue(text, grammar));
    if (strict && fault !== undefined) throw malformed(text, fault);
    return fault === undefined ? textOf(found[0]?.values[0] ?? null, type) : null;
  };
}

/** The error of a record that cannot be read, for a reader that stops at such. */
export function malformed(text: string, reason: string, path = "from_json"): Error {
  const parameters = { badRecord: text.slice(0, 500), path, reason };
  return error("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", parameters);
}

/** What is read of a text that has more behind its value. */
function firstValue(text: string, grammar: JsonGrammar): string {
  const cursor = { text, grammar, at: 0 };
  try {
    peek(cursor);
    skipValue(cursor);
    return text.slice(0, cursor.at);
  } catch (thrown) {
    if (thrown instanceof Malformed) return text;
    throw thrown;
  }
}

function arrayRefused(text: string): Error {
  const code = "MALFORMED_RECORD_IN_PARSING.CANNOT_PARSE_JSON_ARRAYS_AS_STRUCTS";
  return error(code, { badRecord: text.slice(0, 500), path: "from_json" });
}

/** Values of a struct as a JSON object of what DuckDB casts without loss. */
export function structText(values: readonly Value[], { fields }: StructType): string {
  const texts = fields.map(({ type }, at) => `"f${at}":${textOf(values[at] ?? null, type)}`);
  return `{${texts.join(",")}}`;
}

/** A value as JSON that DuckDB casts to its type without loss. */
function textOf(value: Value, type: DataType): string {
  if (value === null) return "null";
  switch (type.type) {
    case "struct": {
      const row = value as { readonly [name: string]: Value };
      return structText(
        type.fields.map(({ name }) => row[name] ?? null),
        type,
      );
    }
    case "array": {
      const items = (value as readonly Value[]).map((item) => textOf(item, type.elementType));
      return `[${items.join(",")}]`;
    }
    case "map": {
      const entries = [...(value as ReadonlyMap<Value, Value>)];
      const texts = entries.map(
        ([key, item]) => `${JSON.stringify(String(key))}:${textOf(item, type.valueType)}`,
      );
      return `{${texts.join(",")}}`;
    }
    case "timestamp":
      return JSON.stringify((value as Timestamp).toString().replace("T", " ").replace("Z", "+00"));
    case "binary":
      return JSON.stringify(
        [...(value as Uint8Array)]
          .map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`)
          .join(""),
      );
    case "boolean":
      return String(value);
    default:
      return JSON.stringify(String(value));
  }
}
