import type { Options } from "../../../plan/relation.ts";
import { parseDataTypeJson } from "../../../schema/json.ts";
import { type DataType, field, type StructType, struct } from "../../../schema/type.ts";
import type { Timestamp, Value } from "../../../schema/value.ts";
import { timeReader } from "../text/convert.ts";
import { recordReader } from "../text/json-record.ts";
import { jsonGrammar, textOptions } from "../text/option.ts";

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
  const options = textOptions(given, zone);
  const read = recordReader(schema, {
    grammar: jsonGrammar(given),
    times: timeReader(options),
    rescue: false,
    caseSensitive: true,
  });
  const ofStructs = type.type === "array" && type.elementType.type === "struct";
  return (text) => {
    if (text.trim() === "") return null;
    if (type.type === "struct") {
      const { rows: found } = read(text);
      return structText(found[0]?.values ?? [], schema);
    }
    // One object is read as an array of it.
    const lone = ofStructs && text.trimStart().startsWith("{");
    const { rows: found, fault } = read(`{"value":${lone ? `[${text}]` : text}}`);
    return fault === undefined ? textOf(found[0]?.values[0] ?? null, type) : null;
  };
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
