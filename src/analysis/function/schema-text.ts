import { error, isError } from "../../error/error.ts";
import { parseDataType, parseSchema, sqlDataType, type TimestampName } from "../../schema/ddl.ts";
import { parseDataTypeJson } from "../../schema/json.ts";
import { type DataType, string } from "../../schema/type.ts";
import { literal } from "../expression.ts";
import { constantOf } from "../fold.ts";
import { quoteType } from "../type-text.ts";
import type { TypedExpression } from "../typed.ts";
import { argument, type FunctionCall, mismatch } from "./definition.ts";
import { checkMode, constantOptions, optionsFrom } from "./text-option.ts";

/** The type that the second argument writes down. */
export function schemaOf(given: FunctionCall): DataType {
  const schema = argument(given, 1);
  if (schema.kind !== "literal" || typeof schema.value !== "string") {
    throw error("INVALID_SCHEMA.NON_STRING_LITERAL", { inputSchema: `"${given.texts[1] ?? ""}"` });
  }
  return schemaOfText(schema.value, given.conf.timestampType);
}

/** DDL of columns (`a INT, b STRING`), DDL of a type (`struct<a int>`), or Spark's JSON. */
function schemaOfText(text: string, timestamp: TimestampName): DataType {
  const trimmed = text.trim();
  if (trimmed === "") throw error("PARSE_EMPTY_STATEMENT", {});
  if (trimmed.startsWith("{") || trimmed.startsWith('"')) return parseDataTypeJson(trimmed);
  try {
    return parseSchema(trimmed, timestamp);
  } catch (thrown) {
    if (!isError(thrown)) throw thrown;
    return typeOfText(trimmed, timestamp);
  }
}

function typeOfText(text: string, timestamp: TimestampName): DataType {
  try {
    return parseDataType(text, timestamp);
  } catch (thrown) {
    // Spark stops at the word after a type's name, before it knows of such a type.
    const words = /^\w+\s+(\w+)/.exec(text);
    const extra = words?.[1];
    if (!isError(thrown) || !words || extra === undefined) throw thrown;
    const position = words[0].length - extra.length;
    const place = { line: 1, position, sql: text };
    const hint = `: extra input '${extra}'`;
    throw error("PARSE_SYNTAX_ERROR", { error: `'${extra}'`, hint, ...place });
  }
}

/** The schema of a constant text by a format's inference, as DDL of a type. */
export function inferredSchema(given: FunctionCall, format: "json" | "xml"): TypedExpression {
  const options = constantOptions(optionsFrom(given, 1)[0]);
  const input = argument(given, 0);
  const constant = constantOf(input);
  if (constant === undefined || options === undefined) {
    throw error("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", {
      sqlExpr: `"${given.text}"`,
      inputName: `\`${format}\``,
      inputType: quoteType(input.type),
      inputExpr: `"${given.texts[0] ?? ""}"`,
    });
  }
  const { value } = constant;
  if (value === null) {
    const parameters = { sqlExpr: `"${given.text}"`, exprName: format };
    throw error("DATATYPE_MISMATCH.UNEXPECTED_NULL", parameters);
  }
  if (typeof value !== "string") throw mismatch(given, 0, '"STRING"');
  checkMode(`schema_of_${format}`, options);
  return literal(sqlDataType(given.infer(format, value, options)), string);
}
