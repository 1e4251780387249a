import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import type { StructType } from "../../schema/type.ts";
import { quoteType } from "../type-text.ts";
import type { TypedExpression } from "../typed.ts";
import type { FunctionCall } from "./definition.ts";

/** The options of a call at its end: `map` of texts, or INVALID_OPTIONS; none where none are. */
export function optionsFrom(given: FunctionCall, index: number): readonly TypedExpression[] {
  const options = given.arguments[index];
  if (options === undefined) return [];
  const isMap = options.kind === "call" ? options.name === "map" : options.type.type === "map";
  if (!isMap || options.type.type !== "map") throw error("INVALID_OPTIONS.NON_MAP_FUNCTION", {});
  const { keyType, valueType } = options.type;
  if (keyType.type !== "string" || valueType.type !== "string") {
    throw error("INVALID_OPTIONS.NON_STRING_TYPE", { mapType: quoteType(options.type) });
  }
  return [options];
}

/** Options that are literals, their names in lower case; undefined where some are not. */
export function constantOptions(given: TypedExpression | undefined): Options | undefined {
  if (given === undefined) return {};
  const options: Record<string, string> = {};
  if (given.kind === "literal" && given.value instanceof Map) {
    for (const [key, value] of given.value) options[String(key).toLowerCase()] = String(value);
    return options;
  }
  if (given.kind !== "call" || given.name !== "map") return undefined;
  for (let at = 0; at + 1 < given.arguments.length; at += 2) {
    const [key, value] = [given.arguments[at], given.arguments[at + 1]];
    if (key?.kind !== "literal" || value?.kind !== "literal") return undefined;
    options[String(key.value).toLowerCase()] = String(value.value);
  }
  return options;
}

/** Of functions that give one value for one text: none can be left out. */
export function checkMode(funcName: string, options: Options): void {
  const mode = options["mode"]?.toUpperCase();
  if (mode !== "DROPMALFORMED") return;
  throw error("PARSE_MODE_UNSUPPORTED", { funcName: `\`${funcName}\``, mode });
}

/** The column that keeps records which cannot be read, where a type has one, is a text. */
export function checkCorrupt({ fields }: StructType, name = "_corrupt_record"): void {
  const column = fields.find((field) => field.name === name);
  if (!column || (column.type.type === "string" && column.nullable)) return;
  const actualType = quoteType(column.type);
  throw error("INVALID_CORRUPT_RECORD_TYPE", { columnName: `\`${name}\``, actualType });
}
