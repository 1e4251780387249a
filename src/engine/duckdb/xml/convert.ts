import type { DataType, MapType, StructType } from "../../../schema/type.ts";
import { setMember, type Value } from "../../../schema/value.ts";
import type { TimeReader } from "../text/convert.ts";
import { attributeTexts, type Element, innerText, isBlank } from "./element.ts";
import type { XmlOptions } from "./option.ts";
import { convert, Misfit } from "./value.ts";

export interface ConvertContext {
  readonly options: XmlOptions;
  readonly times: TimeReader;
}

/** A record's values by the place of their columns, and what stopped its reading. */
export interface ReadRecord {
  readonly values: Value[];
  readonly fault?: string;
}

type Places = ReadonlyMap<string, number>;

const places = new WeakMap<StructType, Places>();

/** Columns by their names in lower case. */
function placesOf(schema: StructType): Places {
  const known = places.get(schema);
  if (known) return known;
  const made = new Map<string, number>();
  schema.fields.forEach(({ name }, index) => {
    if (!made.has(name.toLowerCase())) made.set(name.toLowerCase(), index);
  });
  places.set(schema, made);
  return made;
}

/**
 * A record as a row (Spark's StaxXmlParser): what comes after a value that does not fit is not
 * read. Throws Misfit for an attribute of the record itself.
 */
export function readRecord(
  element: Element,
  schema: StructType,
  context: ConvertContext,
): ReadRecord {
  if (schema.fields.length === 0) return { values: [] };
  const values: Value[] = new Array(schema.fields.length).fill(null);
  const byName = placesOf(schema);
  for (const [name, text] of attributeTexts(element, context.options)) {
    const index = byName.get(name.toLowerCase());
    if (index !== undefined) values[index] = convert(text, schema.fields[index]!.type, context);
  }
  try {
    fillItems(element, { schema, values }, context);
    return { values };
  } catch (thrown) {
    if (thrown instanceof Misfit) return { values, fault: thrown.reason };
    throw thrown;
  }
}

interface Row {
  readonly schema: StructType;
  readonly values: Value[];
}

function fillItems(element: Element, { schema, values }: Row, context: ConvertContext): void {
  const { options } = context;
  const byName = placesOf(schema);
  for (const item of element.items) {
    if (typeof item === "string") {
      if (!isBlank(item)) addText(item, { schema, values }, context);
      continue;
    }
    const index = byName.get(item.name.toLowerCase());
    if (index === undefined) {
      addAny(item, { schema, values }, context);
      continue;
    }
    const { type } = schema.fields[index]!;
    if (type.type === "struct") values[index] = objectOf(item, type, context);
    else if (type.type === "array") {
      const inner = type.elementType;
      const value =
        inner.type === "struct" ? objectOf(item, inner, context) : fieldOf(item, inner, context);
      values[index] = appended(values[index]!, value);
    } else values[index] = fieldOf(item, type, context);
  }

  function addAny(item: Element, row: Row, to: ConvertContext): void {
    const at = row.schema.fields.findIndex(({ name }) => name === options.wildcard);
    const type = row.schema.fields[at]?.type;
    if (type?.type === "string") row.values[at] = fieldOf(item, type, to);
    if (type?.type !== "array" || type.elementType.type !== "string") return;
    row.values[at] = appended(row.values[at]!, fieldOf(item, type.elementType, to));
  }
}

function addText(text: string, { schema, values }: Row, context: ConvertContext): void {
  const index = schema.fields.findIndex(({ name }) => name === context.options.valueTag);
  if (index < 0) return;
  const { type } = schema.fields[index]!;
  if (type.type !== "array") values[index] = convert(text, type, context);
  else values[index] = appended(values[index]!, convert(text, type.elementType, context));
}

/** A list with one more: the same list, which only its record has. */
function appended(list: Value, value: Value): Value {
  if (list === null) return [value];
  (list as Value[]).push(value);
  return list;
}

/** An element as a struct, its attributes among the members. */
function objectOf(element: Element, schema: StructType, context: ConvertContext): Value {
  const values: Value[] = new Array(schema.fields.length).fill(null);
  const byName = placesOf(schema);
  const attributes = attributeTexts(element, context.options).flatMap(([name, text]) => {
    const index = byName.get(name.toLowerCase());
    if (index === undefined) return [];
    return [[index, convert(text, schema.fields[index]!.type, context)] as const];
  });
  fillItems(element, { schema, values }, context);
  for (const [index, value] of attributes) values[index] = value;
  const row: Record<string, Value> = {};
  schema.fields.forEach(({ name }, index) => {
    setMember(row, name, values[index]!);
  });
  return row;
}

/** An element as a value of a type (convertField). */
function fieldOf(element: Element, type: DataType, context: ConvertContext): Value {
  const { options } = context;
  const { items } = element;
  if (items.length === 0) return type.type === "string" && options.nullValue !== "" ? "" : null;
  switch (type.type) {
    case "string":
      return convert(innerText(element), type, context);
    case "map":
      return mapOf(element, type, context);
    case "struct":
      return membersOf(element, type, context);
    case "array":
      return fieldOf(element, type.elementType, context);
    default:
  }
  const present = items.filter((item) => typeof item !== "string" || !isBlank(item));
  const [first] = present;
  if (first === undefined) return null;
  if (present.length === 1 && typeof first === "string") return convert(first, type, context);
  throw new Misfit(`the element ${element.name} has parts and is no ${type.type}`);
}

function membersOf(element: Element, schema: StructType, context: ConvertContext): Value {
  return objectOf({ ...element, attributes: [] }, schema, context);
}

function mapOf(element: Element, type: MapType, context: ConvertContext): Value {
  const { options } = context;
  const pairs = new Map<Value, Value>();
  for (const [name, text] of element.attributes) {
    pairs.set(options.attributePrefix + name, convert(text, type.valueType, context));
  }
  for (const item of element.items) {
    if (typeof item !== "string") pairs.set(item.name, fieldOf(item, type.valueType, context));
    else if (!isBlank(item)) pairs.set(options.valueTag, convert(item, type.valueType, context));
  }
  return pairs;
}
