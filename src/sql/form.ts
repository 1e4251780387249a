import { error } from "../error/error.ts";
import type { Expression } from "../plan/expression.ts";
import { string } from "../schema/type.ts";
import {
  at,
  type Cursor,
  expect,
  next,
  originOf,
  parenthesized,
  peek,
  syntaxError,
  take,
} from "./cursor.ts";
import { atQuery, call, expression, matching, valueExpression } from "./expression.ts";
import { literal } from "./literal.ts";
import { identifier } from "./name.ts";
import { dataType } from "./type.ts";

/** CASE … END; `CASE x WHEN y` compares with `=`. */
export function caseExpression(cursor: Cursor): Expression {
  const token = next(cursor);
  const value = at(cursor, "WHEN") ? undefined : expression(cursor);
  const parts: Expression[] = [];
  while (take(cursor, "WHEN")) {
    const condition = expression(cursor);
    expect(cursor, "THEN");
    parts.push(value ? call("=", [value, condition], token) : condition, expression(cursor));
  }
  if (parts.length === 0) throw syntaxError(cursor);
  if (take(cursor, "ELSE")) parts.push(expression(cursor));
  expect(cursor, "END");
  return call("when", parts, token);
}

const dateUnits: ReadonlySet<string> = new Set(
  "YEAR QUARTER MONTH WEEK DAY DAYOFYEAR HOUR MINUTE SECOND MILLISECOND MICROSECOND".split(" "),
);
const unitFunctions: Readonly<Record<string, string>> = {
  TIMESTAMPADD: "timestampadd",
  DATEADD: "timestampadd",
  DATE_ADD: "timestampadd",
  TIMESTAMPDIFF: "timestampdiff",
  DATEDIFF: "timestampdiff",
  DATE_DIFF: "timestampdiff",
  TIMEDIFF: "timestampdiff",
};

/** The forms of `word(…)` that are not a list of arguments; undefined if it is a plain call. */
export function specialForm(cursor: Cursor): Expression | undefined {
  const { key } = peek(cursor);
  switch (key) {
    case "CAST":
    case "TRY_CAST":
      return cast(cursor);
    case "EXISTS":
      return exists(cursor);
    case "EXTRACT":
      return has(cursor, "FROM") ? extract(cursor) : undefined;
    case "POSITION":
      return has(cursor, "IN") ? position(cursor) : undefined;
    case "SUBSTR":
    case "SUBSTRING":
      return has(cursor, "FROM") ? substring(cursor) : undefined;
    case "TRIM":
      return has(cursor, "FROM") ? trim(cursor) : undefined;
    case "OVERLAY":
      return has(cursor, "PLACING") ? overlay(cursor) : undefined;
    default:
      return unitFunctions[key] === undefined ? undefined : unitFunction(cursor);
  }
}

/** Whether the word stands between the parentheses here, not deeper. */
function has(cursor: Cursor, word: string): boolean {
  const open = cursor.index + 1;
  const close = matching(cursor, open);
  let depth = 0;
  for (let index = open; index < close; index += 1) {
    const key = cursor.tokens[index]?.key ?? "";
    if (key === "(") depth += 1;
    if (key === ")") depth -= 1;
    if (depth === 1 && key === word) return true;
  }
  return false;
}

function cast(cursor: Cursor): Expression {
  const token = next(cursor);
  const mode = token.key === "CAST" ? "cast" : "try";
  return parenthesized(cursor, () => {
    const input = expression(cursor);
    expect(cursor, "AS");
    return { kind: "cast", input, type: dataType(cursor).type, mode, origin: originOf(token) };
  });
}

function exists(cursor: Cursor): Expression | undefined {
  if (!atQuery(cursor, 2)) return undefined;
  next(cursor);
  const relation = parenthesized(cursor, cursor.query);
  return { kind: "subquery", use: "exists", values: [], relation };
}

function extract(cursor: Cursor): Expression {
  const token = next(cursor);
  return parenthesized(cursor, () => {
    const field = literal(identifier(cursor), string);
    expect(cursor, "FROM");
    return call("extract", [field, valueExpression(cursor)], token);
  });
}

function position(cursor: Cursor): Expression {
  const token = next(cursor);
  return parenthesized(cursor, () => {
    const part = valueExpression(cursor);
    expect(cursor, "IN");
    return call("locate", [part, valueExpression(cursor)], token);
  });
}

function substring(cursor: Cursor): Expression {
  const token = next(cursor);
  return parenthesized(cursor, () => {
    const args = [valueExpression(cursor)];
    expect(cursor, "FROM");
    args.push(valueExpression(cursor));
    if (take(cursor, "FOR")) args.push(valueExpression(cursor));
    return call("substring", args, token);
  });
}

const trims: Readonly<Record<string, string>> = {
  BOTH: "trim",
  LEADING: "ltrim",
  TRAILING: "rtrim",
};

/** `TRIM(LEADING 'x' FROM s)`; the function's arguments are (characters, text). */
function trim(cursor: Cursor): Expression {
  const token = next(cursor);
  return parenthesized(cursor, () => {
    const name = trims[peek(cursor).key];
    if (name !== undefined) next(cursor);
    const characters = at(cursor, "FROM") ? [] : [valueExpression(cursor)];
    expect(cursor, "FROM");
    return call(name ?? "trim", [...characters, valueExpression(cursor)], token);
  });
}

function overlay(cursor: Cursor): Expression {
  const token = next(cursor);
  return parenthesized(cursor, () => {
    const args = [valueExpression(cursor)];
    expect(cursor, "PLACING");
    args.push(valueExpression(cursor));
    expect(cursor, "FROM");
    args.push(valueExpression(cursor));
    if (take(cursor, "FOR")) args.push(valueExpression(cursor));
    return call("overlay", args, token);
  });
}

/** `DATEADD(MONTH, 1, d)`: the unit is a word. The two-argument functions are plain calls. */
function unitFunction(cursor: Cursor): Expression | undefined {
  const unit = peek(cursor, 2);
  if (peek(cursor, 3).key !== "," || !hasThreeArguments(cursor)) return undefined;
  if (unit.kind === "string") {
    throw error("INVALID_PARAMETER_VALUE.DATETIME_UNIT", {
      functionName: `\`${peek(cursor).value.toLowerCase()}\``,
      parameter: "`unit`",
      invalidValue: `'${unit.value}'`,
    });
  }
  if (!dateUnits.has(unit.key)) return undefined;
  const token = next(cursor);
  return parenthesized(cursor, () => {
    const args: Expression[] = [literal(next(cursor).key, string)];
    while (take(cursor, ",")) args.push(valueExpression(cursor));
    return call(unitFunctions[token.key] ?? "", args, token);
  });
}

function hasThreeArguments(cursor: Cursor): boolean {
  const open = cursor.index + 1;
  const close = matching(cursor, open);
  let depth = 0;
  let commas = 0;
  for (let index = open; index < close; index += 1) {
    const key = cursor.tokens[index]?.key ?? "";
    if (key === "(" || key === "[") depth += 1;
    if (key === ")" || key === "]") depth -= 1;
    if (depth === 1 && key === ",") commas += 1;
  }
  return commas === 2;
}
