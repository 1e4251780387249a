import { error } from "../error/error.ts";
import type { Call, Expression, SortOrder } from "../plan/expression.ts";
import { boolean, string } from "../schema/type.ts";
import {
  at,
  type Cursor,
  expect,
  list,
  nested,
  next,
  originOf,
  parenthesized,
  peek,
  syntaxError,
  take,
} from "./cursor.ts";
import type { Token } from "./lexer.ts";
import { literal, takeLiteral } from "./literal.ts";
import { definedName, nameList, stringText } from "./name.ts";
import { atPipe } from "./pipe-symbol.ts";
import { postfix, primary } from "./primary.ts";

/** Operators between values, by how tightly they bind; `name` is the function they call. */
const binary: Readonly<Record<string, { readonly rank: number; readonly name: string }>> = {
  "=": { rank: 1, name: "=" },
  "==": { rank: 1, name: "=" },
  "<=>": { rank: 1, name: "<=>" },
  "<>": { rank: 1, name: "!=" },
  "!=": { rank: 1, name: "!=" },
  "<": { rank: 1, name: "<" },
  "<=": { rank: 1, name: "<=" },
  "!>": { rank: 1, name: "<=" },
  ">": { rank: 1, name: ">" },
  ">=": { rank: 1, name: ">=" },
  "!<": { rank: 1, name: ">=" },
  "|": { rank: 2, name: "|" },
  "^": { rank: 3, name: "^" },
  "&": { rank: 4, name: "&" },
  "<<": { rank: 5, name: "<<" },
  ">>": { rank: 5, name: ">>" },
  ">>>": { rank: 5, name: ">>>" },
  "+": { rank: 6, name: "+" },
  "-": { rank: 6, name: "-" },
  "||": { rank: 6, name: "||" },
  "*": { rank: 7, name: "*" },
  "/": { rank: 7, name: "/" },
  "%": { rank: 7, name: "%" },
  DIV: { rank: 7, name: "div" },
};
const unary: Readonly<Record<string, string>> = { "-": "-", "+": "positive", "~": "~" };
const comparisons = 1;

export function call(name: string, args: readonly Expression[], token?: Token): Call {
  return { kind: "call", name, arguments: args, ...(token ? { origin: originOf(token) } : {}) };
}

/** An expression without an alias. */
export function expression(cursor: Cursor): Expression {
  return nested(cursor, disjunction);
}

function disjunction(cursor: Cursor): Expression {
  let left = conjunction(cursor);
  for (let token = peek(cursor); take(cursor, "OR"); token = peek(cursor)) {
    left = call("or", [left, conjunction(cursor)], token);
  }
  return left;
}

function conjunction(cursor: Cursor): Expression {
  let left = negation(cursor);
  for (let token = peek(cursor); take(cursor, "AND"); token = peek(cursor)) {
    left = call("and", [left, negation(cursor)], token);
  }
  return left;
}

function negation(cursor: Cursor): Expression {
  const token = peek(cursor);
  const isName = [".", ",", ")", "::"].includes(peek(cursor, 1).key);
  if (!isName && (take(cursor, "NOT") || take(cursor, "!"))) {
    return call("not", [nested(cursor, negation)], token);
  }
  return predicate(cursor, valueExpression(cursor));
}

/** What may follow one value, once: `x [NOT] BETWEEN …`, `x IS NULL` … */
function predicate(cursor: Cursor, value: Expression): Expression {
  const token = peek(cursor);
  if (take(cursor, "IS")) {
    const negative = takeNot(cursor);
    return isPredicate(cursor, value, { negative, token });
  }
  const negative = atNotPredicate(cursor) && takeNot(cursor);
  switch (peek(cursor).key) {
    case "BETWEEN": {
      next(cursor);
      const lower = valueExpression(cursor);
      expect(cursor, "AND");
      return negate(
        call("between", [value, lower, valueExpression(cursor)], token),
        negative,
        token,
      );
    }
    case "IN":
      return negate(inPredicate(cursor, value), negative, token);
    case "RLIKE":
    case "REGEXP":
      next(cursor);
      return negate(call("rlike", [value, valueExpression(cursor)], token), negative, token);
    case "LIKE":
    case "ILIKE":
      return like(cursor, value, negative);
    default:
      return value;
  }
}

