import { error } from "../../error/error.ts";
import { parseDataType, parseSchema, type TimestampName } from "../../schema/ddl.ts";
import { parseDataTypeJson } from "../../schema/json.ts";
import { array, type DataType, integer, string, variant } from "../../schema/type.ts";
import { call } from "../expression.ts";
import { quoteType } from "../type-text.ts";
import type { TypedExpression } from "../typed.ts";
import {
  argument,
  coerce,
  constantText,
  type FunctionCall,
  type Group,
  mismatch,
  only,
  takes,
} from "./definition.ts";

/** JSON, CSV and variants. Options are the second map argument and stay an argument of the call. */
export const jsons: Group = {
  from_json: {
    arity: [2, 3],
    resolve: (given) => fromText(given, "from_json"),
    print: (t, _, [, schema]) => (isMapText(schema) ? "entries" : `from_json(${t[0]})`),
  },
  from_csv: {
    arity: [2, 3],
    resolve: (given) => {
      const read = fromText(given, "from_csv");
      if (read.type.type === "struct") return read;
      throw error("INVALID_SCHEMA.NON_STRUCT_TYPE", {
        inputSchema: `"${given.texts[1] ?? ""}"`,
        dataType: quoteType(read.type),
      });
    },
    print: (t) => `from_csv(${t[0]})`,
  },
  to_json: {
    arity: [1, 2],
    resolve: (given) => {
      const { type } = argument(given, 0);
      if (!["struct", "array", "map", "variant", "void"].includes(type.type)) {
        throw mismatch(given, 0, '("STRUCT" or "ARRAY" or "MAP" or "VARIANT")');
      }
      return call("to_json", given.arguments, {
        type: string,
        nullable: argument(given, 0).nullable,
      });
    },
    print: (t) => `to_json(${t[0]})`,
  },
  to_csv: { arity: [1, 2], takes: [takes.struct], type: string, print: (t) => `to_csv(${t[0]})` },
  get_json_object: { takes: [takes.string, takes.string], type: string, nullable: true },
  json_array_length: { takes: [only(string)], type: integer, nullable: true },
  json_object_keys: { takes: [only(string)], type: array(string), nullable: true },
  schema_of_json: { arity: [1, 2], takes: [takes.string], type: string, nullable: false },
  parse_json: { takes: [takes.string], type: variant },
  try_parse_json: { takes: [takes.string], type: variant, nullable: true },
  to_variant_object: { takes: [takes.any], type: variant },
  is_variant_null: { takes: [takes.any], type: { type: "boolean" }, nullable: false },
  schema_of_variant: { takes: [takes.any], type: string },
  variant_get: {
    arity: [2, 3],
    resolve: (given) => variantGet(given, "variant_get"),
    print: (t) => `variant_get(${t.slice(0, 2).join(", ")})`,
  },
  try_variant_get: {
    arity: [2, 3],
    resolve: (given) => variantGet(given, "try_variant_get"),
    print: (t) => `try_variant_get(${t.slice(0, 2).join(", ")})`,
  },
};

/** from_json(text, schema[, options]): the schema is the call's type, options stay an argument. */
function fromText(given: FunctionCall, name: string): TypedExpression {
  const text = coerce(given, 0, takes.string);
  const type = schemaOf(given);
  const options = given.arguments.slice(2);
  return call(name, [text, ...options], { type, nullable: true });
}

/** Spark prints `entries` for a call that reads a map. */
function isMapText(schema: TypedExpression | undefined): boolean {
  if (schema?.kind !== "literal" || typeof schema.value !== "string") return false;
  return /^map\s*</i.test(schema.value.trim());
}

function schemaOf(given: FunctionCall): DataType {
  const schema = argument(given, 1);
  if (schema.kind !== "literal" || typeof schema.value !== "string") {
    throw error("INVALID_SCHEMA.NON_STRING_LITERAL", { inputSchema: `"${given.texts[1] ?? ""}"` });
  }
  return schemaOfText(schema.value, given.conf.timestampType);
}

function variantGet(given: FunctionCall, name: string): TypedExpression {
  const input = argument(given, 0);
  if (input.type.type !== "variant") throw mismatch(given, 0, '"VARIANT"');
  const type =
    given.arguments.length > 2
      ? parseDataType(constantText(given, 2), given.conf.timestampType)
      : variant;
  return call(name, [input, coerce(given, 1, takes.string)], { type, nullable: true });
}

/** DDL of a type (`struct<a int>`), DDL of columns (`a INT, b STRING`), or Spark's JSON. */
function schemaOfText(text: string, timestamp: TimestampName): DataType {
  const trimmed = text.trim();
  if (trimmed.startsWith("{") || trimmed.startsWith('"')) return parseDataTypeJson(trimmed);
  return /^(struct|array|map)\s*</i.test(trimmed)
    ? parseDataType(trimmed, timestamp)
    : parseSchema(trimmed, timestamp);
}
