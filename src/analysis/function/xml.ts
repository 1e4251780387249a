import { error } from "../../error/error.ts";
import { asNullable } from "../../schema/compare.ts";
import { type DataType, string } from "../../schema/type.ts";
import { call } from "../expression.ts";
import { quoteType } from "../type-text.ts";
import type { TypedExpression } from "../typed.ts";
import { argument, coerce, type FunctionCall, type Group, mismatch, only } from "./definition.ts";
import { inferredSchema, schemaOf } from "./schema-text.ts";
import { checkCorrupt, checkMode, constantOptions, optionsFrom } from "./text-option.ts";

/** XML. Options stay an argument of the call. */
export const xmls: Group = {
  from_xml: {
    arity: [2, 3],
    resolve: fromXml,
    print: (texts) => `from_xml(${texts[0]})`,
  },
  to_xml: {
    arity: [1, 2],
    resolve: (given) => {
      const options = optionsFrom(given, 1);
      const row = argument(given, 0);
      if (!["struct", "variant", "void"].includes(row.type.type)) {
        throw mismatch(given, 0, '"STRUCT"');
      }
      return call("to_xml", [row, ...options], { type: string, nullable: true });
    },
    print: (texts) => `to_xml(${texts[0]})`,
  },
  schema_of_xml: {
    arity: [1, 2],
    sugar: true,
    resolve: (given) => inferredSchema(given, "xml"),
    print: (texts) => `schema_of_xml(${texts[0]})`,
  },
};

/** from_xml(text, schema[, options]): the schema is the call's type. */
function fromXml(given: FunctionCall): TypedExpression {
  const options = optionsFrom(given, 2);
  const type = schemaOf(given);
  const text = coerce(given, 0, only(string));
  checkSchema(type, given);
  const known = constantOptions(options[0]) ?? {};
  checkMode("from_xml", known);
  if (type.type === "struct") checkCorrupt(type, known["columnnameofcorruptrecord"]);
  const read = type.type === "struct" ? asNullable(type) : type;
  return call("from_xml", [text, ...options], { type: read, nullable: true });
}

function checkSchema(type: DataType, given: FunctionCall): void {
  const parameters = { sqlExpr: `"${given.text}"`, schema: quoteType(type) };
  if (type.type !== "struct" && type.type !== "variant") {
    throw error("DATATYPE_MISMATCH.INVALID_XML_SCHEMA", parameters);
  }
  if (hasOtherKeys(type)) throw error("DATATYPE_MISMATCH.INVALID_XML_MAP_KEY_TYPE", parameters);
}

/** Whether a map within has keys that are no texts. */
function hasOtherKeys(type: DataType): boolean {
  switch (type.type) {
    case "struct":
      return type.fields.some((field) => hasOtherKeys(field.type));
    case "array":
      return hasOtherKeys(type.elementType);
    case "map":
      return type.keyType.type !== "string" || hasOtherKeys(type.valueType);
    default:
      return false;
  }
}
