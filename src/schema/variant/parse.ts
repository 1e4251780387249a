import { Decimal } from "../value.ts";
import { arrayBytes, objectBytes, scalarBytes, type VariantField, VariantNames } from "./write.ts";

/** Jackson's own: deeper nesting and longer numbers are attacks. */
const [depthLimit, numberLimit] = [1000, 1000];

/** Why a text is no JSON value. */
export class NoJson extends Error {}

/**
 * The bytes of the variant of a JSON text (metadata, then value), as Spark's `parse_json` makes
 * them: numbers without exponent are whole numbers or decimals while they have 38 digits at most.
 * What follows the first value is not looked at. Throws NoJson.
 */
export function variantOfJson(text: string): Uint8Array {
  const names = new VariantNames();
  const cursor: Cursor = { text, at: 0, depth: 0, names };
  const bytes = readValue(cursor);
  return names.variant(bytes);
}

interface Cursor {
  readonly text: string;
  at: number;
  depth: number;
  readonly names: VariantNames;
}

function skipBlanks(cursor: Cursor): string {
  for (;;) {
    const character = cursor.text[cursor.at];
    if (character === undefined) throw new NoJson("the text ends within a value");
    if (!" \t\r\n".includes(character)) return character;
    cursor.at += 1;
  }
}

function unexpected(cursor: Cursor): NoJson {
  const character = cursor.text[cursor.at];
  const what = character === undefined ? "the end of the text" : JSON.stringify(character);
  return new NoJson(`${what} is not expected at position ${cursor.at}`);
}

function readValue(cursor: Cursor): Uint8Array {
  switch (skipBlanks(cursor)) {
    case "{":
      return nested(cursor, readObject);
    case "[":
      return nested(cursor, readArray);
    case '"':
      return scalarBytes.string(readString(cursor));
    case "t":
      return word(cursor, "true", scalarBytes.boolean(true));
    case "f":
      return word(cursor, "false", scalarBytes.boolean(false));
    case "n":
      return word(cursor, "null", scalarBytes.null());
    default:
      return readNumber(cursor);
  }
}

function nested(cursor: Cursor, read: (cursor: Cursor) => Uint8Array): Uint8Array {
  if (cursor.depth >= depthLimit) throw new NoJson(`values nest deeper than ${depthLimit} levels`);
  cursor.depth += 1;
  cursor.at += 1;
  const bytes = read(cursor);
  cursor.depth -= 1;
  return bytes;
}

function word(cursor: Cursor, expected: string, bytes: Uint8Array): Uint8Array {
  const end = cursor.at + expected.length;
  const after = cursor.text[end];
  if (!cursor.text.startsWith(expected, cursor.at)) throw unexpected(cursor);
  if (after !== undefined && /[\p{L}\p{N}_$]/u.test(after))
    throw unexpected({ ...cursor, at: end });
  cursor.at = end;
  return bytes;
}

/** After a part: whether another follows. */
function another(cursor: Cursor, close: string): boolean {
  const character = skipBlanks(cursor);
  if (character !== "," && character !== close) throw unexpected(cursor);
  cursor.at += 1;
  return character === ",";
}

function readArray(cursor: Cursor): Uint8Array {
  const elements: Uint8Array[] = [];
  if (skipBlanks(cursor) === "]") cursor.at += 1;
  else {
    do elements.push(readValue(cursor));
    while (another(cursor, "]"));
  }
  return arrayBytes(elements);
}

function readObject(cursor: Cursor): Uint8Array {
  const fields: VariantField[] = [];
  if (skipBlanks(cursor) === "}") cursor.at += 1;
  else {
    do fields.push(readField(cursor));
    while (another(cursor, "}"));
  }
  return objectBytes(fields, cursor.names);
}

function readField(cursor: Cursor): VariantField {
  if (skipBlanks(cursor) !== '"') throw unexpected(cursor);
  const key = readString(cursor);
  if (skipBlanks(cursor) !== ":") throw unexpected(cursor);
  cursor.at += 1;
  // Names count in the order in which they come, those of inner objects after their own.
  cursor.names.id(key);
  return { key, bytes: readValue(cursor) };
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

function readString(cursor: Cursor): string {
  const { text } = cursor;
  let result = "";
  let from = cursor.at + 1;
  for (let at = from; ; at += 1) {
    const code = text.charCodeAt(at);
    if (Number.isNaN(code)) throw new NoJson("the text ends within a string");
    if (code < 0x20) throw unexpected({ ...cursor, at });
    if (code === 0x22) {
      cursor.at = at + 1;
      return result + text.slice(from, at);
    }
    if (code !== 0x5c) continue;
    result += text.slice(from, at);
    const mark = text[at + 1] ?? "";
    const digits = /^[0-9a-fA-F]{4}$/.exec(text.slice(at + 2, at + 6))?.[0];
    const meant =
      mark === "u" && digits ? String.fromCharCode(Number.parseInt(digits, 16)) : escapes[mark];
    if (meant === undefined) throw unexpected({ ...cursor, at: at + 1 });
    result += meant;
    at += mark === "u" ? 5 : 1;
    from = at + 1;
  }
}

const grammar = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;

function readNumber(cursor: Cursor): Uint8Array {
  grammar.lastIndex = cursor.at;
  const match = grammar.exec(cursor.text);
  if (match === null) throw unexpected(cursor);
  const [digits, fraction, exponent] = match;
  const end = cursor.at + digits.length;
  const after = cursor.text[end];
  const closing = cursor.depth === 0 ? " \t\r\n" : " \t\r\n,]}";
  if (after !== undefined && !closing.includes(after)) throw unexpected({ ...cursor, at: end });
  if (digits.length > numberLimit) throw new NoJson(`a number has more than ${numberLimit} digits`);
  cursor.at = end;
  if (fraction === undefined && exponent === undefined) {
    const whole = BigInt(digits);
    if (BigInt.asIntN(64, whole) === whole) return scalarBytes.long(whole);
  }
  const decimal = exponent === undefined ? exact(digits, fraction ?? "") : undefined;
  return decimal === undefined ? scalarBytes.double(Number(digits)) : scalarBytes.decimal(decimal);
}

function exact(digits: string, fraction: string): Decimal | undefined {
  const scale = Math.max(0, fraction.length - 1);
  const unscaled = BigInt(digits.replace(".", ""));
  const precision = String(unscaled).replace("-", "").length;
  return scale <= 38 && precision <= 38 ? new Decimal(unscaled, scale) : undefined;
}
