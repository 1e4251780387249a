import { assert } from "../error/error.ts";
import type { DataType } from "../schema/type.ts";
import { CalendarDate, Decimal, LocalTimestamp, Timestamp, type Value } from "../schema/value.ts";
import { parseDays, parseMicros } from "./civil-time.ts";
import { escapePartition } from "./path.ts";

/** The folder name of a null partition value. */
export const hiveNull = "__HIVE_DEFAULT_PARTITION__";

/**
 * A partition value as `partitionValues` holds it (PROTOCOL.md#partition-value-serialization). An
 * empty string is null there; timestamps are written in ISO UTC.
 */
export function partitionText(value: Value | undefined, type: DataType): string | null {
  if (value === null || value === undefined || value === "") return null;
  if (value instanceof LocalTimestamp) return trimMicros(value.toString().replace("T", " "));
  if (typeof value === "number") {
    return type.type === "double" || type.type === "float"
      ? javaNumber(value, type.type)
      : String(value);
  }
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  return String(value);
}

/** The typed value of a partition text; text that does not fit the type is null, as in Spark. */
export function partitionValue(text: string | null | undefined, type: DataType): Value {
  if (text === null || text === undefined || text === "") return null;
  switch (type.type) {
    case "string":
      return text;
    case "long":
      return integral(text);
    case "integer":
    case "short":
    case "byte":
      return numeric(text);
    case "float":
    case "double":
      return numeric(text);
    case "boolean":
      return text.toLowerCase() === "true";
    case "decimal":
      return parseDecimal(text, type.scale) ?? null;
    case "date": {
      const days = parseDays(text);
      return days === undefined ? null : new CalendarDate(days);
    }
    case "timestamp": {
      const micros = parseMicros(text);
      return micros === undefined ? null : new Timestamp(micros);
    }
    case "timestamp_ntz": {
      const micros = parseMicros(text);
      return micros === undefined ? null : new LocalTimestamp(micros);
    }
    case "binary":
      return new TextEncoder().encode(text);
    default:
      assert(false, `type ${type.type} cannot partition a table`);
  }
}

function integral(text: string): bigint | null {
  return /^[+-]?\d+$/.test(text.trim()) ? BigInt(text) : null;
}

function numeric(text: string): number | null {
  if (text === "NaN") return Number.NaN;
  const number = Number(text);
  return Number.isNaN(number) ? null : number;
}

/** A decimal text (an exponent is fine) at a scale; undefined if it is none or does not fit. */
export function parseDecimal(text: string, scale: number): Decimal | undefined {
  const found = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text.trim());
  if (found === null || `${found[2]}${found[3] ?? ""}` === "") return undefined;
  const digits = `${found[2]}${found[3] ?? ""}`;
  const shift = scale - (found[3] ?? "").length + Number(found[4] ?? 0);
  let unscaled = BigInt(digits);
  if (shift >= 0) unscaled *= 10n ** BigInt(shift);
  else {
    const divisor = 10n ** BigInt(-shift);
    if (unscaled % divisor !== 0n) return undefined;
    unscaled /= divisor;
  }
  return new Decimal(found[1] === "-" ? -unscaled : unscaled, scale);
}

/** The folders of a partition: `a=1/b=x%3Ay`, not yet encoded as a URI. */
export function partitionFolder(
  columns: readonly { readonly name: string; readonly type: DataType }[],
  values: Readonly<Record<string, Value>>,
): string {
  return columns
    .map(({ name, type }) => {
      const text = folderText(values[name], type);
      return `${escapePartition(name)}=${text === null ? hiveNull : escapePartition(text)}`;
    })
    .join("/");
}

function folderText(value: Value | undefined, type: DataType): string | null {
  if (!(value instanceof Timestamp)) return partitionText(value, type);
  return trimMicros(value.toString().replace("T", " ").replace("Z", ""));
}

/** Without the zeros at the end of the fraction, and without a fraction of zeros. */
function trimMicros(text: string): string {
  return text.replace(/(\.\d*?)0+$/, (_, kept: string) => (kept === "." ? "" : kept));
}

/** A floating number as Java prints it, which is how Spark writes it: `1.0`, `1.0E10`, `0.1`. */
export function javaNumber(value: number, type: "float" | "double"): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const digits = type === "float" ? shortestFloat(value) : String(value);
  const found = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(digits);
  assert(found !== null, `a finite number prints as one: ${digits}`);
  const magnitude = Math.abs(value);
  const all = `${found[2]}${found[3] ?? ""}`;
  const point = (found[2] ?? "").length + Number(found[4] ?? 0);
  const significant = all.replace(/^0+/, "");
  const exponent = point - (all.length - significant.length) - 1;
  const mantissa = significant.replace(/0+$/, "") || "0";
  const sign = found[1] ?? "";
  if (magnitude >= 1e-3 && magnitude < 1e7) return sign + plain(mantissa, exponent);
  return `${sign}${mantissa[0]}.${mantissa.slice(1) || "0"}E${exponent}`;
}

function plain(mantissa: string, exponent: number): string {
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${mantissa}`;
  const padded = mantissa.padEnd(exponent + 1, "0");
  return `${padded.slice(0, exponent + 1)}.${padded.slice(exponent + 1) || "0"}`;
}

function shortestFloat(value: number): string {
  for (let precision = 1; precision < 9; precision++) {
    const text = String(Number(value.toPrecision(precision)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(Number(value.toPrecision(9)));
}
