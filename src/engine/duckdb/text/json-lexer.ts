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

/** A string with a fault inside; reading may go on at `resume`, within the string. */
export class BrokenString {
  readonly reason: string;
  readonly resume: number;
  readonly quote: string;
  constructor(reason: string, resume: number, quote: string) {
    this.reason = reason;
    this.resume = resume;
    this.quote = quote;
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

export function skipSpace(cursor: Cursor): void {
  match(cursor, cursor.grammar.comments ? SPACE_OR_COMMENT : SPACE);
}

/** The next character that is not white space; "" at the end. */
export function peek(cursor: Cursor): string {
  skipSpace(cursor);
  return cursor.text[cursor.at] ?? "";
}

export function expect(cursor: Cursor, character: string): void {
  if (peek(cursor) !== character) {
    throw new Malformed(`expected ${character} at position ${cursor.at}`);
  }
  cursor.at++;
}

export function isQuote(cursor: Cursor, character: string): boolean {
  return character === '"' || (character === "'" && cursor.grammar.singleQuotes);
}

/** Reads a string; a fault in it is a BrokenString. */
export function readString(cursor: Cursor): string {
  const quote = cursor.text[cursor.at]!;
  cursor.at++;
  return readStringRest(cursor, quote);
}

/** Reads on from within a string to its closing quote. */
export function readStringRest(cursor: Cursor, quote: string): string {
  const { text, grammar } = cursor;
  let result = "";
  let start = cursor.at;
  for (let at = cursor.at; ; at++) {
    const code = text.charCodeAt(at);
    if (Number.isNaN(code)) throw new BrokenString("unexpected end in a string", at, quote);
    if (text[at] === quote) {
      cursor.at = at + 1;
      return result + text.slice(start, at);
    }
    if (code < 0x20 && !grammar.controlCharacters) {
      throw new BrokenString(`unquoted control character ${code}`, at + 1, quote);
    }
    if (code !== 0x5c) continue;
    result += text.slice(start, at);
    const { value, length } = readEscape(cursor, at + 1, quote);
    result += value;
    at += length;
    start = at + 1;
  }
}

function readEscape(
  cursor: Cursor,
  at: number,
  quote: string,
): { readonly value: string; readonly length: number } {
  const character = cursor.text[at] ?? "";
  if (character === "u") {
    const digits = cursor.text.slice(at + 1, at + 5);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) {
      throw new BrokenString("a \\u without four hex digits", at + 1, quote);
    }
    return { value: String.fromCharCode(Number.parseInt(digits, 16)), length: 5 };
  }
  const known = ESCAPES[character];
  if (known !== undefined) return { value: known, length: 1 };
  const any = cursor.grammar.anyEscape || (character === "'" && cursor.grammar.singleQuotes);
  if (character !== "" && any) return { value: character, length: 1 };
  throw new BrokenString(`unknown escape \\${character}`, at + 1, quote);
}

/** Reads an object's key and the colon after it. */
export function readKey(cursor: Cursor): string {
  const character = peek(cursor);
  let key: string | undefined;
  if (isQuote(cursor, character)) key = whole(() => readString(cursor));
  else if (cursor.grammar.unquotedNames) key = match(cursor, NAME);
  if (key === undefined) throw new Malformed(`expected a key at position ${cursor.at}`);
  expect(cursor, ":");
  return key;
}

function whole<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    throw thrown instanceof BrokenString ? new Malformed(thrown.reason) : thrown;
  }
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
  if (isQuote(cursor, character)) whole(() => readString(cursor));
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
