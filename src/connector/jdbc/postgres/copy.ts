import { StringDecoder } from "node:string_decoder";
import type { Chunk } from "../../../engine/engine.ts";
import type { DataType } from "../../../schema/type.ts";
import { CalendarDate, LocalTimestamp, Timestamp, type Value } from "../../../schema/value.ts";

/** The text that one chunk of rows is in COPY's text format, for columns of these types. */
export function copyText({ rows, columns }: Chunk, types: readonly DataType[]): string {
  const lines: string[] = [];
  for (let row = 0; row < rows; row += 1) {
    const fields = types.map((type, at) => {
      const value = columns[at]?.[row] ?? null;
      return value === null ? "\\N" : escaped(valueText(value, type));
    });
    lines.push(fields.join("\t"));
  }
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

const escapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
};

function escaped(text: string): string {
  return /[\\\t\n\r]/.test(text) ? text.replace(/[\\\t\n\r]/g, (mark) => escapes[mark]!) : text;
}

/** A value as Postgres reads it from text. */
function valueText(value: Value, type: DataType): string {
  if (value instanceof Uint8Array) {
    return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}`;
  }
  if (value instanceof CalendarDate || value instanceof Timestamp) return anyYear(value.toString());
  if (value instanceof LocalTimestamp) return anyYear(value.toString());
  if (type.type === "array") return listText(value as readonly Value[], type.elementType);
  return String(value);
}

/** Postgres has no signs before years, and no year 0: that is 1 BC. */
function anyYear(text: string): string {
  const match = /^([+-]?)(\d{4,})(.*)$/.exec(text);
  const [, sign = "", digits = "", rest = ""] = match ?? [];
  if (sign !== "-" && digits !== "0000") return `${digits}${rest}`;
  return `${String(Number(digits) + 1).padStart(4, "0")}${rest} BC`;
}

function listText(items: readonly Value[], type: DataType): string {
  const texts = items.map((item) => {
    if (item === null) return "NULL";
    if (type.type === "array") return listText(item as readonly Value[], type.elementType);
    return `"${valueText(item, type).replace(/["\\]/g, "\\$&")}"`;
  });
  return `{${texts.join(",")}}`;
}

const marks: Readonly<Record<string, string>> = {
  ...{ b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" },
};

/** The fields of the lines that COPY gives, as its bytes come: null, or text. */
export class CopyReader {
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";

  /** The rows that are whole with these bytes. */
  push(bytes: Uint8Array): (string | null)[][] {
    const lines = (this.#rest + this.#decoder.write(Buffer.from(bytes))).split("\n");
    this.#rest = lines.pop() ?? "";
    return lines.map(fieldsOf);
  }
}

function fieldsOf(line: string): (string | null)[] {
  return line.split("\t").map((field) => {
    if (!field.includes("\\")) return field;
    if (field === "\\N") return null;
    return field.replace(/\\(.)/gs, (_, mark: string) => marks[mark] ?? mark);
  });
}
