import {
  array,
  boolean,
  type DataType,
  decimal,
  double,
  field,
  long,
  nullType,
  type StructField,
  type StructType,
  string,
  struct,
  timestamp,
} from "../../../schema/type.ts";
import type { TimeReader } from "./convert.ts";
import { parseBigDecimal, parseGrouped, precisionOf } from "./decimal.ts";
import {
  type Cursor,
  forElements,
  forMembers,
  isQuote,
  Malformed,
  peek,
  readScalar,
  readString,
  type Scalar,
  skipValue,
} from "./json-lexer.ts";
import { mergeStructs, mergeTypes, sortedStruct } from "./merge-type.ts";
import type { JsonGrammar } from "./option.ts";

export interface JsonInference {
  readonly grammar: JsonGrammar;
  readonly times: TimeReader;
  readonly primitivesAsString: boolean;
  readonly prefersDecimal: boolean;
  readonly inferTimestamp: boolean;
  readonly dropFieldIfAllNull: boolean;
  /** False: every column is a string, nested ones too. */
  readonly inferTypes: boolean;
}

/** The type of a record; undefined for a blank one. Throws Malformed. */
export function recordType(given: string, options: JsonInference): StructType | undefined {
  const text = given.charCodeAt(0) === 0xfeff ? given.slice(1) : given;
  const cursor: Cursor = { text, grammar: options.grammar, at: 0 };
  const first = peek(cursor);
  if (first === "") return undefined;
  if (first !== "[") return rootStruct(cursor, options);
  let merged: StructType | undefined;
  forElements(cursor, () => {
    const next = rootStruct(cursor, options);
    if (next === undefined) return;
    merged = merged === undefined ? next : mergeStructs(merged, next);
  });
  return merged;
}

/** The type of a value, whatever it is; nothing is null. Throws Malformed. */
export function valueTypeOf(text: string, options: JsonInference): DataType {
  const cursor: Cursor = { text, grammar: options.grammar, at: 0 };
  return peek(cursor) === "" ? nullType : valueType(cursor, options);
}

/** A null for a record says nothing of its fields. */
function rootStruct(cursor: Cursor, options: JsonInference): StructType | undefined {
  const character = peek(cursor);
  if (character === "n" && readScalar(cursor) === "null") return undefined;
  if (character !== "{") throw new Malformed("a record is an object");
  if (options.inferTypes) return structType(cursor, options);
  const fields = new Map<string, StructField>();
  forMembers(cursor, (key) => {
    skipValue(cursor);
    fields.set(key, field(key, string));
  });
  return sortedStruct([...fields.values()]);
}

function structType(cursor: Cursor, options: JsonInference): StructType {
  const fields = new Map<string, StructField>();
  forMembers(cursor, (key) => {
    fields.set(key, field(key, valueType(cursor, options)));
  });
  return sortedStruct([...fields.values()]);
}

function valueType(cursor: Cursor, options: JsonInference): DataType {
  const character = peek(cursor);
  if (character === "{") return structType(cursor, options);
  if (character === "[") {
    let element: DataType = nullType;
    forElements(cursor, () => {
      element = mergeTypes(element, valueType(cursor, options));
    });
    return array(element);
  }
  if (isQuote(cursor, character)) return textType(readString(cursor), options);
  const start = cursor.at;
  const kind = readScalar(cursor);
  if (kind === "null") return nullType;
  if (options.primitivesAsString) return string;
  return scalarType(kind, cursor.text.slice(start, cursor.at), options);
}

function textType(text: string, options: JsonInference): DataType {
  if (text === "") return nullType;
  if (options.prefersDecimal) {
    const value = parseGrouped(text);
    if (value !== undefined) return decimalType(value) ?? string;
  }
  if (options.inferTimestamp && options.times.timestamp(text) !== undefined) return timestamp;
  return string;
}

function scalarType(kind: Scalar, text: string, options: JsonInference): DataType {
  if (kind === "true" || kind === "false") return boolean;
  const value = parseBigDecimal(text);
  if (value === undefined) return double;
  if (kind === "integer") {
    const fits = value.unscaled >= -(2n ** 63n) && value.unscaled < 2n ** 63n;
    return fits ? long : (decimalType(value) ?? double);
  }
  return options.prefersDecimal ? (decimalType(value) ?? double) : double;
}

function decimalType(value: { unscaled: bigint; scale: number }): DataType | undefined {
  if (value.scale < -38) return undefined;
  const plain =
    value.scale >= 0 ? value : { unscaled: value.unscaled * 10n ** BigInt(-value.scale), scale: 0 };
  const precision = Math.max(precisionOf(plain), plain.scale);
  return precision <= 38 ? decimal(precision, plain.scale) : undefined;
}

/** What is left when all records are merged: nulls are strings, or dropped; no empty structs. */
export function settle(type: DataType, dropNull: boolean): DataType | undefined {
  switch (type.type) {
    case "void":
      return dropNull ? undefined : string;
    case "array": {
      const element = settle(type.elementType, dropNull);
      return element && array(element, type.containsNull);
    }
    case "struct": {
      const fields = type.fields.flatMap((part) => {
        const settled = part.name === "" ? undefined : settle(part.type, dropNull);
        return settled === undefined ? [] : [field(part.name, settled)];
      });
      return fields.length === 0 ? undefined : struct(fields);
    }
    default:
      return type;
  }
}
