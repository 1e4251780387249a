import type { InputFile } from "../../../plan/input.ts";
import { findField } from "../../../schema/compare.ts";
import type { StructType } from "../../../schema/type.ts";
import { rescueEnd } from "../text/malformed.ts";
import type { TextOptions } from "../text/option.ts";
import { type ConvertContext, readRecord } from "./convert.ts";
import { attributeTexts, type Element, innerText, isBlank, trimmed } from "./element.ts";
import { Misfit } from "./value.ts";

/** A record without what its schema has no place for, and that as JSON. */
export interface Rescued {
  readonly element: Element;
  /** Undefined where nothing is left over. */
  json(file: InputFile, options: TextOptions): string | undefined;
}

/** Takes out of a record the fields that are unknown and the values that do not fit. */
export function rescued(element: Element, schema: StructType, how: ConvertContext): Rescued {
  const { kept, left } = split(element, schema, how);
  return {
    element: kept,
    json: (file, options) =>
      left.size === 0 ? undefined : `{${members(left)}${rescueEnd(file, options)}`,
  };
}

interface Split {
  readonly kept: Element;
  /** What has no place, by its column: JSON of the record's own shape. */
  readonly left: ReadonlyMap<string, string>;
}

function split(element: Element, schema: StructType, how: ConvertContext): Split {
  const left = new Map<string, string>();
  const leave = (name: string, json: string): void => {
    const known = left.get(name);
    left.set(name, known === undefined ? json : joined(known, json));
  };
  const { attributePrefix } = how.options;
  const texts = new Map(attributeTexts(element, how.options));
  const attributes = element.attributes.filter(([name, value]) => {
    const alone = { name: element.name, attributes: [[name, value] as const], items: [] };
    if (fits(alone, attributePrefix + name, schema, how)) return true;
    if (texts.has(attributePrefix + name)) left.set(attributePrefix + name, JSON.stringify(value));
    return false;
  });
  const items = element.items.flatMap((item): (Element | string)[] => {
    if (typeof item === "string") return [item];
    const within = structOf(schema, item.name);
    const inner = within && split(item, within, how);
    const part = inner?.kept ?? item;
    const alone = { name: element.name, attributes: [], items: [part] };
    if (!fits(alone, item.name, schema, how)) {
      leave(item.name, jsonOf(item, how));
      return [];
    }
    if (inner && inner.left.size > 0) leave(item.name, `{${members(inner.left)}}`);
    return [part];
  });
  return { kept: { ...element, attributes, items }, left };
}

/** The struct that a column, or each element of it, is; undefined of any other. */
function structOf(schema: StructType, name: string): StructType | undefined {
  const type = findField(schema, name)?.type;
  const own = type?.type === "array" ? type.elementType : type;
  return own?.type === "struct" ? own : undefined;
}

function members(left: ReadonlyMap<string, string>): string {
  return [...left].map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(",");
}

function joined(list: string, json: string): string {
  return list.startsWith("[") ? `${list.slice(0, -1)},${json}]` : `[${list},${json}]`;
}

/** Whether the schema has a column of the name that can hold the record's only part. */
function fits(alone: Element, name: string, schema: StructType, how: ConvertContext): boolean {
  if (!schema.fields.some((field) => field.name.toLowerCase() === name.toLowerCase())) return false;
  try {
    return readRecord(alone, schema, how).fault === undefined;
  } catch (thrown) {
    if (thrown instanceof Misfit) return false;
    throw thrown;
  }
}

/** An element as JSON: a text, or an object of its attributes and parts. */
function jsonOf(element: Element, how: ConvertContext): string {
  const { options } = how;
  const attributes = attributeTexts(element, options);
  const parts = element.items.filter((item): item is Element => typeof item !== "string");
  if (attributes.length === 0 && parts.length === 0) {
    return JSON.stringify(trimmed(innerText(element), options));
  }
  const members = new Map<string, string[]>();
  const add = (name: string, json: string): void => {
    members.set(name, [...(members.get(name) ?? []), json]);
  };
  for (const [name, text] of attributes) add(name, JSON.stringify(text));
  for (const item of element.items) {
    if (typeof item !== "string") add(item.name, jsonOf(item, how));
    else if (!isBlank(item)) add(options.valueTag, JSON.stringify(trimmed(item, options)));
  }
  const texts = [...members].map(
    ([name, list]) =>
      `${JSON.stringify(name)}:${list.length === 1 ? list[0] : `[${list.join(",")}]`}`,
  );
  return `{${texts.join(",")}}`;
}
