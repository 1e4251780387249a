import { error } from "../../error/error.ts";
import { parseDataType, parseSchema, type TimestampName } from "../../schema/ddl.ts";
import { parseDataTypeJson } from "../../schema/json.ts";
import { array, type DataType, integer, string } from "../../schema/type.ts";
import { call } from "../expression.ts";
import { quoteType } from "../type-text.ts";
import type { TypedExpression } from "../typed.ts";
import {
  argument,
  coerce,
  type FunctionCall,
  type Group,
  mismatch,
  only,
  takes,
} from "./definition.ts";

/** JSON and CSV. Options are the second map argument and stay an argument of the call. */
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

/** DDL of a type (`struct<a int>`), DDL of columns (`a INT, b STRING`), or Spark's JSON. */
function schemaOfText(text: string, timestamp: TimestampName): DataType {
  const trimmed = text.trim();
  if (trimmed.startsWith("{") || trimmed.startsWith('"')) return parseDataTypeJson(trimmed);
  return /^(struct|array|map)\s*</i.test(trimmed)
    ? parseDataType(trimmed, timestamp)
    : parseSchema(trimmed, timestamp);
}
