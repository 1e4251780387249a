import { error } from "../../../error/error.ts";
import type { Options } from "../../../plan/relation.ts";
import {
  array,
  boolean,
  type DataType,
  date,
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
import type { InferRequest } from "../../engine.ts";
import { forgiven } from "../text/block.ts";
import { prepareUnpacking } from "../text/compression.ts";
import { type TimeReader, timeReader, toInteger } from "../text/convert.ts";
import { parseGrouped, precisionOf } from "../text/decimal.ts";
import { mergeTypes } from "../text/merge-type.ts";
import { attributeTexts, type Element, isBlank, trimmed } from "./element.ts";
import { type XmlOptions, xmlOptions } from "./option.ts";
import { rootElement } from "./parser.ts";
import { XmlRecords } from "./record.ts";
import { isReal } from "./value.ts";

/** Records between two turns given to the rest of the program. */
const turnRecords = 2000;

/** What inference goes by. */
interface Inference {
  readonly options: XmlOptions;
  readonly times: TimeReader;
  readonly inferTypes: boolean;
}

/** The schema of XML files by Spark's inference. Throws as the scan does. */
export async function inferXmlSchema(request: InferRequest): Promise<StructType> {
  await prepareUnpacking(request.files);
  const options = xmlOptions(request.options, "UTC");
  const inferTypes = request.inferTypes && options.inferTypes;
  const how = { options, times: timeReader(options.text), inferTypes };
  const { samplingRatio, mode, corruptColumn } = options.text;
  let merged: DataType = struct([]);
  let count = 0;
  for (const file of request.files) {
    try {
      using records = new XmlRecords(file, options);
      for (let found = records.next(); found !== undefined; found = records.next()) {
        count++;
        if (count % turnRecords === 0) await new Promise((resolve) => setImmediate(resolve));
        if (!sampled(count, samplingRatio)) continue;
        if (!("fault" in found)) merged = compatible(merged, objectType(found, how), options);
        else if (mode === "PERMISSIVE") {
          merged = compatible(merged, struct([field(corruptColumn, string)]), options);
        } else if (mode === "FAILFAST") {
          const badRecord = records.text().slice(0, 500);
          const parameters = { badRecord, path: file.uri, reason: found.fault };
          throw error("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", parameters);
        }
      }
    } catch (thrown) {
      if (!forgiven(thrown, options.text)) throw thrown;
    }
  }
  return (settled(merged) ?? struct([])) as StructType;
}

/** The schema of a text that is one record, as `schema_of_xml` tells it. */
export function inferXmlText(text: string, given: Options): StructType {
  const options = xmlOptions({ rowtag: "ROW", ...given }, "UTC");
  const how = { options, times: timeReader(options.text), inferTypes: options.inferTypes };
  const found = rootElement(text, options);
  if (!("fault" in found)) return (settled(objectType(found, how)) ?? struct([])) as StructType;
  if (options.text.mode !== "FAILFAST") return struct([field(options.text.corruptColumn, string)]);
  const parameters = { badRecord: text.slice(0, 500), path: "schema_of_xml", reason: found.fault };
  throw error("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", parameters);
}

function sampled(count: number, ratio: number): boolean {
  return ratio >= 1 || Math.floor(count * ratio) > Math.floor((count - 1) * ratio);
}

function objectType(element: Element, how: Inference): StructType {
  const { options } = how;
  const types = new Map<string, { readonly name: string; readonly type: DataType }>();
  const add = (name: string, type: DataType): void => {
    const key = name.toLowerCase();
    const known = types.get(key);
    types.set(key, {
      name: known?.name ?? name,
      type: known ? added(known.type, type, options) : type,
    });
  };
  for (const [name, text] of attributeTexts(element, options)) add(name, textType(text, how));
  for (const item of element.items) {
    if (typeof item !== "string") add(item.name, attributedType(item, how));
    else if (!isBlank(item)) add(options.valueTag, textType(item, how));
  }
  return sorted([...types.values()].map(({ name, type }) => field(name, type)));
}

/** A name that comes again is that of an array. */
function added(known: DataType, type: DataType, options: XmlOptions): DataType {
  const merged = compatible(known, type, options);
  return known.type === "array" || merged.type === "array" ? merged : array(merged);
}

function attributedType(element: Element, how: Inference): DataType {
  const { options } = how;
  if (element.attributes.length === 0) return fieldType(element, how);
  const type = fieldType({ ...element, attributes: [] }, how);
  const attributes = attributeTexts(element, options);
  if (attributes.length === 0) return type;
  const own =
    type.type === "struct"
      ? type.fields
      : type.type === "void"
        ? []
        : [field(options.valueTag, type)];
  return sorted([...own, ...attributes.map(([name, text]) => field(name, textType(text, how)))]);
}

function fieldType(element: Element, how: Inference): DataType {
  const [first] = element.items;
  if (first === undefined) return nullType;
  if (element.items.length === 1 && element.attributes.length === 0 && typeof first === "string") {
    return isBlank(first) ? nullType : textType(first, how);
  }
  const type = objectType(element, how);
  if (typeof first !== "string") return type;
  if (type.fields.length === 0) return nullType;
  const [only] = type.fields;
  const isValue = only?.name.toLowerCase() === how.options.valueTag.toLowerCase();
  const isPlain = only && !["struct", "array", "map"].includes(only.type.type);
  return type.fields.length === 1 && isValue && isPlain ? only.type : type;
}

function textType(given: string | null, how: Inference): DataType {
  const { options, times, inferTypes } = how;
  if (!inferTypes) return string;
  const text = given === null ? "" : trimmed(given, options);
  if (text === "") return nullType;
  const bare = text.replace(/^[+-]/, "");
  if (/^\d+$/.test(bare) && toInteger(bare, "long") !== undefined) return long;
  if (options.prefersDecimal && /^[\d.]/.test(bare) && !/[dDfF]$/.test(bare)) {
    const value = parseGrouped(text);
    if (value !== undefined) {
      const digits = Math.max(precisionOf(value), value.scale);
      if (digits <= 38 && value.scale >= 0) return decimal(digits, value.scale);
    }
  }
  if (isReal(text)) return double;
  if (times.date(text) !== undefined) return date;
  if (times.timestamp(text) !== undefined) return timestamp;
  return /^(?:true|false)$/i.test(text) ? boolean : string;
}

/**
 * The type that holds values of both (Spark's compatibleType): `left` itself where it does, as it
 * does of all records but the first ones.
 */
function compatible(left: DataType, right: DataType, options: XmlOptions): DataType {
  const { valueTag } = options;
  if (left === right) return left;
  if (left.type === "void") return right;
  if (right.type === "void") return left;
  if (left.type === "struct" && right.type === "struct") {
    if (holds(left, right, options)) return left;
    const fields = new Map<string, StructField>();
    for (const part of [...left.fields, ...right.fields]) {
      const key = part.name.toLowerCase();
      const known = fields.get(key);
      const type = known ? compatible(known.type, part.type, options) : part.type;
      fields.set(key, field(known?.name ?? part.name, type));
    }
    return sorted([...fields.values()]);
  }
  if (left.type === "array" || right.type === "array") {
    const one = left.type === "array" ? left.elementType : left;
    const other = right.type === "array" ? right.elementType : right;
    const element = compatible(one, other, options);
    return left.type === "array" && element === one ? left : array(element);
  }
  if (left.type !== "struct" && right.type !== "struct") return mergeTypes(left, right);
  const [whole, plain] = left.type === "struct" ? [left, right] : [right as StructType, left];
  if (!whole.fields.some(({ name }) => name === valueTag)) return string;
  return struct(
    whole.fields.map((part) =>
      part.name === valueTag ? field(valueTag, compatible(part.type, plain, options)) : part,
    ),
  );
}

/** Whether a struct is all that the two together are: both have their members in order. */
function holds(left: StructType, right: StructType, options: XmlOptions): boolean {
  let at = 0;
  return right.fields.every(({ name, type }) => {
    while (at < left.fields.length && left.fields[at]!.name !== name) at += 1;
    const known = left.fields[at]?.type;
    return known !== undefined && compatible(known, type, options) === known;
  });
}

function sorted(fields: readonly StructField[]): StructType {
  return struct([...fields].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)));
}

/** Empty structs go, and what was null everywhere is text. */
function settled(type: DataType): DataType | undefined {
  if (type.type === "void") return string;
  if (type.type === "array") {
    const element = settled(type.elementType);
    return element && array(element);
  }
  if (type.type !== "struct") return type;
  const fields = type.fields.flatMap(({ name, type: own }) => {
    const kept = name === "" ? undefined : settled(own);
    return kept ? [field(name, kept)] : [];
  });
  return fields.length === 0 ? undefined : struct(fields);
}
