import { createHash } from "node:crypto";
import {
  CalendarDate,
  Decimal,
  LocalTimestamp,
  type Row,
  Timestamp,
  type Value,
  VariantVal,
} from "../../src/index.ts";
import type { DataType, StructType } from "../../src/schema/type.ts";
import { type Meaning, meaningOf } from "./variant.ts";

/**
 * What JSON has for a value of any kind. Two forms are in use: that of the references and of
 * canonical.py (`canonical`), and that of tables written by others (`typed`, by the type).
 */
export type Canonical =
  | null
  | boolean
  | number
  | string
  | readonly Canonical[]
  | { readonly [name: string]: Canonical };

/** A value as JSON that keeps its kind: 64-bit integers past 2^53, NaN and -0.0 are text. */
function canonical(value: Value): Canonical {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return String(value);
    return Object.is(value, -0) ? "-0.0" : value;
  }
  if (typeof value === "bigint") {
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (
    value instanceof Decimal ||
    value instanceof CalendarDate ||
    value instanceof Timestamp ||
    value instanceof LocalTimestamp
  ) {
    return value.toString();
  }
  if (value instanceof VariantVal) return JSON.parse(value.toString()) as Canonical;
  if (value instanceof Map) {
    const pairs = [...value].map(([key, item]) => [canonical(key), canonical(item)]);
    return pairs.sort(byText);
  }
  if (Array.isArray(value)) return value.map((item: Value) => canonical(item));
  const members = Object.entries(value as { readonly [name: string]: Value });
  return Object.fromEntries(members.map(([name, item]) => [name, canonical(item)]));
}

/** Rows as text, in the order of their text: what two systems must agree on. */
export function rowTexts(rows: readonly Row[]): string[] {
  return sorted(rows.map((row) => canonical(row)));
}

/** The same of rows that are canonical already. */
export function sorted(rows: readonly Canonical[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}

function byText(left: Canonical, right: Canonical): number {
  const [a, b] = [JSON.stringify(left), JSON.stringify(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * A value in the form that keeps its type: floats are text as Python writes doubles, 64-bit
 * integers are bigints (`print` gives all their digits), the keys of objects are sorted.
 */
export type Typed =
  | null
  | boolean
  | number
  | bigint
  | string
  | Meaning
  | readonly Typed[]
  | { readonly [name: string]: Typed };

/** What a variant says (the default), or the two binaries it is stored in. */
type Variants = "meaning" | "binaries";

export function typed(value: Value, type: DataType, variants: Variants = "meaning"): Typed {
  if (value === null || value === undefined) return null;
  switch (type.type) {
    case "float":
    case "double":
      return doubleText(value as number);
    case "array":
      return (value as readonly Value[]).map((item) => typed(item, type.elementType, variants));
    case "map": {
      const entries = [...(value as ReadonlyMap<Value, Value>)].map(
        ([key, item]) => [typed(key, type.keyType), typed(item, type.valueType, variants)] as const,
      );
      return entries.sort(([a], [b]) => byBytes(print(a), print(b)));
    }
    case "struct":
      return typedRow(
        type.fields.map((field) => (value as { readonly [name: string]: Value })[field.name]!),
        type,
        variants,
      );
    case "variant":
      return variants === "meaning" ? meaningOf(value) : binariesOf(value as VariantVal);
    case "long":
      return value as bigint;
    default:
      return canonical(value) as Typed;
  }
}

/** A row's values by name. */
function typedRow(
  values: readonly Value[],
  { fields }: StructType,
  variants: Variants = "meaning",
): Typed {
  const members = fields.map(({ name, type }, index) => [
    name,
    typed(values[index]!, type, variants),
  ]);
  return Object.fromEntries(members.sort(([a], [b]) => byBytes(String(a), String(b))));
}

function binariesOf({ metadata, value }: VariantVal): Typed {
  return { metadata: canonical(metadata) as Typed, value: canonical(value) as Typed };
}

/** The JSON text of a value: keys as they are, no blanks. */
export function print(value: Typed): string {
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return `[${value.map(print).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, item]) => [JSON.stringify(key), print(item)]);
  return `{${members.map((member) => member.join(":")).join(",")}}`;
}

/** Rows as text, by the order of their bytes. */
export function typedTexts(
  rows: readonly (readonly Value[])[],
  schema: StructType,
  variants: Variants = "meaning",
): string[] {
  return rows.map((row) => print(typedRow(row, schema, variants))).sort(byBytes);
}

/** What stands for all rows of a table: SHA-256 over each text and a line's end. */
export function digestOf(texts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${text}\n`);
  return hash.digest("hex");
}

/** As Python's `repr` writes a double: `1.0`, `1e+16`, `1e-05`, `nan`. */
function doubleText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [digits = "", power = "0"] = value.toExponential().split("e");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${digits}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  if (exponent >= 0) return Number.isInteger(value) ? `${BigInt(value)}.0` : String(value);
  return value.toFixed(Math.max(1, digits.replace(/[-.]/g, "").length - 1 - exponent));
}

/** By UTF-8 bytes, which for text is the order of its code points. */
export function byBytes(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let at = 0; at < end; at++) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (x === y) continue;
    const [high, low] = [isSurrogate(x), isSurrogate(y)];
    return high === low ? x - y : high ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
