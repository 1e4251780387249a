import type { XmlOptions } from "./option.ts";

/** An element of a record. Texts that only a comment parts are two. */
export interface Element {
  /** As the options have it: with or without the namespace's prefix. */
  readonly name: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly items: readonly (Element | string)[];
}

/** A record of a file, or what is wrong with it. */
export type Found = Element | { readonly fault: string };

const blank = /^[ \t\r\n]*$/;

export function isBlank(text: string): boolean {
  return blank.test(text);
}

/** Java's String.trim. */
export function trimmed(text: string, { trim }: Pick<XmlOptions, "trim">): string {
  const bare = text.charCodeAt(0) > 0x20 && text.charCodeAt(text.length - 1) > 0x20;
  return trim && !bare ? text.replace(/^[\0-\x20]+|[\0-\x20]+$/g, "") : text;
}

/** The attributes as columns, without those that are excluded. */
export function attributeTexts(
  { attributes }: Element,
  options: XmlOptions,
): readonly (readonly [column: string, text: string | null])[] {
  if (options.excludeAttribute) return [];
  return attributes.map(([name, value]) => {
    const text = trimmed(value, options);
    return [options.attributePrefix + name, text === options.nullValue ? null : text];
  });
}

/** What is within an element, as text with its tags. */
export function innerText({ items }: Element): string {
  return items.map((item) => (typeof item === "string" ? item : outerText(item))).join("");
}

/** An element as text, with its own tags. */
export function outerText(element: Element): string {
  const attributes = element.attributes.map(([name, value]) => ` ${name}="${value}"`).join("");
  return `<${element.name}${attributes}>${innerText(element)}</${element.name}>`;
}
