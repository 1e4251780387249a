import { error } from "../error/error.ts";
import type { DeclareVariable, DropVariable, SetVariable } from "../plan/command.ts";
import type { Expression } from "../plan/expression.ts";
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
} from "./cursor.ts";
import { expression } from "./expression.ts";
import { definedName, multipartName } from "./name.ts";
import { dataType } from "./type.ts";

/** VARIABLE or VAR where a name follows it. */
export function takeVariableWord(cursor: Cursor): boolean {
  if (!["word", "quoted"].includes(peek(cursor, 1).kind)) return false;
  return take(cursor, "VARIABLE") || take(cursor, "VAR");
}

/** `DECLARE [OR REPLACE] [VARIABLE] a, b [type] [DEFAULT | = expression]` */
export function declareVariable(cursor: Cursor): DeclareVariable {
  expect(cursor, "DECLARE");
  const orReplace = take(cursor, "OR", "REPLACE");
  takeVariableWord(cursor);
  const names = list(cursor, multipartName);
  const { kind } = peek(cursor);
  const type = kind === "word" && !at(cursor, "DEFAULT") ? dataType(cursor).type : undefined;
  const hasDefault = take(cursor, "DEFAULT") || take(cursor, "=");
  if (!type && !hasDefault) {
    throw error("INVALID_SQL_SYNTAX.VARIABLE_TYPE_OR_DEFAULT_REQUIRED", {});
  }
  return {
    kind: "declare variable",
    names,
    orReplace,
    ...(type ? { type } : {}),
    ...(hasDefault ? { default: expression(cursor) } : {}),
  };
}

/** `a = 1, b = DEFAULT` or `(a, b) = (query)`, after SET VARIABLE. */
export function setVariable(cursor: Cursor): SetVariable {
  if (at(cursor, "(")) {
    const place = peek(cursor);
    if (at(cursor, "(", ")")) throw error("INVALID_SET_SYNTAX", {});
    const names = parenthesized(cursor, () => list(cursor, assignedName));
    expect(cursor, "=");
    if (!at(cursor, "(")) throw syntaxError(cursor, place);
    const query = parenthesized(cursor, cursor.query);
    return { kind: "set variable", names, query, row: true };
  }
  const names: string[][] = [];
  const values = list(cursor, (): Expression => {
    names.push(assignedName(cursor));
    expect(cursor, "=");
    return expression(cursor);
  });
  const query = { kind: "project", input: { kind: "one row" }, expressions: values } as const;
  return { kind: "set variable", names, query, row: false };
}

function assignedName(cursor: Cursor): string[] {
  const name = [definedName(cursor)];
  while (take(cursor, ".")) name.push(definedName(cursor));
  return name;
}

/** `DROP TEMPORARY VARIABLE [IF EXISTS] name`, from VARIABLE on. */
export function dropVariable(cursor: Cursor): DropVariable {
  next(cursor);
  const ifExists = take(cursor, "IF", "EXISTS");
  return { kind: "drop variable", name: multipartName(cursor), ifExists };
}
