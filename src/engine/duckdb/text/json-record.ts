import type { DataType, StructType } from "../../../schema/type.ts";
import type { Value } from "../../../schema/value.ts";
import { NoJson, variantOfJson } from "../../../schema/variant/parse.ts";
import type { TimeReader } from "./convert.ts";
import {
  type Cursor,
  forElements,
  forMembers,
  isQuote,
  Malformed,
  peek,
  readScalar,
  readString,
  skipValue,
} from "./json-lexer.ts";
import { LONE_SURROGATE, Mismatch, scalarConverter } from "./json-value.ts";
import type { JsonGrammar } from "./option.ts";

/** One row read from a record. */
export interface RecordRow {
  readonly values: Value[];
  /** What did not fit, as members of a JSON object without braces; undefined if all did. */
  readonly rescued: string | undefined;
}

/** The rows of a record; `fault` says why it is malformed (`rows` is then what could be read). */
export interface ParsedRecord {
  readonly rows: readonly RecordRow[];
  readonly fault: string | undefined;
}

export interface RecordOptions {
  readonly grammar: JsonGrammar;
  readonly times: TimeReader;
  /** Whether values that do not fit are set aside instead of being faults. */
  readonly rescue: boolean;
  readonly caseSensitive: boolean;
}

/** A value of which a part did not fit; the part is null. */
class Partial {
  readonly value: Value;
  readonly reason: string;
  /** The parts that did not fit, as JSON of the same shape; undefined: the whole of it. */
  readonly rest: string | undefined;
  constructor(value: Value, reason: string, rest?: string) {
    this.value = value;
    this.reason = reason;
    this.rest = rest;
  }
}

type Convert = (cursor: Cursor) => Value;

/** Makes the exact reader of records (a line, or a whole file with multiLine) for a schema. */
export function recordReader(
  schema: StructType,
  options: RecordOptions,
): (text: string) => ParsedRecord {
  const converters = schema.fields.map((field) => converter(field.type, options));
  const names = new Map<string, number>();
  schema.fields.forEach((field, index) => {
    names.set(options.caseSensitive ? field.name : field.name.toLowerCase(), index);
  });

  function object(cursor: Cursor): { row: RecordRow; fault: string | undefined } {
    const values: Value[] = new Array<Value>(converters.length).fill(null);
    const rescued = new Map<string, string>();
    let fault: string | undefined;
    forMembers(cursor, (key) => {
      const start = cursor.at;
      const index = names.get(options.caseSensitive ? key : key.toLowerCase());
      if (index === undefined) {
        skipValue(cursor);
        if (options.rescue) rescued.set(key, cursor.text.slice(start, cursor.at));
        return;
      }
      const { value, reason, rest } = attempt(cursor, converters[index]!);
      if (reason !== undefined && options.rescue) {
        values[index] = value ?? null;
        rescued.set(key, rest ?? cursor.text.slice(start, cursor.at));
        return;
      }
      if (value !== undefined) values[index] = value;
      rescued.delete(key);
      fault ??= reason;
    });
    return { row: { values, rescued: members(rescued) }, fault };
  }

  return (given) => {
    const text = given.charCodeAt(0) === 0xfeff ? given.slice(1) : given;
    const cursor: Cursor = { text, grammar: options.grammar, at: 0 };
    const rows: RecordRow[] = [];
    try {
      const first = peek(cursor);
      if (first === "") return { rows, fault: undefined };
      let fault: string | undefined;
      const read = (): void => {
        if (peek(cursor) !== "{") throw new Malformed("a record is an object");
        const result = object(cursor);
        rows.push(result.row);
        fault ??= result.fault;
      };
      if (first === "[") forElements(cursor, read);
      else read();
      return { rows, fault };
    } catch (thrown) {
      if (thrown instanceof Malformed) return { rows: [], fault: thrown.reason };
      throw thrown;
    }
  };
}

function members(rescued: ReadonlyMap<string, string>): string | undefined {
  if (rescued.size === 0) return undefined;
  return [...rescued].map(([key, raw]) => `${JSON.stringify(key)}:${raw}`).join(",");
}

/**
 * Converts the value at the cursor. `reason` says why it did not fit whole; `value` is what is
 * kept of it, undefined for nothing. The cursor is then behind the value in any case.
 */
function attempt(
  cursor: Cursor,
  convert: Convert,
): { value: Value | undefined; reason: string | undefined; rest?: string | undefined } {
  const start = cursor.at;
  try {
    return { value: convert(cursor), reason: undefined };
  } catch (thrown) {
    if (thrown instanceof Partial) return thrown;
    if (thrown instanceof Mismatch) {
      cursor.at = start;
      skipValue(cursor);
      return { value: undefined, reason: thrown.reason };
    }
    throw thrown;
  }
}

