import { error } from "../../error/error.ts";
import { formatValue } from "../../schema/text.ts";
import type { DataType, StructField } from "../../schema/type.ts";
import {
  type CalendarDate,
  type Decimal,
  floorDiv,
  LocalTimestamp,
  type Timestamp,
  type Value,
} from "../../schema/value.ts";
import { offsetAt, type Zone } from "../../schema/zone.ts";
import { decimalText } from "./line.ts";

/** How rows become XML, with Spark's defaults. */
export interface XmlStyle {
  readonly rowTag: string;
  readonly attributePrefix: string;
  readonly valueTag: string;
  readonly arrayElementName: string;
  /** Absent: nulls are left out. */
  readonly nullValue: string | undefined;
  readonly indent: string;
  /** In which instants are written. */
  readonly zone: Zone;
}

/** A row as an element, indented below the root (Spark's StaxXmlGenerator). */
export function xmlRow(
  values: readonly Value[],
  fields: readonly StructField[],
  style: XmlStyle,
): string {
  const writer = new XmlWriter(style);
  const row = fields.map(({ name, type }, index) => [name, type, values[index] ?? null] as const);
  writer.element(style.rowTag, () => writer.members(row));
  return writer.text;
}

type Member = readonly [name: string, type: DataType, value: Value];

class XmlWriter {
  text = "";
  readonly #style: XmlStyle;
  #depth = 1;
  /** Whether the tag that was begun last is still open for attributes. */
  #open = false;
  /** Whether something other than text came in the element at hand. */
  #nested = false;

  constructor(style: XmlStyle) {
    this.#style = style;
  }

  element(name: string, content: () => void): void {
    this.#close();
    this.#line();
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
    for (const member of members) if (this.#isAttribute(member[0])) this.#attribute(member);
    for (const member of members) if (!this.#isAttribute(member[0])) this.#child(member);
  }

  #isAttribute(name: string): boolean {
    const { attributePrefix, valueTag } = this.#style;
    return name.startsWith(attributePrefix) && name !== valueTag;
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
    for (const item of value as readonly Value[])
      this.#childElement([name, type.elementType, item]);
  }

  #childElement([name, type, value]: Member): void {
    const { nullValue, valueTag } = this.#style;
    if ((value === null || type.type === "void") && nullValue === undefined) return;
    if (name === valueTag) this.#value(type, value);
    else this.element(name, () => this.#value(type, value));
  }

  #value(type: DataType, value: Value): void {
    if (value === null) {
      this.#characters(this.#style.nullValue ?? "");
      return;
    }
    switch (type.type) {
      case "struct": {
        const row = value as { readonly [name: string]: Value };
        this.members(
          type.fields.map((one) => [one.name, one.type, row[one.name] ?? null] as const),
        );
        return;
      }
      case "map":
        this.members(
          [...(value as ReadonlyMap<Value, Value>)].map(
            ([key, item]) => [String(key), type.valueType, item] as const,
          ),
        );
        return;
      case "array":
        for (const item of value as readonly Value[]) {
          this.#child([this.#style.arrayElementName, type.elementType, item]);
        }
        return;
      default:
        this.#characters(valueText(value, type, this.#style.zone));
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

function escapeText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll("]]>", "]]&gt;")
    .replaceAll("\r", "&#xd;");
}

function escapeAttribute(text: string): string {
  return escapeText(text)
    .replaceAll('"', "&quot;")
    .replace(/[\t\n]/g, (char) => `&#x${char.charCodeAt(0).toString(16)};`);
}

/** Spark writes attributes as it holds them: dates as days, instants as microseconds. */
function attributeText(value: Value, type: DataType, name: string): string {
  switch (type.type) {
    case "date":
      return String((value as CalendarDate).days);
    case "timestamp":
    case "timestamp_ntz":
      return String((value as Timestamp | LocalTimestamp).micros);
    case "struct":
    case "array":
    case "map": {
      const known = "columns without parts";
      throw error("UNSUPPORTED_WRITE_OPTION", { option: "attributePrefix", value: name, known });
    }
    default:
      return valueText(value, type, undefined);
  }
}

function valueText(value: Value, type: DataType, zone: Zone | undefined): string {
  switch (type.type) {
    case "decimal":
      return decimalText(value as Decimal);
    case "timestamp":
      return instantText((value as Timestamp).micros, zone);
    case "timestamp_ntz":
      return localText((value as LocalTimestamp).micros);
    default:
      return formatValue(value, type);
  }
}

function instantText(micros: bigint, zone: Zone | undefined): string {
  const offset = zone ? offsetAt(zone, Number(floorDiv(micros, 1_000_000n))) : 0;
  return localText(micros + BigInt(offset) * 1_000_000n) + offsetText(offset);
}

/** `yyyy-MM-dd'T'HH:mm:ss.SSS` */
function localText(micros: bigint): string {
  return new LocalTimestamp(micros).toString().slice(0, -3);
}

function offsetText(seconds: number): string {
  if (seconds === 0) return "Z";
  const minutes = Math.trunc(Math.abs(seconds) / 60);
  const two = (part: number): string => String(part).padStart(2, "0");
  return `${seconds < 0 ? "-" : "+"}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`;
}
