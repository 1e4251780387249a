import { error } from "../../../error/error.ts";
import { formatBinary } from "../../../schema/binary.ts";
import { decimalText } from "../../../schema/text.ts";
import type { DataType, StructType } from "../../../schema/type.ts";
import { Decimal, LocalTime } from "../../../schema/value.ts";
import { momentOf } from "../text/moment.ts";
import { type PatternToken, patternTokens } from "../text/pattern-token.ts";
import { writeTokens } from "../text/pattern-write.ts";
import { checkAttribute, checkName, isAttribute, type XmlStyle } from "./style.ts";

/**
 * A value as SQL hands it over: members by place, entries of maps as pairs; of what has no parts a
 * text, of dates their days, of times their microseconds, of bytes their digits.
 */
export type Plain = string | null | readonly Plain[];

/**
 * Makes the writer of rows as elements, in the depth that they are to have (Spark's
 * StaxXmlGenerator). Each ends with a line end where nothing is indented.
 */
export function xmlWriter(
  { fields }: StructType,
  style: XmlStyle,
  depth: number,
): (row: readonly Plain[]) => string {
  const forms = formsOf(style);
  return (row) => {
    const writer = new XmlWriter(style, forms, depth);
    const members = fields.map(({ name, type }, at) => [name, type, row[at] ?? null] as const);
    writer.element(style.rowTag, () => writer.members(members));
    return style.indent === "" ? `${writer.text}\n` : writer.text;
  };
}

type Member = readonly [name: string, type: DataType, value: Plain];

class XmlWriter {
  text = "";
  readonly #style: XmlStyle;
  readonly #forms: Forms;
  #depth: number;
  /** Whether the tag that was begun last is still open for attributes. */
  #open = false;
  /** Whether something other than text came in the element at hand. */
  #nested = false;

  constructor(style: XmlStyle, forms: Forms, depth: number) {
    this.#style = style;
    this.#forms = forms;
    this.#depth = depth;
  }

  element(name: string, content: () => void): void {
    this.#close();
    if (this.#depth > 0) this.#line();
    this.text += `<${name}`;
    this.#open = true;
    this.#nested = false;
    this.#depth++;
    content();
    this.#depth--;
    if (this.#open) this.text += "/>";
    else {
      if (this.#nested) this.#line();
      this.text += `</${name}>`;
    }
    this.#open = false;
    this.#nested = true;
  }

  /** Attributes come before the elements. */
  members(members: readonly Member[]): void {
    for (const member of members) if (this.#isAttribute(member)) this.#attribute(member);
    for (const member of members) if (!this.#isAttribute(member)) this.#child(member);
  }

  #isAttribute([name]: Member): boolean {
    return isAttribute(name, this.#style);
  }

  #attribute([name, type, value]: Member): void {
    const text = value === null ? this.#style.nullValue : attributeText(value, type, name);
    if (text === undefined) return;
    const own = name.slice(this.#style.attributePrefix.length);
    this.text += ` ${own}="${escapeAttribute(text)}"`;
  }

  #child([name, type, value]: Member): void {
    if (type.type !== "array" || value === null) {
      this.#childElement([name, type, value]);
      return;
    }
    for (const item of partsOf(value)) this.#childElement([name, type.elementType, item]);
  }

  #childElement([name, type, value]: Member): void {
    const { nullValue, valueTag } = this.#style;
    if (value === null && nullValue === undefined) return;
    if (name === valueTag) this.#value(type, value);
    else this.element(name, () => this.#value(type, value));
  }

  #value(type: DataType, value: Plain): void {
    if (value === null) {
      this.#characters(this.#style.nullValue ?? "");
      return;
    }
    switch (type.type) {
      case "struct": {
        const parts = partsOf(value);
        this.members(
          type.fields.map((one, at) => [one.name, one.type, parts[at] ?? null] as const),
        );
        return;
      }
      case "map":
        this.members(
          partsOf(value).map((entry) => {
            const [key, item = null] = partsOf(entry);
            const isLeftOut = item === null && this.#style.nullValue === undefined;
            if (!isLeftOut) checkName(String(key), this.#style);
            return [String(key), type.valueType, item] as const;
          }),
        );
        return;
      case "array":
        for (const item of partsOf(value)) {
          this.#child([this.#style.arrayElementName, type.elementType, item]);
        }
        return;
      default:
        this.#characters(this.#forms(value as string, type));
    }
  }

  #characters(text: string): void {
    this.#close();
    this.text += escapeText(text);
  }

  #close(): void {
    if (this.#open) this.text += ">";
    this.#open = false;
  }

  #line(): void {
    const { indent } = this.#style;
    if (indent !== "") this.text += `\n${indent.repeat(this.#depth)}`;
  }
}

function partsOf(value: Plain): readonly Plain[] {
  return value as readonly Plain[];
}

function escapeText(text: string): string {
  return escaped(text)
    .replaceAll("]]>", "]]&gt;")
    .replace(/[\x7f-\x9f]/g, reference);
}

function escapeAttribute(text: string): string {
  return escaped(text)
    .replaceAll('"', "&quot;")
    .replace(/[\t\n]/g, reference);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no form of these
const noXml = /[\0-\x08\x0b\x0c\x0e-\x1f]/;

function escaped(text: string): string {
  const bad = noXml.exec(text)?.[0];
  if (bad !== undefined) throw error("XML_CHARACTER_NOT_ALLOWED", { character: reference(bad) });
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replace(/[\r\ufffe\uffff]/g, reference);
}

function reference(character: string): string {
  return `&#x${character.charCodeAt(0).toString(16)};`;
}

/** Spark writes attributes as it holds them: dates as days, instants as microseconds. */
function attributeText(value: Plain, type: DataType, name: string): string {
  checkAttribute(type, name);
  const text = value as string;
  if (type.type === "time") return `${BigInt(text) * 1000n}`;
  return type.type === "decimal" ? decimalOf(text) : text;
}

function decimalOf(text: string): string {
  const [whole = "", fraction = ""] = text.split(".");
  return decimalText(new Decimal(BigInt(whole + fraction), fraction.length));
}

/** The text of a value that has no parts. */
type Forms = (text: string, type: DataType) => string;

function formsOf(style: XmlStyle): Forms {
  const date = timeForm(style.dateFormat, "UTC");
  const timestamp = timeForm(style.timestampFormat, style.timeZone);
  const local = timeForm(style.timestampNtzFormat, "UTC");
  const time = style.timeFormat === undefined ? undefined : timeForm(style.timeFormat, "UTC");
  return (text, { type }) => {
    switch (type) {
      case "decimal":
        return decimalOf(text);
      case "date":
        return date(BigInt(text) * 86_400_000_000n);
      case "timestamp":
        return timestamp(BigInt(text));
      case "timestamp_ntz":
        return local(BigInt(text));
      case "time":
        return time ? time(BigInt(text)) : new LocalTime(BigInt(text)).toString();
      case "binary":
        return formatBinary(Buffer.from(text, "hex"), style.binaryStyle);
      default:
        return text;
    }
  };
}

/** Writes microseconds by a pattern, which is looked at when the first come: none may. */
function timeForm(pattern: string, timeZone: string): (micros: bigint) => string {
  let tokens: readonly PatternToken[] | undefined;
  return (micros) => {
    tokens ??= patternTokens(pattern, { parsing: false });
    return writeTokens(tokens, momentOf(micros, timeZone));
  };
}
