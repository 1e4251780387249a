import { error } from "../error/error.ts";
import type { Attribute, Call, Expression } from "../plan/expression.ts";
import { string } from "../schema/type.ts";
import {
  at,
  type Cursor,
  expect,
  list,
  next,
  originOf,
  parenthesized,
  peek,
  syntaxError,
  take,
} from "./cursor.ts";
import {
  atQuery,
  call,
  expression,
  namedExpression,
  sortItem,
  valueExpression,
} from "./expression.ts";
import { caseExpression, specialForm } from "./form.ts";
import { literal } from "./literal.ts";
import { identifier, identifierClause, nameList } from "./name.ts";
import { dataType } from "./type.ts";
import { variantPart } from "./variant.ts";
import { windowSpec } from "./window.ts";

/** One operand, without what may follow it. Literals are read before. */
export function primary(cursor: Cursor): Expression {
  const token = peek(cursor);
  if (token.key === "*") return star(cursor, []);
  if (token.key === "(") return parenthesizedExpression(cursor);
  if (token.key === "?" || token.key === ":") return parameter(cursor);
  if (token.kind !== "word" && token.kind !== "quoted") throw syntaxError(cursor);
  if (peek(cursor, 1).key === "->") return lambda(cursor, [identifier(cursor)]);
  if (token.key === "CASE" && ![".", ",", ")"].includes(peek(cursor, 1).key)) {
    return caseExpression(cursor);
  }
  if (peek(cursor, 1).key === "(" && token.kind === "word") {
    const form = specialForm(cursor);
    if (form) return form;
  }
  return nameOrCall(cursor);
}

/** `.field`, `[index]`, `::type`, `:path` and COLLATE, any number of times. */
export function postfix(cursor: Cursor, start: Expression): Expression {
  let input = start;
  for (;;) {
    const token = peek(cursor);
    if (at(cursor, ".") && peek(cursor, 1).kind !== "number") {
      next(cursor);
      const name = identifier(cursor);
      input =
        input.kind === "attribute" && !input.clause
          ? { ...input, name: [...input.name, name] }
          : { kind: "extract", input, key: literal(name, string), origin: originOf(token) };
    } else if (take(cursor, "[")) {
      const key = valueExpression(cursor);
      expect(cursor, "]");
      input = { kind: "extract", input, key, origin: originOf(token) };
    } else if (take(cursor, "::")) {
      input = {
        kind: "cast",
        input,
        type: dataType(cursor).type,
        mode: "cast",
        origin: originOf(token),
      };
    } else if (at(cursor, "COLLATE") && peek(cursor, 1).kind === "word") {
      next(cursor);
      const name = [identifier(cursor)];
      while (take(cursor, ".")) name.push(identifier(cursor));
      input = call("collate", [input, literal(name.join("."), string)], token);
    } else if (at(cursor, ":")) {
      input = variantPart(cursor, input);
    } else {
      return input;
    }
  }
}

/** `*` or `a.b.*`, and EXCEPT (columns), which becomes the argument of no function. */
function star(cursor: Cursor, target: readonly string[]): Expression {
  const token = peek(cursor);
  expect(cursor, "*");
  const origin = originOf(token);
  if (!at(cursor, "EXCEPT", "(") || atQuery(cursor, 1)) return { kind: "star", target, origin };
  next(cursor);
  const except = parenthesized(cursor, () =>
    list(cursor, () => {
      const name = [identifier(cursor)];
      while (take(cursor, ".")) name.push(identifier(cursor));
      return name;
    }),
  );
  return { kind: "star", target, except, origin };
}

function parameter(cursor: Cursor): Expression {
  const { parameters } = cursor.options;
  const token = next(cursor);
  if (token.key === "?") {
    const index = cursor.markers;
    cursor.markers += 1;
    const value = Array.isArray(parameters) ? parameters[index] : undefined;
    if (value === undefined) throw error("UNBOUND_SQL_PARAMETER", { name: `_${token.start}` });
    return value;
  }
  const name = identifier(cursor);
  const values = Array.isArray(parameters) ? undefined : parameters;
  const value = (values as Readonly<Record<string, Expression>> | undefined)?.[name];
  if (value === undefined) throw error("UNBOUND_SQL_PARAMETER", { name });
  return value;
}

