import { error } from "../error/error.ts";
import { unescapeString } from "./string.ts";

/**
 * A piece of SQL text. `key` is what the parser matches on: the upper-case text of a word, the
 * text of a symbol, and nothing for the rest, so that a quoted word is never a keyword.
 */
export interface Token {
  readonly kind: "word" | "quoted" | "string" | "number" | "symbol" | "unknown" | "end";
  readonly key: string;
  /** The name of a word or quoted identifier, the content of a string, the text of the rest. */
  readonly value: string;
  /** Offsets in the text, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** 1-based line, 0-based column. */
  readonly line: number;
  readonly column: number;
}

/** What changes how text is read; each as Spark's configuration of the same words. */
export interface LexerOptions {
  /** `spark.sql.ansi.doubleQuotedIdentifiers`: `"a"` is an identifier, not a string. */
  readonly doubleQuotedIdentifiers?: boolean;
  /** Off with `spark.sql.parser.escapedStringLiterals`: a backslash stands for itself. */
  readonly escapedStringLiterals?: boolean;
  /** `spark.sql.legacy.consecutiveStringLiterals.enabled`: `'a''b'` is two literals, not one. */
  readonly consecutiveStringLiterals?: boolean;
}

const space = /[ \t\n\f\r\v\u00A0\u1680\u2000-\u200A\u2028\u202F\u205F\u3000]+/y;
const lineComment = /--(?:\\\n|[^\r\n])*/y;
const word = /[\p{L}\d_]+/uy;
const number = /(?:\d+\.\d*|\.\d+|\d+)(?:e[+-]?\d+)?(?:bd|[fd])?/iy;
const integer = /\d+[lsy]?/iy;
const wordPart = /[\p{L}\d_]/u;
const backquoted = /`(?:[^`]|``)*`/y;
const singleQuoted = /'(?:[^'\\]|\\[\s\S]|'')*'/y;
const doubleQuoted = /"(?:[^"\\]|\\[\s\S]|"")*"/y;
const singleOnly = /'(?:[^'\\]|\\[\s\S])*'/y;
const doubleOnly = /"(?:[^"\\]|\\[\s\S])*"/y;
const rawString = /r(?:'[^']*'|"[^"]*")/iy;
const symbol = /<=>|>>>|<<|>>|<=|>=|<>|!=|!<|!>|==|\|\||\|>|::|->|=>|[-=<>!+*/%~&|^:?,;.()[\]@]/y;

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Splits SQL text into tokens; the last is `end`. What is no token at all becomes `unknown`. */
export function tokenize(text: string, options: LexerOptions = {}): readonly Token[] {
  const tokens: Token[] = [];
  const lines = lineCounter(text);
  let at = 0;
  while (at < text.length) {
    const blank = blankAt(text, at);
    if (blank !== undefined) {
      at += blank;
    } else if (text.startsWith("/*", at)) {
      at = skipComment(text, at, tokens.at(-1));
    } else {
      const piece = readPiece(text, at, options);
      const end = at + piece.length;
      const { kind, key, value } = piece.token;
      const { line, column } = lines(at);
      tokens.push({ kind, key, value, start: at, end, line, column });
      at = end;
    }
  }
  const place = lines(text.length);
  tokens.push({ kind: "end", key: "", value: "", start: at, end: at, ...place });
  return tokens;
}

/** The length of white space or a comment of one line here, if there is any. */
function blankAt(text: string, at: number): number | undefined {
  const code = text.charCodeAt(at);
  if (code > 0x20 && code < 0x80 && code !== 0x2d) return undefined;
  if (code === 0x20 && text.charCodeAt(at + 1) > 0x20) return 1;
  return (match(space, text, at) ?? match(lineComment, text, at))?.length;
}

/** Lines and columns of offsets that are asked for in growing order. */
function lineCounter(text: string): (offset: number) => { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  let lineEnd = text.indexOf("\n");
  return (offset) => {
    while (lineEnd >= 0 && lineEnd < offset) {
      line += 1;
      lineStart = lineEnd + 1;
      lineEnd = text.indexOf("\n", lineStart);
    }
    return { line, column: offset - lineStart };
  };
}

/** Hints (after SELECT) are comments to us; they do not nest. */
function skipComment(text: string, start: number, before: Token | undefined): number {
  if (text[start + 2] === "+" && before?.key === "SELECT") {
    const end = text.indexOf("*/", start);
    if (end < 0) throw unclosedComment(text, start);
    return end + 2;
  }
  let depth = 1;
  let at = start + 2;
  while (depth > 0) {
    if (at >= text.length) throw unclosedComment(text, start);
    if (text.startsWith("*/", at)) {
      depth -= 1;
      at += 2;
    } else if (text.startsWith("/*", at)) {
      depth += 1;
      at += 2;
    } else {
      at += 1;
    }
  }
  return at;
}

function unclosedComment(text: string, offset: number): Error {
  const { line, column } = lineCounter(text)(offset);
  const sql = markText(text, { line, column });
  return error("UNCLOSED_BRACKETED_COMMENT", { line, position: column, sql });
}

type Piece = {
  readonly length: number;
  readonly token: Pick<Token, "kind" | "key" | "value">;
};

function readPiece(text: string, at: number, options: LexerOptions): Piece {
  const first = text[at] ?? "";
  if (first === "r" || first === "R") {
    const raw = match(rawString, text, at);
    if (raw !== undefined) return piece(raw, "string", raw.slice(2, -1));
  }
  if (first === "." || (first >= "0" && first <= "9")) {
    const digits = readNumber(text, at);
    if (digits !== undefined) return piece(digits, "number", digits);
  }
  const name = plainWord(text, at) ?? match(word, text, at);
  if (name !== undefined) {
    return { length: name.length, token: { kind: "word", key: name.toUpperCase(), value: name } };
  }
  const quoted = match(backquoted, text, at);
  if (quoted !== undefined) {
    return piece(quoted, "quoted", quoted.slice(1, -1).replaceAll("``", "`"));
  }
  const string = stringAt(text, at, options);
  if (string !== undefined) return readString(string, options);
  const sign = match(symbol, text, at);
  if (sign !== undefined) {
    return { length: sign.length, token: { kind: "symbol", key: sign, value: sign } };
  }
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  return piece(character, "unknown", character);
}

