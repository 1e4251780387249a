import {
  CalendarDate,
  Decimal,
  LocalTimestamp,
  type Row,
  Timestamp,
  type Value,
} from "../../src/index.ts";

/** What JSON has for a value of any kind: the form that canonical.py and the references use. */
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
