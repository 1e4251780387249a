import { error } from "../error/error.ts";
import { type Conf, timestampTypeOf } from "../execution/conf.ts";
import { optionKey } from "../plan/option.ts";
import { parseSchema } from "../schema/ddl.ts";
import type { StructType } from "../schema/type.ts";

/** What an option may be given as; held as text, as Spark holds it. */
export type OptionValue = string | number | bigint | boolean;

/** Options by the keys that sources read them by: Spark compares them without case. */
export function optionsOf(values: Readonly<Record<string, OptionValue>>): Record<string, string> {
  const options: Record<string, string> = {};
  for (const [key, value] of Object.entries(values)) options[optionKey(key)] = String(value);
  return options;
}

/** The path given as a parameter, or else as the option `path`; both are an error. */
export function pathOf(
  options: Readonly<Record<string, string>>,
  parameter: string | undefined,
  method: "load" | "start" | "save",
): string | undefined {
  const option = options["path"];
  if (option !== undefined && parameter !== undefined) {
    throw error("PATH_OPTION_AND_PARAMETER", { method });
  }
  return parameter ?? option;
}

/** A schema given as a value or as DDL text, which the session's settings have a say in. */
export function schemaOf(schema: StructType | string, conf: Conf): StructType {
  return typeof schema === "string" ? parseSchema(schema, timestampTypeOf(conf)) : schema;
}
