import { error } from "../../error/error.ts";
import { formatDataType } from "../../schema/ddl.ts";
import { parseValue } from "../../schema/text.ts";
import { type ArrayType, boolean, type DataType } from "../../schema/type.ts";
import type { Value } from "../../schema/value.ts";
import type { DatabaseColumn, Form, Raw } from "./database.ts";

/** Turns what a driver gives for a column into its value. JDBC_VALUE_INVALID. */
export type Decode = (raw: Raw | null) => Value;

export function decoderOf(
  column: Pick<DatabaseColumn, "name" | "type" | "form" | "size">,
  timeZone: string,
): Decode {
  const { name, type, form, size } = column;
  const decode = (raw: Raw): Value | undefined => decoded(raw, { type, form, size, timeZone });
  return (raw) => {
    if (raw === null) return null;
    const value = decode(raw);
    if (value !== undefined) return value;
    const shown = raw instanceof Uint8Array ? hexOf(raw) : String(raw);
    throw error("JDBC_VALUE_INVALID", { column: name, value: shown, type: formatDataType(type) });
  };
}

interface Wanted {
  readonly type: DataType;
  readonly form: Form | undefined;
  readonly size?: number | undefined;
  readonly timeZone: string;
}

const utf8 = new TextDecoder();

function decoded(raw: Raw, wanted: Wanted): Value | undefined {
  const { type, form, timeZone } = wanted;
  switch (type.type) {
    case "void":
      return null;
    case "binary":
      return bytesOf(raw, wanted);
    case "array":
      return typeof raw === "string" ? listOf(raw, type, { form, timeZone }) : undefined;
    case "long":
      if (typeof raw === "bigint") return raw;
      if (raw instanceof Uint8Array && form === "bits") return bitsOf(raw);
      return parseValue(textOf(raw), type);
    case "double":
      if (typeof raw === "number") return raw;
      return parseValue(textOf(raw), type);
    case "boolean":
      if (raw instanceof Uint8Array && form === "bits") return bitsOf(raw) !== 0n;
      return truthOf(textOf(raw));
    case "string":
      return textOf(raw);
    default:
      return parseValue(timeText(textOf(raw), { type, form, timeZone }), type, timeZone);
  }
}

function textOf(raw: Raw): string {
  return raw instanceof Uint8Array ? utf8.decode(raw) : String(raw);
}

/** A truth, or a number: what is not 0 is true. */
function truthOf(text: string): Value | undefined {
  return /^-?\d+$/.test(text) ? BigInt(text) !== 0n : parseValue(text, boolean);
}

function bytesOf(raw: Raw, { form, size = 0 }: Wanted): Uint8Array {
  if (raw instanceof Uint8Array && form === "bits") {
    const digits = BigInt.asUintN(64, bitsOf(raw)).toString(2).padStart(size, "0");
    return new TextEncoder().encode(digits);
  }
  if (raw instanceof Uint8Array) return new Uint8Array(raw);
  const text = String(raw);
  if (form !== "hex" && form !== "list") return new TextEncoder().encode(text);
  return new Uint8Array(Buffer.from(text.replace(/^\\x/, ""), "hex"));
}

function bitsOf(bytes: Uint8Array): bigint {
  return BigInt.asIntN(64, BigInt(`0x${hexOf(bytes) || "0"}`));
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

/** What Spark makes of Postgres's times without end. */
const infinite = {
  date: { infinity: "9999-12-31", "-infinity": "0001-01-01" },
  time: { infinity: "9999-12-31 23:59:59.999Z", "-infinity": "0001-01-01 00:00:00Z" },
} as const;

export function infinityText(
  text: "infinity" | "-infinity",
  { type }: Pick<DatabaseColumn, "type">,
): string {
  return infinite[type.type === "date" ? "date" : "time"][text];
}

function timeText(text: string, { type, form }: Wanted): string {
  switch (form) {
    case "time":
      return type.type.startsWith("timestamp") ? `1970-01-01 ${text}` : text;
    case "utc":
      return type.type === "timestamp" ? `${text}Z` : text;
    case "year":
      return type.type === "date" ? `${text.padStart(4, "0")}-01-01` : text;
    case "millis":
      if (!/^-?\d{5,}$/.test(text)) return text;
      return new Date(Number(text)).toISOString().replace(/^\+0/, "");
    case "era":
    case "list": {
      if (text === "infinity" || text === "-infinity") return infinityText(text, { type });
      const ancient = /^(\d+)(-.*) BC$/.exec(text);
      if (!ancient) return text;
      // Postgres has no year 0: 1 BC is it.
      const year = Number(ancient[1]) - 1;
      return `${year === 0 ? "" : "-"}${String(year).padStart(4, "0")}${ancient[2]}`;
    }
    default:
      return text;
  }
}

/** An array as Postgres writes it: `{1,NULL,"a\"b",{…}}`, maybe after its bounds (`[0:1]=`). */
function listOf(
  text: string,
  type: ArrayType,
  wanted: Pick<Wanted, "form" | "timeZone">,
): Value | undefined {
  const start = text.indexOf("{");
  if (start < 0) return undefined;
  const cursor = { text, at: start };
  try {
    return listAt(cursor, type, wanted);
  } catch (thrown) {
    if (thrown === malformed) return undefined;
    throw thrown;
  }
}

const malformed = Symbol("malformed");

function listAt(
  cursor: { readonly text: string; at: number },
  { elementType }: ArrayType,
  wanted: Pick<Wanted, "form" | "timeZone">,
): Value[] {
  const { text } = cursor;
  const items: Value[] = [];
  cursor.at += 1;
  if (text[cursor.at] === "}") {
    cursor.at += 1;
    return items;
  }
  for (;;) {
    if (text[cursor.at] === "{") {
      if (elementType.type !== "array") throw malformed;
      items.push(listAt(cursor, elementType, wanted));
    } else items.push(itemAt(cursor, elementType, wanted));
    const mark = text[cursor.at];
    cursor.at += 1;
    if (mark === "}") return items;
    if (mark !== ",") throw malformed;
  }
}

function itemAt(
  cursor: { readonly text: string; at: number },
  type: DataType,
  { timeZone }: Pick<Wanted, "timeZone">,
): Value {
  const rest = /"((?:[^"\\]|\\.)*)"|([^,{}"]*)/sy;
  rest.lastIndex = cursor.at;
  const [whole = "", quoted, plain = ""] = rest.exec(cursor.text) ?? [];
  cursor.at += whole.length;
  if (quoted === undefined && plain === "NULL") return null;
  const item = quoted === undefined ? plain : quoted.replace(/\\(.)/gs, "$1");
  const value = decoded(item, { type, form: "list", timeZone });
  if (value === undefined) throw malformed;
  return value;
}
