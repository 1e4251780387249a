import { error } from "../../error/error.ts";
import { array, integer, string } from "../../schema/type.ts";
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
import { inferredSchema, schemaOf } from "./schema-text.ts";
import { checkCorrupt, checkMode, constantOptions, optionsFrom } from "./text-option.ts";

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
      const { nullable } = argument(given, 0);
      const options = optionsFrom(given, 1);
      return call("to_json", [argument(given, 0), ...options], { type: string, nullable });
    },
    print: (t) => `to_json(${t[0]})`,
  },
  to_csv: {
    arity: [1, 2],
    takes: [takes.struct],
    resolve: (given) =>
      call("to_csv", [argument(given, 0), ...optionsFrom(given, 1)], { type: string }),
    print: (t) => `to_csv(${t[0]})`,
  },
  get_json_object: { takes: [takes.string, takes.string], type: string, nullable: true },
  json_array_length: { takes: [only(string)], type: integer, nullable: true },
  json_object_keys: { takes: [only(string)], type: array(string), nullable: true },
  schema_of_json: {
    arity: [1, 2],
    sugar: true,
    resolve: (given) => inferredSchema(given, "json"),
    print: (t) => `schema_of_json(${t[0]})`,
  },
};

/** from_json(text, schema[, options]): the schema is the call's type, options stay an argument. */
function fromText(given: FunctionCall, name: string): TypedExpression {
  const options = optionsFrom(given, 2);
  const text = coerce(given, 0, takes.string);
  const type = schemaOf(given);
  const known = constantOptions(options[0]) ?? {};
  checkMode(name, known);
  if (name === "from_json" && type.type === "struct") {
    checkCorrupt(type, known["columnnameofcorruptrecord"]);
  }
  return call(name, [text, ...options], { type, nullable: true });
}

/** Spark prints `entries` for a call that reads a map. */
function isMapText(schema: TypedExpression | undefined): boolean {
  if (schema?.kind !== "literal" || typeof schema.value !== "string") return false;
  return /^map\s*</i.test(schema.value.trim());
}