function stringAt(text: string, at: number, options: LexerOptions): string | undefined {
  const named = options.doubleQuotedIdentifiers;
  if (!options.consecutiveStringLiterals) {
    return match(singleQuoted, text, at) ?? match(doubleQuoted, text, at);
  }
  return match(singleOnly, text, at) ?? match(named ? doubleQuoted : doubleOnly, text, at);
}

/** A word of ASCII alone: nearly all are, and the classes of Unicode are slow. */
function plainWord(text: string, at: number): string | undefined {
  let end = at;
  while (isPlain(text.charCodeAt(end))) end += 1;
  return end === at || text.charCodeAt(end) >= 0x80 ? undefined : text.slice(at, end);
}

/** Whether a character is an ASCII letter, digit or underscore. */
function isPlain(code: number): boolean {
  const letter = code | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x5f;
}

function piece(text: string, kind: Token["kind"], value: string): Piece {
  return { length: text.length, token: { kind, key: "", value } };
}

function readString(text: string, options: LexerOptions): Piece {
  const quote = text[0] ?? "'";
  const body = text.slice(1, -1);
  if (quote === '"' && options.doubleQuotedIdentifiers) {
    return piece(text, "quoted", body.replaceAll('""', '"'));
  }
  return piece(text, "string", options.escapedStringLiterals ? body : unescapeString(body, quote));
}

/** The longest number that no letter, digit or underscore follows; `1a` is a word. */
function readNumber(text: string, at: number): string | undefined {
  for (const pattern of [number, integer]) {
    const found = match(pattern, text, at);
    if (found !== undefined && !wordPart.test(text[at + found.length] ?? "")) return found;
  }
  const name = match(word, text, at);
  const digits = match(integer, text, at);
  if (digits === undefined || (name !== undefined && name.length > digits.length)) return undefined;
  return digits;
}

/** The text with a caret line under the place, as Spark prints it. */
export function markText(text: string, place: { line: number; column: number }): string {
  const lines = text.split("\n");
  const above = lines.slice(0, place.line).join("\n");
  const below = lines.slice(place.line);
  return [above, `${"-".repeat(place.column)}^^^`, ...below].join("\n");
}
