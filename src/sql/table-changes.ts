import { error } from "../error/error.ts";
import type { Expression, Literal } from "../plan/expression.ts";
import type { Options, Read } from "../plan/relation.ts";
import { formatDataType } from "../schema/ddl.ts";
import { type Cursor, openCursor, peek, syntaxError, unsupported } from "./cursor.ts";
import { instantText, tableName } from "./table.ts";

/**
 * `table_changes('name', start[, end])` and `table_changes_by_path('path', start[, end])`: a read
 * with the options of a change feed. A boundary is a version, or a time as text or timestamp.
 */
export function tableChanges(cursor: Cursor, name: string, called: Expression): Read {
  const given = called.kind === "call" && !called.argumentNames ? called.arguments : [];
  if (given.length < 2 || given.length > 3) {
    const failure = given.length < 2 ? "not enough args" : "too many args";
    const count = { minArgs: 2, maxArgs: 3 };
    throw error("INCORRECT_NUMBER_OF_ARGUMENTS", { failure, functionName: name, ...count });
  }
  const [first, start, end] = given.map((one) => constant(cursor, one, name));
  const options: Options = {
    readchangefeed: "true",
    ...boundary("starting", start!),
    ...(end === undefined ? {} : boundary("ending", end)),
  };
  const byPath = name === "table_changes_by_path";
  const text = textOf(first!, byPath ? "table path" : "table name");
  if (byPath) return { kind: "read", streaming: false, format: "delta", paths: [text], options };
  const inner = openCursor(text, cursor.options, cursor.query);
  const read = tableName(inner);
  if (peek(inner).kind !== "end") throw syntaxError(inner);
  return { ...read, options: { ...read.options, ...options } };
}

/** A literal, as itself or cast, or the value of a session's variable. */
export function constant(cursor: Cursor, given: Expression, name: string): Literal {
  if (given.kind === "literal") return given;
  if (given.kind === "cast") {
    const { value } = constant(cursor, given.input, name);
    return { kind: "literal", value, type: given.type };
  }
  const variable = given.kind === "attribute" ? cursor.options.variables?.(given.name) : undefined;
  if (variable !== undefined) return variable;
  throw unsupported(cursor, `${name}(…) of anything but literals`);
}

function textOf({ value, type }: Literal, causedBy: string): string {
  if (typeof value === "string" && type.type === "string") return value;
  const supportedTypes = "StringType literal";
  throw error("DELTA_UNSUPPORTED_EXPRESSION", {
    ...{ expType: formatDataType(type), causedBy, supportedTypes },
  });
}

const integers: ReadonlySet<string> = new Set(["byte", "short", "integer", "long"]);
const times: ReadonlySet<string> = new Set(["string", "timestamp"]);

function boundary(side: "starting" | "ending", given: Literal): Options {
  const { value, type } = given;
  if (value === null) throw error("DELTA_CDC_READ_NULL_RANGE_BOUNDARY", {});
  if (integers.has(type.type)) return { [`${side}version`]: String(value) };
  const text = times.has(type.type) ? instantText(given) : undefined;
  if (text !== undefined) return { [`${side}timestamp`]: text };
  const supportedTypes = "IntegerType, LongType, StringType, TimestampType";
  throw error("DELTA_UNSUPPORTED_EXPRESSION", {
    ...{ expType: formatDataType(type), causedBy: `${side} option`, supportedTypes },
  });
}
