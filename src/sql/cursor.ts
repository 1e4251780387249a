import { error, type MillraceError } from "../error/error.ts";
import type { Expression, Literal, Origin, WindowCall } from "../plan/expression.ts";
import type { Relation } from "../plan/relation.ts";
import { type LexerOptions, markText, type Token, tokenize } from "./lexer.ts";

/** What a session lets the parser know. */
export interface ParseOptions extends LexerOptions {
  /** Values of `:name` (by name) and `?` (in order). */
  readonly parameters?: Readonly<Record<string, Expression>> | readonly Expression[];
  /** `spark.sql.ansi.enforceReservedKeywords`, of which only `sql_keywords()` tells. */
  readonly reservedKeywords?: boolean;
  /** What the word TIMESTAMP means (`spark.sql.timestampType`); an instant, if it is absent. */
  readonly timestampType?: "timestamp" | "timestamp_ntz";
  /** `spark.sql.legacy.interval.enabled`: interval literals are of the one calendar type. */
  readonly legacyInterval?: boolean;
  /** `spark.sql.legacy.setopsPrecedence.enabled`: INTERSECT binds no tighter than UNION. */
  readonly legacySetOperations?: boolean;
  /** `spark.sql.legacy.parser.havingWithoutGroupByAsWhere`: HAVING alone makes no group. */
  readonly legacyHaving?: boolean;
  /** `spark.sql.parser.singleCharacterPipeOperator.enabled` is false: only `|>` pipes. */
  readonly longPipe?: boolean;
  /** The value of a session's variable by the parts of its name. */
  readonly variables?: (name: readonly string[]) => Literal | undefined;
}

export type WindowSpec = Pick<WindowCall, "partition" | "order" | "frame">;

/** A place in the tokens of a text, which parsing moves on. */
export interface Cursor {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly options: ParseOptions;
  /** Parses a query; here because expressions and queries hold each other. */
  readonly query: (cursor: Cursor) => Relation;
  /** The WINDOW clauses in scope, innermost last. */
  readonly windows: ReadonlyMap<string, WindowSpec>[];
  index: number;
  /** How many `?` were seen. */
  markers: number;
  /** Nesting of expressions and queries. */
  depth: number;
}

/** Deeper text is refused: each level costs some ten JavaScript frames of a bounded stack. */
const maxDepth = 400;

export function openCursor(
  text: string,
  options: ParseOptions,
  query: (cursor: Cursor) => Relation,
): Cursor {
  const tokens = tokenize(text, options);
  return { text, tokens, options, query, windows: [], index: 0, markers: 0, depth: 0 };
}

/** The token `ahead` of the place; at the end always the `end` token. */
export function peek(cursor: Cursor, ahead = 0): Token {
  const last = cursor.tokens.length - 1;
  return cursor.tokens[Math.min(cursor.index + ahead, last)] as Token;
}

export function next(cursor: Cursor): Token {
  const token = peek(cursor);
  if (token.kind !== "end") cursor.index += 1;
  return token;
}

/** Whether these words and symbols come next, in this order. */
export function at(cursor: Cursor, ...keys: readonly string[]): boolean {
  return keys.every((key, ahead) => peek(cursor, ahead).key === key);
}

/** The first of the words that comes next. */
export function atOne(cursor: Cursor, keys: ReadonlySet<string>, ahead = 0): string | undefined {
  const { key } = peek(cursor, ahead);
  return keys.has(key) ? key : undefined;
}

export function take(cursor: Cursor, ...keys: readonly string[]): boolean {
  if (!at(cursor, ...keys)) return false;
  cursor.index += keys.length;
  return true;
}

export function expect(cursor: Cursor, ...keys: readonly string[]): void {
  for (const key of keys) if (!take(cursor, key)) throw syntaxError(cursor);
}

/** `item (, item)*` */
export function list<T>(cursor: Cursor, item: (cursor: Cursor) => T): T[] {
  const items = [item(cursor)];
  while (take(cursor, ",")) items.push(item(cursor));
  return items;
}

/** `( item )` */
export function parenthesized<T>(cursor: Cursor, item: (cursor: Cursor) => T): T {
  expect(cursor, "(");
  const result = item(cursor);
  expect(cursor, ")");
  return result;
}

/** Runs a parser one level deeper, within the bound. */
export function nested<T>(cursor: Cursor, parse: (cursor: Cursor) => T): T {
  cursor.depth += 1;
  if (cursor.depth > maxDepth) throw unsupported(cursor, `nesting deeper than ${maxDepth} levels`);
  const result = parse(cursor);
  cursor.depth -= 1;
  return result;
}

export function originOf(token: Token): Origin {
  return { line: token.line, column: token.column };
}

/** The parameters of an error that shows its place in the text. */
export function placeOf(
  cursor: Cursor,
  token: Token,
): { line: number; position: number; sql: string } {
  return { line: token.line, position: token.column, sql: markText(cursor.text, token) };
}

export function syntaxError(cursor: Cursor, token = peek(cursor), hint = ""): MillraceError {
  const near =
    token.kind === "end" ? "end of input" : `'${cursor.text.slice(token.start, token.end)}'`;
  return error("PARSE_SYNTAX_ERROR", { error: near, hint, ...placeOf(cursor, token) });
}

/** Sound SQL that is not built here. */
export function unsupported(cursor: Cursor, feature: string, token = peek(cursor)): MillraceError {
  return error("UNSUPPORTED_FEATURE.SQL", { feature, ...placeOf(cursor, token) });
}
