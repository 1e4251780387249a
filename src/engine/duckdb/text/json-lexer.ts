import type { JsonGrammar } from "./option.ts";

/** Nesting deeper than this is refused, as Jackson does. */
const DEPTH_LIMIT = 1000;

/** The text is not JSON: nothing of the record can be trusted. */
export class Malformed {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

const SPACE = /[ \t\r\n]*/y;
const SPACE_OR_COMMENT = /(?:[ \t\r\n]+|\/\*[\s\S]*?\*\/|\/\/[^\r\n]*)*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const NUMBER_ZEROS = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const NON_NUMBER = /NaN|[+-]?Infinity|[+-]INF/y;
const NAME = /[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** A place in a JSON text. `at` moves on as tokens are read. */
export interface Cursor {
  readonly text: string;
  readonly grammar: JsonGrammar;
  at: number;
}

function match(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text);
  if (found === null) return undefined;
  cursor.at = pattern.lastIndex;
  return found[0];
}

function skipSpace(cursor: Cursor): void {
  match(cursor, cursor.grammar.comments ? SPACE_OR_COMMENT : SPACE);
}

/** The next character that is not white space; "" at the end. */
export function peek(cursor: Cursor): string {
  skipSpace(cursor);
  return cursor.text[cursor.at] ?? "";
}

function expect(cursor: Cursor, character: string): void {
  if (peek(cursor) !== character) {
    throw new Malformed(`expected ${character} at position ${cursor.at}`);
  }
  cursor.at++;
}

export function isQuote(cursor: Cursor, character: string): boolean {
  return character === '"' || (character === "'" && cursor.grammar.singleQuotes);
}

/** Reads a string. */
export function readString(cursor: Cursor): string {
  const { text, grammar } = cursor;
  const quote = text[cursor.at]!;
  cursor.at++;
  let result = "";
  let start = cursor.at;
  for (let at = cursor.at; ; at++) {
    const code = text.charCodeAt(at);
    if (Number.isNaN(code)) throw new Malformed("unexpected end in a string");
    if (text[at] === quote) {
      cursor.at = at + 1;
      return result + text.slice(start, at);
    }
    if (code < 0x20 && !grammar.controlCharacters) {
      throw new Malformed(`unquoted control character ${code}`);
    }
    if (code !== 0x5c) continue;
    result += text.slice(start, at);
    const { value, length } = readEscape(cursor, at + 1);
    result += value;
    at += length;
    start = at + 1;
  }
}

function readEscape(
  cursor: Cursor,
  at: number,
): { readonly value: string; readonly length: number } {
  const character = cursor.text[at] ?? "";
  if (character === "u") {
    const digits = cursor.text.slice(at + 1, at + 5);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) {
      throw new Malformed("a \\u without four hex digits");
    }
    return { value: String.fromCharCode(Number.parseInt(digits, 16)), length: 5 };
  }
  const known = ESCAPES[character];
  if (known !== undefined) return { value: known, length: 1 };
  const any = cursor.grammar.anyEscape || (character === "'" && cursor.grammar.singleQuotes);
  if (character !== "" && any) return { value: character, length: 1 };
  throw new Malformed(`unknown escape \\${character}`);
}

/** Reads an object's key and the colon after it. */
function readKey(cursor: Cursor): string {
  const character = peek(cursor);
  let key: string | undefined;
  if (isQuote(cursor, character)) key = readString(cursor);
  else if (cursor.grammar.unquotedNames) key = match(cursor, NAME);
  if (key === undefined) throw new Malformed(`expected a key at position ${cursor.at}`);
  expect(cursor, ":");
  return key;
}

export type Scalar = "null" | "true" | "false" | "integer" | "float";

/** Reads a literal or number; its text is `cursor.text` between the places before and after. */
export function readScalar(cursor: Cursor): Scalar {
  const start = cursor.at;
  const kind = scalarKind(cursor);
  if (kind === undefined || /[\w.$]/.test(cursor.text[cursor.at] ?? "")) {
    const end = cursor.text.slice(start, start + 20);
    throw new Malformed(`unknown token ${JSON.stringify(end)} at position ${start}`);
  }
  return kind;
}

function scalarKind(cursor: Cursor): Scalar | undefined {
  for (const word of ["true", "false", "null"] as const) {
    if (cursor.text.startsWith(word, cursor.at)) {
      cursor.at += word.length;
      return word;
    }
  }
  if (cursor.grammar.nonNumericNumbers && match(cursor, NON_NUMBER) !== undefined) return "float";
  const number = match(cursor, cursor.grammar.leadingZeros ? NUMBER_ZEROS : NUMBER);
  if (number === undefined) return undefined;
  return /[.eE]/.test(number) ? "float" : "integer";
}

/** Reads over one value, checking its grammar. */
export function skipValue(cursor: Cursor, depth = 1): void {
  if (depth > DEPTH_LIMIT) throw new Malformed(`nested deeper than ${DEPTH_LIMIT}`);
  const character = peek(cursor);
  if (isQuote(cursor, character)) readString(cursor);
  else if (character === "{") {
    forMembers(cursor, () => skipValue(cursor, depth + 1));
  } else if (character === "[") {
    forElements(cursor, () => skipValue(cursor, depth + 1));
  } else readScalar(cursor);
}

/** Reads an object, calling `visit` at the start of each value. */
export function forMembers(cursor: Cursor, visit: (key: string) => void): void {
  expect(cursor, "{");
  if (peek(cursor) === "}") {
    cursor.at++;
    return;
  }
  for (;;) {
    const key = readKey(cursor);
    peek(cursor);
    visit(key);
    const next = peek(cursor);
    cursor.at++;
    if (next === "}") return;
    if (next !== ",") throw new Malformed(`expected , or } at position ${cursor.at - 1}`);
  }
}

/** Reads an array, calling `visit` at the start of each element. */
export function forElements(cursor: Cursor, visit: () => void): void {
  expect(cursor, "[");
  if (peek(cursor) === "]") {
    cursor.at++;
    return;
  }
  for (;;) {
    peek(cursor);
    visit();
    const next = peek(cursor);
    cursor.at++;
    if (next === "]") return;
    if (next !== ",") throw new Malformed(`expected , or ] at position ${cursor.at - 1}`);
  }
}