/** `(query)`, `(expression)`, a row `(a, b)`, or the parameters of a lambda. */
function parenthesizedExpression(cursor: Cursor): Expression {
  if (atLambda(cursor)) return lambda(cursor, nameList(cursor));
  const token = next(cursor);
  if (atQuery(cursor)) {
    const relation = cursor.query(cursor);
    expect(cursor, ")");
    return { kind: "subquery", use: "scalar", values: [], relation };
  }
  const items = list(cursor, namedExpression);
  expect(cursor, ")");
  const [only] = items;
  if (only && items.length === 1) {
    if (only.kind === "alias") throw syntaxError(cursor);
    return only;
  }
  return { ...call("struct", items, token), row: true };
}

function atLambda(cursor: Cursor): boolean {
  let ahead = 1;
  for (;;) {
    const { kind } = peek(cursor, ahead);
    if (kind !== "word" && kind !== "quoted") return false;
    const { key } = peek(cursor, ahead + 1);
    if (key === ")") return peek(cursor, ahead + 2).key === "->";
    if (key !== ",") return false;
    ahead += 2;
  }
}

function lambda(cursor: Cursor, parameters: readonly string[]): Expression {
  expect(cursor, "->");
  return { kind: "lambda", parameters, body: expression(cursor) };
}

/** A column `a.b.c`, a star `a.*`, or a call `a.b(…)`. */
function nameOrCall(cursor: Cursor): Expression {
  const token = peek(cursor);
  const clause = at(cursor, "IDENTIFIER", "(");
  const name = clause ? identifierClause(cursor) : [identifier(cursor)];
  while (!clause && at(cursor, ".")) {
    if (peek(cursor, 1).key === "*") {
      next(cursor);
      return star(cursor, name);
    }
    next(cursor);
    name.push(identifier(cursor));
  }
  if (at(cursor, "(")) {
    return functionCall(cursor, name.join(".").toLowerCase());
  }
  const attribute: Attribute = { kind: "attribute", name, origin: originOf(token) };
  return clause ? { ...attribute, clause } : attribute;
}

/** From the open parenthesis on. */
export function functionCall(cursor: Cursor, name: string): Expression {
  const token = peek(cursor);
  expect(cursor, "(");
  const distinct = take(cursor, "DISTINCT");
  if (!distinct && at(cursor, "ALL") && ![",", ")", "."].includes(peek(cursor, 1).key)) {
    next(cursor);
  }
  const args: Expression[] = [];
  const names: (string | undefined)[] = [];
  while (!at(cursor, ")")) {
    if (args.length > 0) expect(cursor, ",");
    names.push(peek(cursor, 1).key === "=>" ? argumentName(cursor) : undefined);
    args.push(name === "struct" ? namedExpression(cursor) : expression(cursor));
    if (at(cursor, "IGNORE") || at(cursor, "RESPECT")) break;
  }
  let ignoreNulls = takeNullsOption(cursor);
  expect(cursor, ")");
  if (take(cursor, "WITHIN", "GROUP")) {
    expect(cursor, "(", "ORDER", "BY");
    args.push(...list(cursor, sortItem));
    expect(cursor, ")");
  }
  const filter = filterClause(cursor);
  ignoreNulls = takeNullsOption(cursor) || ignoreNulls;
  const result: Call = {
    kind: "call",
    name,
    arguments: args,
    ...(names.some((each) => each !== undefined) ? { argumentNames: names } : {}),
    ...(distinct ? { distinct } : {}),
    ...(filter ? { filter } : {}),
    ...(ignoreNulls ? { ignoreNulls } : {}),
    origin: originOf(token),
  };
  return take(cursor, "OVER") ? { kind: "over", function: result, ...windowSpec(cursor) } : result;
}

function argumentName(cursor: Cursor): string {
  const name = identifier(cursor);
  expect(cursor, "=>");
  return name;
}

function filterClause(cursor: Cursor): Expression | undefined {
  if (!at(cursor, "FILTER", "(")) return undefined;
  expect(cursor, "FILTER", "(", "WHERE");
  const condition = expression(cursor);
  expect(cursor, ")");
  return condition;
}

function takeNullsOption(cursor: Cursor): boolean {
  if (take(cursor, "IGNORE", "NULLS")) return true;
  take(cursor, "RESPECT", "NULLS");
  return false;
}
