import { constantOptions } from "../../../../analysis/function/text-option.ts";
import type { TypedExpression } from "../../../../analysis/typed.ts";
import { error } from "../../../../error/error.ts";
import { dataTypeJson } from "../../../../schema/json.ts";
import { type DataType, string, struct } from "../../../../schema/type.ts";
import { memberName, text } from "../../quote.ts";
import { sqlType } from "../../type.ts";
import { intervalText } from "../cast-interval.ts";
import { type JsonStyle, jsonText } from "../json-text.ts";
import { once } from "../once.ts";
import type { Scope } from "../scope.ts";
import { toText } from "../text-of.ts";
import { textBytes, variantText } from "../variant-call.ts";
import { type Compilation, type Group, javascript } from "./registry.ts";

/** JSON texts to values and back. */
export const jsons: Group = {
  get_json_object: ([value, path]) =>
    `CASE WHEN json_valid(${value}) THEN json_extract_string(${value}, ${path}) END`,
  // These two are not Spark's: the text that a JSON pointer leads to (a fraction is rounded to a
  // double), and the value of a text that is well formed (of another it may be anything).
  json_pointer: ([value, pointer]) => `TRY(json_extract_string(${value}, ${pointer}))`,
  plain_value: ([value], { node }) => `TRY_CAST(${value} AS ${sqlType(node.type)})`,
  json_array_length: ([value]) =>
    `CASE WHEN json_valid(${value}) AND json_type(${value}) = 'ARRAY'
      THEN CAST(json_array_length(${value}) AS INTEGER) END`,
  json_object_keys: ([value]) =>
    `CASE WHEN json_valid(${value}) AND json_type(${value}) = 'OBJECT' THEN json_keys(${value})
      END`,
  from_json: reading("from_json"),
  from_csv: reading("from_csv"),
  to_json: ([value], { types, node, scope }) => {
    const style = sparkStyle(scope, optionsOf(node.arguments[1]));
    const [type] = types;
    if (type === undefined || type.type === "void") return "CAST(NULL AS VARCHAR)";
    return once([value as string], scope, (input) => jsonText(input, { type, depth: 0, style }));
  },
};

/** A text read to a type by a reader of ours; `more`: options that its user does not give. */
export function reading(
  name: "from_json" | "from_csv" | "from_xml",
  more: Readonly<Record<string, string>> = {},
): Compilation {
  return ([value], { node, scope }) => {
    const options = { ...optionsOf(node.arguments[1]), ...more };
    if (options["mode"]?.toUpperCase() === "FAILFAST" && name === "from_csv") {
      throw error("ENGINE_UNSUPPORTED_FUNCTION", { name: `${name} in the mode FAILFAST` });
    }
    const args = [
      JSON.stringify(dataTypeJson(node.type)),
      JSON.stringify(options),
      scope.context.timeZone,
    ];
    const read = javascript(name, [value as string, ...args.map(text)]);
    const made = `from_json(${read}, ${text(shapeOf(asText(node.type)))})`;
    return holds(node.type, "binary") ? `CAST(${made} AS ${sqlType(node.type)})` : made;
  };
}

/** Whether a type is of a kind, or has parts that are. */
export function holds(type: DataType, kind: DataType["type"]): boolean {
  switch (type.type) {
    case "struct":
      return type.fields.some((field) => holds(field.type, kind));
    case "array":
      return holds(type.elementType, kind);
    case "map":
      return holds(type.keyType, kind) || holds(type.valueType, kind);
    default:
      return type.type === kind;
  }
}

/** Spark's spelling, in the session's zone; formats of times and kept nulls are its options. */
function sparkStyle(scope: Scope, options: Readonly<Record<string, string>>): JsonStyle {
  const known = ["ignorenullfields", "timestampformat", "dateformat"];
  const other = Object.keys(options).find((key) => !known.includes(key));
  if (other) throw error("ENGINE_UNSUPPORTED_FUNCTION", { name: `to_json with option ${other}` });
  const { dateformat, timestampformat = "yyyy-MM-dd'T'HH:mm:ss.SSSXXX" } = options;
  const formatted = (micros: string, format: string, zone: string): string =>
    javascript("date_format", [`CAST(${micros} AS VARCHAR)`, text(format), text(zone)]);
  const day = (value: string) => `epoch_us(CAST(${value} AS TIMESTAMP))`;
  return {
    member: (value, { ordinal }) => `struct_extract(${value}, '${memberName(ordinal)}')`,
    key: (value, type) => keyText(value, type, scope),
    time: (value, type) =>
      type === "timestamp"
        ? formatted(`epoch_us(${value})`, timestampformat, scope.context.timeZone)
        : formatted(`epoch_us(${value})`, "yyyy-MM-dd'T'HH:mm:ss.SSS", "UTC"),
    ...(dateformat === undefined
      ? {}
      : { date: (value: string) => formatted(day(value), dateformat, "UTC") }),
    real: (value, type) => toText(value, { type }, scope),
    variant: (value) => variantText("json", [value, textBytes(text(scope.context.timeZone))]),
    interval: (value, type) => intervalText(value, type, scope),
    nulls: options["ignorenullfields"]?.toLowerCase() === "false",
  };
}

/** The text of Spark's own form of a key: days of a date, months or microseconds of an interval. */
export function keyText(value: string, type: DataType, scope: Scope): string {
  switch (type.type) {
    case "date":
      return `CAST(${value} - DATE '1970-01-01' AS VARCHAR)`;
    case "timestamp":
    case "timestamp_ntz":
      return `CAST(epoch_us(${value}) AS VARCHAR)`;
    case "time":
      return `CAST(epoch_ns(${value}) AS VARCHAR)`;
    case "interval":
      return type.unit === "calendar"
        ? intervalText(value, type, scope)
        : `CAST(${value} AS VARCHAR)`;
    case "array":
    case "map":
    case "struct":
    case "binary":
      throw error("ENGINE_UNSUPPORTED_FUNCTION", {
        name: `text of a map whose keys are of the type ${type.type}`,
      });
    default:
      return toText(value, type, scope);
  }
}

/** Options by their names in lower case; refused where they are not constant. */
export function optionsOf(given: TypedExpression | undefined): Record<string, string> {
  const options = constantOptions(given);
  if (options) return { ...options };
  throw error("ENGINE_UNSUPPORTED_FUNCTION", { name: "options that are not constant" });
}

/** A type as the structure DuckDB's `from_json` takes. */
function shapeOf(type: DataType): string {
  switch (type.type) {
    case "struct": {
      const members = type.fields.map((field, at) => `"${memberName(at)}":${shapeOf(field.type)}`);
      return `{${members.join(",")}}`;
    }
    case "array":
      return `[${shapeOf(type.elementType)}]`;
    default:
      return JSON.stringify(sqlType(type));
  }
}

/** A type with texts for bytes: those are escaped, which only a cast reads. */
function asText(type: DataType): DataType {
  switch (type.type) {
    case "struct":
      return struct(type.fields.map((one) => ({ ...one, type: asText(one.type) })));
    case "array":
      return { ...type, elementType: asText(type.elementType) };
    case "map":
      return { ...type, valueType: asText(type.valueType) };
    default:
      return type.type === "binary" ? string : type;
  }
}