function converter(type: DataType, options: RecordOptions): Convert {
  switch (type.type) {
    case "struct":
      return structConverter(type, options);
    case "array": {
      const element = converter(type.elementType, options);
      return (cursor) => readArray(cursor, element);
    }
    case "map": {
      const value = converter(type.valueType, options);
      return (cursor) => readMap(cursor, value);
    }
    case "string":
      return readText;
    case "variant":
      return readVariant;
    case "void":
      return (cursor) => {
        if (isNull(cursor)) return null;
        throw new Mismatch("a value where only null is expected");
      };
    default: {
      const convert = scalarConverter(type, options);
      return (cursor) => {
        const character = peek(cursor);
        if (isQuote(cursor, character)) return convert("string", readString(cursor));
        if (character === "{" || character === "[") {
          throw new Mismatch(`an object or array where ${type.type} is expected`);
        }
        const start = cursor.at;
        const kind = readScalar(cursor);
        return kind === "null" ? null : convert(kind, cursor.text.slice(start, cursor.at));
      };
    }
  }
}

/** The variant of whatever is there, null too. */
function readVariant(cursor: Cursor): Value {
  const start = cursor.at;
  skipValue(cursor);
  try {
    return variantOfJson(cursor.text.slice(start, cursor.at));
  } catch (thrown) {
    if (thrown instanceof NoJson) throw new Mismatch(thrown.message);
    throw thrown;
  }
}

/** Makes the reader of records that are one variant each, whatever their JSON is. */
export function variantReader(grammar: JsonGrammar): (text: string) => ParsedRecord {
  return (given) => {
    const text = given.charCodeAt(0) === 0xfeff ? given.slice(1) : given;
    const cursor: Cursor = { text, grammar, at: 0 };
    try {
      if (peek(cursor) === "") return { rows: [], fault: undefined };
      const values = [readVariant(cursor)];
      return { rows: [{ values, rescued: undefined }], fault: undefined };
    } catch (thrown) {
      if (thrown instanceof Malformed || thrown instanceof Mismatch) {
        return { rows: [], fault: thrown.reason };
      }
      throw thrown;
    }
  };
}

/** A string column keeps the exact text of whatever is there. */
function readText(cursor: Cursor): Value {
  const character = peek(cursor);
  if (isQuote(cursor, character)) return wellFormed(readString(cursor));
  const start = cursor.at;
  if (character === "{" || character === "[") skipValue(cursor);
  else if (readScalar(cursor) === "null") return null;
  return cursor.text.slice(start, cursor.at);
}

/** A lone surrogate has no UTF-8; Java writes a question mark for it. */
function wellFormed(text: string): string {
  return LONE_SURROGATE.test(text) ? text.replace(new RegExp(LONE_SURROGATE, "gu"), "?") : text;
}

function isNull(cursor: Cursor): boolean {
  if (peek(cursor) !== "n") return false;
  return readScalar(cursor) === "null";
}

function structConverter(type: StructType, options: RecordOptions): Convert {
  const parts = new Map<string, { readonly name: string; readonly convert: Convert }>();
  for (const field of type.fields) {
    const key = options.caseSensitive ? field.name : field.name.toLowerCase();
    parts.set(key, { name: field.name, convert: converter(field.type, options) });
  }
  const empty = Object.fromEntries(type.fields.map((field) => [field.name, null]));
  return (cursor) => {
    if (isNull(cursor)) return null;
    if (peek(cursor) !== "{") throw new Mismatch("no object where a struct is expected");
    const value: Record<string, Value> = { ...empty };
    let rescued: Map<string, string> | undefined;
    let fault: string | undefined;
    forMembers(cursor, (key) => {
      const start = cursor.at;
      const part = parts.get(options.caseSensitive ? key : key.toLowerCase());
      if (part === undefined) {
        skipValue(cursor);
        if (!options.rescue) return;
        rescued ??= new Map();
        rescued.set(key, cursor.text.slice(start, cursor.at));
        fault ??= `a field ${key} that the schema does not have`;
        return;
      }
      const read = attempt(cursor, part.convert);
      if (read.value !== undefined) value[part.name] = read.value;
      if (read.reason === undefined) return;
      if (options.rescue) {
        if (read.value === undefined) value[part.name] = null;
        rescued ??= new Map();
        rescued.set(key, read.rest ?? cursor.text.slice(start, cursor.at));
      }
      fault ??= read.reason;
    });
    if (fault === undefined) return value;
    throw new Partial(value, fault, rescued && `{${members(rescued)}}`);
  };
}

function readArray(cursor: Cursor, element: Convert): Value {
  if (isNull(cursor)) return null;
  if (peek(cursor) !== "[") throw new Mismatch("no array where an array is expected");
  const items: Value[] = [];
  let fault: string | undefined;
  forElements(cursor, () => {
    try {
      items.push(element(cursor));
    } catch (thrown) {
      if (!(thrown instanceof Partial)) throw thrown;
      items.push(thrown.value);
      fault ??= thrown.reason;
    }
  });
  if (fault !== undefined) throw new Partial(items, fault);
  return items;
}

function readMap(cursor: Cursor, convert: Convert): Value {
  if (isNull(cursor)) return null;
  if (peek(cursor) !== "{") throw new Mismatch("no object where a map is expected");
  const items = new Map<Value, Value>();
  let fault: string | undefined;
  forMembers(cursor, (key) => {
    try {
      items.set(key, convert(cursor));
    } catch (thrown) {
      if (!(thrown instanceof Partial)) throw thrown;
      items.set(key, thrown.value);
      fault ??= thrown.reason;
    }
  });
  if (fault !== undefined) throw new Partial(items, fault);
  return items;
}
