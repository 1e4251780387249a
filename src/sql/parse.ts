import { error } from "../error/error.ts";
import type { Statement } from "../plan/command.ts";
import type { Expression } from "../plan/expression.ts";
import type { Relation } from "../plan/relation.ts";
import { type Cursor, openCursor, type ParseOptions, peek, syntaxError, take } from "./cursor.ts";
import { atQuery, expression, namedExpression } from "./expression.ts";
import { type LexerOptions, tokenize } from "./lexer.ts";
import { multipartName } from "./name.ts";
import { query } from "./query.ts";
import { statement } from "./statement.ts";

export type { ParseOptions };

/** An expression, which may carry an alias (`a + 1 AS b`). Throws PARSE_SYNTAX_ERROR and others. */
export function parseExpression(text: string, options: ParseOptions = {}): Expression {
  return whole(text, options, namedExpression);
}

/** A query as a relation. Throws PARSE_SYNTAX_ERROR and others. */
export function parseQuery(text: string, options: ParseOptions = {}): Relation {
  return whole(text, options, (cursor) => {
    const relation = query(cursor);
    skipSemicolons(cursor);
    return relation;
  });
}

/** What stands behind RETURN in the text of a function: a query or an expression. */
export function parseBody(
  text: string,
  options: ParseOptions = {},
): Expression | { readonly kind: "query"; readonly relation: Relation } {
  return whole(text, options, (cursor) =>
    atQuery(cursor) ? { kind: "query", relation: query(cursor) } : expression(cursor),
  );
}

/** One statement, after which only `;` may come. Throws PARSE_EMPTY_STATEMENT if there is none. */
export function parseStatement(text: string, options: ParseOptions = {}): Statement {
  return whole(text, options, (cursor) => {
    const parsed = statement(cursor);
    skipSemicolons(cursor);
    return parsed;
  });
}

/** Statements with `;` between them; empty ones are left out. */
export function parseStatements(text: string, options: ParseOptions = {}): Statement[] {
  const cursor = openCursor(text, options, query);
  const statements: Statement[] = [];
  skipSemicolons(cursor);
  while (peek(cursor).kind !== "end") {
    statements.push(statement(cursor));
    if (peek(cursor).kind !== "end" && !take(cursor, ";")) throw syntaxError(cursor);
    skipSemicolons(cursor);
  }
  return statements;
}

/** The texts between `;`, without the empty ones; `;` in strings, names and comments is none. */
export function splitStatements(text: string, options: LexerOptions = {}): string[] {
  const texts: string[] = [];
  let start: number | undefined;
  let end = 0;
  for (const token of tokenize(text, options)) {
    if (token.key === ";" || token.kind === "end") {
      if (start !== undefined) texts.push(text.slice(start, end));
      start = undefined;
    } else {
      start ??= token.start;
      end = token.end;
    }
  }
  return texts;
}

/** The parts of a table's name: `` a.`b.c` `` gives `["a", "b.c"]`. */
export function parseTableName(text: string): string[] {
  return whole(text, {}, multipartName);
}

function skipSemicolons(cursor: Cursor): void {
  while (take(cursor, ";"));
}

/** Parses a text to its end. Throws PARSE_EMPTY_STATEMENT if nothing but comments is in it. */
function whole<T>(text: string, options: ParseOptions, parse: (cursor: Cursor) => T): T {
  const cursor = openCursor(text, options, query);
  if (peek(cursor).kind === "end") throw error("PARSE_EMPTY_STATEMENT", {});
  const result = parse(cursor);
  if (peek(cursor).kind !== "end") throw syntaxError(cursor);
  return result;
}