function takeNot(cursor: Cursor): boolean {
  return take(cursor, "NOT") || take(cursor, "!");
}

function atNotPredicate(cursor: Cursor): boolean {
  if (!at(cursor, "NOT") && !at(cursor, "!")) return false;
  return ["BETWEEN", "IN", "RLIKE", "REGEXP", "LIKE", "ILIKE"].includes(peek(cursor, 1).key);
}

function negate(input: Expression, negative: boolean, token: Token): Expression {
  return negative ? call("not", [input], token) : input;
}

/** After IS [NOT]. */
function isPredicate(
  cursor: Cursor,
  value: Expression,
  { negative, token }: { readonly negative: boolean; readonly token: Token },
): Expression {
  const same = (other: Expression): Expression => call("<=>", [value, other], token);
  if (take(cursor, "NULL") || take(cursor, "UNKNOWN")) {
    return call(negative ? "isnotnull" : "isnull", [value], token);
  }
  if (take(cursor, "TRUE")) return negate(same(literal(true, boolean)), negative, token);
  if (take(cursor, "FALSE")) return negate(same(literal(false, boolean)), negative, token);
  if (take(cursor, "DISTINCT", "FROM")) {
    return negate(same(valueExpression(cursor)), !negative, token);
  }
  throw syntaxError(cursor);
}

function inPredicate(cursor: Cursor, value: Expression): Expression {
  const token = next(cursor);
  if (at(cursor, "(", ")")) throw error("INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE", {});
  return parenthesized(cursor, () => {
    if (atQuery(cursor)) {
      const relation = cursor.query(cursor);
      const isRow = value.kind === "call" && value.row;
      const values = isRow ? value.arguments : [value];
      return { kind: "subquery", use: "in", values, relation };
    }
    return call("in", [value, ...list(cursor, expression)], token);
  });
}

/** `x [NOT] LIKE p [ESCAPE c]`, and ANY, SOME, ALL of several patterns as one after the other. */
function like(cursor: Cursor, value: Expression, negative: boolean): Expression {
  const token = next(cursor);
  const name = token.key.toLowerCase();
  const quantifier = peek(cursor).key;
  if (["ANY", "SOME", "ALL"].includes(quantifier) && peek(cursor, 1).key === "(") {
    next(cursor);
    const patterns = parenthesized(cursor, () => list(cursor, expression));
    const parts = patterns.map((pattern) =>
      negate(call(name, [value, pattern], token), negative, token),
    );
    const joint = quantifier === "ALL" ? "and" : "or";
    return parts.reduce((left, right) => call(joint, [left, right], token));
  }
  const pattern = valueExpression(cursor);
  const escaping = take(cursor, "ESCAPE") ? [literal(stringText(cursor), string)] : [];
  return negate(call(name, [value, pattern, ...escaping], token), negative, token);
}

/** Comparison and everything that binds tighter. */
export function valueExpression(cursor: Cursor): Expression {
  return nested(cursor, () => operation(cursor, comparisons));
}

function operation(cursor: Cursor, rank: number): Expression {
  let left = operand(cursor);
  for (;;) {
    const token = peek(cursor);
    const operator = binary[token.key];
    if (!operator || operator.rank < rank || atPipe(cursor)) return left;
    next(cursor);
    const right = operation(cursor, operator.rank + 1);
    const args = [left, right];
    left =
      operator.name === "!="
        ? call("not", [call("=", args, token)], token)
        : call(operator.name, args, token);
  }
}

function operand(cursor: Cursor): Expression {
  const token = peek(cursor);
  const constant = takeLiteral(cursor);
  if (constant) return postfix(cursor, constant);
  const name = unary[token.key];
  if (name === undefined) return postfix(cursor, primary(cursor));
  next(cursor);
  return call(name, [nested(cursor, operand)], token);
}

