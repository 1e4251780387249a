import { error } from "../error/error.ts";
import type { Expression } from "../plan/expression.ts";
import { optionKey } from "../plan/option.ts";
import type { Read } from "../plan/relation.ts";
import { parseSchema } from "../schema/ddl.ts";
import { type Cursor, unsupported } from "./cursor.ts";
import { instantText } from "./table.ts";
import { constant } from "./table-changes.ts";

/**
 * `read_files(path [, option => value]…)`: a read of files as Auto Loader reads them. Its schema
 * is the option `schema`, as DDL.
 */
export function readFiles(cursor: Cursor, called: Expression, streaming: boolean): Read {
  const name = "read_files";
  const given = called.kind === "call" ? called.arguments : [];
  const names = called.kind === "call" ? (called.argumentNames ?? []) : [];
  const paths: string[] = [];
  const options: Record<string, string> = {};
  for (const [index, argument] of given.entries()) {
    const named = names[index];
    const first = index === 0 ? "path" : undefined;
    const option = named == null ? first : optionKey(named);
    if (option === undefined) {
      const count = { functionName: name, minArgs: 1, maxArgs: 1 };
      throw error("INCORRECT_NUMBER_OF_ARGUMENTS", { failure: "too many args", ...count });
    }
    const literal = constant(cursor, argument, name);
    const value = instantText(literal) ?? String(literal.value);
    if (option === "path") paths.push(value);
    else options[option] = value;
  }
  if (paths.length !== 1) throw unsupported(cursor, `${name}(…) without a path`);
  const { schema, ...rest } = options;
  const read: Read = { kind: "read", streaming, format: name, paths, options: rest };
  return schema === undefined ? read : { ...read, schema: parseSchema(schema) };
}
