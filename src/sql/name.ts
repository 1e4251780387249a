import { error } from "../error/error.ts";
import { constantString } from "./constant.ts";
import { type Cursor, expect, list, next, peek, placeOf, syntaxError, take } from "./cursor.ts";
import { tokenize } from "./lexer.ts";

/** Words that cannot be the alias of a table, as they say how it is joined. */
export const joinWords: ReadonlySet<string> = new Set(
  `ANTI CROSS EXCEPT FULL INNER INTERSECT JOIN LATERAL LEFT NATURAL ON RIGHT SEMI MINUS UNION
    USING`.split(/\s+/),
);

/** Any word, or a quoted name: outside table aliases no word is reserved. */
export function identifier(cursor: Cursor): string {
  const token = peek(cursor);
  if (token.kind !== "word" && token.kind !== "quoted") throw syntaxError(cursor);
  if (token.kind === "word" && /[^A-Za-z0-9_]/.test(token.value)) {
    throw error("INVALID_IDENTIFIER", { ident: token.value, ...placeOf(cursor, token) });
  }
  next(cursor);
  return token.value;
}

/** A name where no expression can follow, so that `a-b` is a mistake that can be named. */
export function definedName(cursor: Cursor): string {
  const first = peek(cursor);
  const name = identifier(cursor);
  if (peek(cursor).key !== "-" || peek(cursor, 1).kind !== "word") return name;
  const ident = `${name}-${peek(cursor, 1).value}`;
  throw error("INVALID_IDENTIFIER", { ident, ...placeOf(cursor, first) });
}

/** `a.b.c` */
export function multipartName(cursor: Cursor): string[] {
  if (peek(cursor).key === "IDENTIFIER" && peek(cursor, 1).key === "(") {
    return identifierClause(cursor);
  }
  const parts = [definedName(cursor)];
  while (take(cursor, ".")) parts.push(definedName(cursor));
  return parts;
}

/** `IDENTIFIER('a.b')`, of any string that is constant: a name given as text. */
export function identifierClause(cursor: Cursor): string[] {
  next(cursor);
  expect(cursor, "(");
  const text = constantString(cursor, "IDENTIFIER");
  expect(cursor, ")");
  if (text.trim() === "") throw error("PARSE_EMPTY_STATEMENT", {});
  const inner: Cursor = { ...cursor, text, tokens: tokenize(text, cursor.options), index: 0 };
  const parts = [identifier(inner)];
  while (take(inner, ".")) parts.push(identifier(inner));
  if (peek(inner).kind !== "end") throw syntaxError(inner);
  return parts;
}

/** `(a, b)` */
export function nameList(cursor: Cursor): string[] {
  expect(cursor, "(");
  const names = list(cursor, definedName);
  expect(cursor, ")");
  return names;
}

/** The content of one string; adjacent ones join. */
export function stringText(cursor: Cursor): string {
  if (peek(cursor).kind !== "string") throw syntaxError(cursor);
  let text = "";
  while (peek(cursor).kind === "string") text += next(cursor).value;
  return text;
}