/** Words that end a select item, so that they are no alias unless AS says so. */
const clauseWords: ReadonlySet<string> = new Set(
  `SELECT INSERT FROM WHERE HAVING QUALIFY LIMIT OFFSET UNION EXCEPT INTERSECT MINUS LATERAL
    PIVOT UNPIVOT JOIN INNER CROSS LEFT RIGHT FULL NATURAL SEMI ANTI ON USING AND OR NOT IN IS
    LIKE ILIKE RLIKE REGEXP BETWEEN THEN ELSE END WHEN ASC DESC NULLS FOR INTO TABLESAMPLE
    ESCAPE AS`.split(/\s+/),
);
const byWords: ReadonlySet<string> = new Set(["GROUP", "ORDER", "SORT", "CLUSTER", "DISTRIBUTE"]);

/** Whether the word here begins a clause of the query. */
export function atClause(cursor: Cursor): boolean {
  const { key } = peek(cursor);
  if (byWords.has(key)) return ["BY", "ALL"].includes(peek(cursor, 1).key);
  if (key === "WINDOW") return peek(cursor, 2).key === "AS";
  return clauseWords.has(key);
}

/** `expression [[AS] name]`, or AS (name, name). */
export function namedExpression(cursor: Cursor): Expression {
  const input = expression(cursor);
  const said = take(cursor, "AS");
  if (said && at(cursor, "(")) return { kind: "alias", input, names: nameList(cursor) };
  const { kind } = peek(cursor);
  const isName = kind === "quoted" || (kind === "word" && (said || !atClause(cursor)));
  if (isName) return { kind: "alias", input, names: [definedName(cursor)] };
  if (said) throw syntaxError(cursor);
  // `expr (a, b)` can only be names: a call has been read by now.
  if (at(cursor, "(") && input.kind === "call") {
    return { kind: "alias", input, names: nameList(cursor) };
  }
  return input;
}

/** `expression [ASC | DESC] [NULLS FIRST | LAST]` */
export function sortItem(cursor: Cursor): SortOrder {
  const input = expression(cursor);
  const direction = take(cursor, "DESC") ? "desc" : "asc";
  if (direction === "asc") take(cursor, "ASC");
  if (take(cursor, "NULLS", "FIRST")) return { kind: "order", input, direction, nulls: "first" };
  if (take(cursor, "NULLS", "LAST")) return { kind: "order", input, direction, nulls: "last" };
  return { kind: "order", input, direction };
}

const setWords: ReadonlySet<string> = new Set(
  "UNION EXCEPT INTERSECT MINUS ORDER SORT CLUSTER DISTRIBUTE LIMIT OFFSET ) |>".split(" "),
);

/** Whether a query begins here, not an expression: `(SELECT 1) + 1` does not. */
export function atQuery(cursor: Cursor, ahead = 0): boolean {
  const token = peek(cursor, ahead);
  const after = peek(cursor, ahead + 1);
  const isWord = after.kind === "word" || after.kind === "quoted";
  switch (token.key) {
    case "SELECT":
      return ![".", ",", ")", "->"].includes(after.key);
    case "WITH":
    case "FROM":
    case "TABLE":
      return isWord || (token.key === "FROM" && after.key === "(");
    case "VALUES":
      return after.key !== "." && after.key !== "," && after.key !== ")";
    case "(": {
      if (!atQuery(cursor, ahead + 1)) return false;
      const close = matching(cursor, cursor.index + ahead);
      const behind = cursor.tokens[close + 1];
      return behind === undefined || behind.kind === "end" || setWords.has(behind.key);
    }
    default:
      return false;
  }
}

/** The index of the parenthesis that closes the one at `open`; of the end if none does. */
export function matching(cursor: Cursor, open: number): number {
  let depth = 0;
  for (let index = open; index < cursor.tokens.length; index += 1) {
    const key = cursor.tokens[index]?.key;
    if (key === "(") depth += 1;
    if (key === ")") depth -= 1;
    if (depth === 0) return index;
  }
  return cursor.tokens.length - 1;
}
