import { error } from "../error/error.ts";
import type { CreateFunction, DropFunction } from "../plan/command.ts";
import type { FunctionColumn, FunctionParameter, FunctionReturns } from "../plan/function.ts";
import type { DataType } from "../schema/type.ts";
import { textOf } from "./column.ts";
import {
  at,
  type Cursor,
  expect,
  list,
  next,
  parenthesized,
  peek,
  syntaxError,
  take,
  unsupported,
} from "./cursor.ts";
import { atQuery, expression } from "./expression.ts";
import { definedName, multipartName, stringText } from "./name.ts";
import { dataType } from "./type.ts";

/**
 * `CREATE … FUNCTION [IF NOT EXISTS] name(parameters) [RETURNS …] … RETURN body`, from FUNCTION on.
 * The body and the defaults are read now, for errors, and kept as text.
 */
export function createFunction(
  cursor: Cursor,
  flags: { readonly orReplace: boolean; readonly temporary: boolean },
): CreateFunction {
  expect(cursor, "FUNCTION");
  const ifNotExists = take(cursor, "IF", "NOT", "EXISTS");
  if (ifNotExists && flags.orReplace) {
    throw error("INVALID_SQL_SYNTAX.CREATE_ROUTINE_WITH_IF_NOT_EXISTS_AND_REPLACE", {});
  }
  if (ifNotExists && flags.temporary) {
    throw error("INVALID_SQL_SYNTAX.CREATE_TEMP_FUNC_WITH_IF_NOT_EXISTS", {});
  }
  const name = multipartName(cursor);
  if (at(cursor, "AS")) throw unsupported(cursor, "CREATE FUNCTION of a Java class");
  const parameters = parenthesized(cursor, () =>
    at(cursor, ")") ? [] : list(cursor, (): FunctionParameter => parameter(cursor)),
  );
  const returns: FunctionReturns = take(cursor, "RETURNS") ? returned(cursor) : { kind: "scalar" };
  const traits = characteristics(cursor);
  expect(cursor, "RETURN");
  const isQuery = atQuery(cursor);
  if (returns.kind === "table" && !isQuery) {
    throw error("USER_DEFINED_FUNCTIONS.SQL_TABLE_UDF_BODY_MUST_BE_A_QUERY", {
      name: name.join("."),
    });
  }
  const body = textOf(cursor, isQuery ? cursor.query : expression);
  const definition = { parameters, returns, body, ...traits };
  return { kind: "create function", name, ...flags, ifNotExists, definition };
}

function parameter(cursor: Cursor): FunctionParameter {
  const name = definedName(cursor);
  const type = plainType(cursor);
  let said: Partial<FunctionParameter> = {};
  for (;;) {
    refuseColumnClauses(cursor, name);
    if (take(cursor, "DEFAULT")) said = { ...said, default: textOf(cursor, expression) };
    else if (take(cursor, "COMMENT")) said = { ...said, comment: stringText(cursor) };
    else return { name, type, ...said };
  }
}

function plainType(cursor: Cursor): DataType {
  const { type, raw } = dataType(cursor);
  if (raw !== undefined) throw error("UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING", {});
  return type;
}

const constraints: ReadonlySet<string> = new Set(
  "CONSTRAINT PRIMARY FOREIGN UNIQUE CHECK REFERENCES".split(" "),
);

/** What columns of tables may have and parameters may not. */
function refuseColumnClauses(cursor: Cursor, name: string): void {
  if (at(cursor, "NOT", "NULL")) {
    throw error("USER_DEFINED_FUNCTIONS.NOT_NULL_ON_FUNCTION_PARAMETERS", { input: name });
  }
  if (at(cursor, "GENERATED")) {
    throw error("INVALID_SQL_SYNTAX.CREATE_FUNC_WITH_GENERATED_COLUMNS_AS_PARAMETERS", {});
  }
  if (constraints.has(peek(cursor).key)) {
    throw error("INVALID_SQL_SYNTAX.CREATE_FUNC_WITH_COLUMN_CONSTRAINTS", {});
  }
}

/** `TABLE`, `TABLE (a INT, …)` or a type. */
function returned(cursor: Cursor): FunctionReturns {
  if (!take(cursor, "TABLE")) return { kind: "scalar", type: plainType(cursor) };
  if (!at(cursor, "(")) return { kind: "table" };
  const columns = parenthesized(cursor, () =>
    list(cursor, (): FunctionColumn => {
      const name = definedName(cursor);
      const type = plainType(cursor);
      refuseColumnClauses(cursor, name);
      if (take(cursor, "COMMENT")) stringText(cursor);
      return { name, type };
    }),
  );
  return { kind: "table", columns };
}

type Traits = Pick<CreateFunction["definition"], "dataAccess" | "deterministic" | "comment">;

function characteristics(cursor: Cursor): Traits {
  let traits: Traits = {};
  for (;;) {
    if (take(cursor, "LANGUAGE")) {
      const language = peek(cursor);
      if (!take(cursor, "SQL")) throw unsupported(cursor, `LANGUAGE ${language.value}`, language);
    } else if (take(cursor, "NOT", "DETERMINISTIC")) traits = { ...traits, deterministic: false };
    else if (take(cursor, "DETERMINISTIC")) traits = { ...traits, deterministic: true };
    else if (take(cursor, "COMMENT")) traits = { ...traits, comment: stringText(cursor) };
    else if (take(cursor, "CONTAINS", "SQL")) traits = { ...traits, dataAccess: "CONTAINS SQL" };
    else if (take(cursor, "READS", "SQL", "DATA")) {
      traits = { ...traits, dataAccess: "READS SQL DATA" };
    } else if (take(cursor, "SQL", "SECURITY")) {
      if (!take(cursor, "DEFINER") && !take(cursor, "INVOKER")) throw syntaxError(cursor);
    } else return traits;
  }
}

/** `DROP [TEMPORARY] FUNCTION [IF EXISTS] name`, from FUNCTION on. */
export function dropFunction(cursor: Cursor, temporary: boolean): DropFunction {
  next(cursor);
  const ifExists = take(cursor, "IF", "EXISTS");
  return { kind: "drop function", name: multipartName(cursor), temporary, ifExists };
}
