import { error } from "../../../error/error.ts";
import type { Operation } from "./operation.ts";

const unsignedMax = 2n ** 64n - 1n;

/** The digit's value in any base up to 36, or -1. */
function digitOf(character: string): number {
  return /^[0-9a-z]$/i.test(character) ? Number.parseInt(character, 36) : -1;
}

/**
 * A number's text in another base, through 64 bits: unsigned to a base above 0, signed to one
 * below. Digits count up to the first that is none.
 */
function conv(given: string, from: number, to: number, ansi: boolean): string | null {
  const text = given.replace(/^ +| +$/g, "");
  const base = Math.abs(to);
  if (from < 2 || from > 36 || base < 2 || base > 36 || text === "") return null;
  const negative = text.startsWith("-");
  let value = 0n;
  for (const character of negative ? text.slice(1) : text) {
    const digit = digitOf(character);
    if (digit < 0 || digit >= from) break;
    value = value * BigInt(from) + BigInt(digit);
    if (value > unsignedMax) {
      if (ansi) throw error("ARITHMETIC_OVERFLOW", { reason: "Overflow in function conv()" });
      value = unsignedMax;
      break;
    }
  }
  if (to > 0) {
    const signed = BigInt.asIntN(64, value);
    const bits = !negative ? value : signed < 0n ? unsignedMax : BigInt.asUintN(64, -signed);
    return bits.toString(base).toUpperCase();
  }
  const signed = BigInt.asIntN(64, value);
  const [minus, bits] =
    signed < 0n ? [true, BigInt.asUintN(64, -signed)] : [negative, BigInt.asUintN(64, signed)];
  return `${minus ? "-" : ""}${bits.toString(base).toUpperCase()}`;
}

/** A number as a fraction of whole numbers, exactly. */
interface Fraction {
  readonly negative: boolean;
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** The fraction of a double, bit by bit. */
function binaryFraction(value: number): Fraction {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const mantissa = (bits & (2n ** 52n - 1n)) | (exponent === 0 ? 0n : 2n ** 52n);
  const shift = (exponent === 0 ? 1 : exponent) - 1075;
  return {
    negative: bits >> 63n === 1n,
    numerator: shift > 0 ? mantissa << BigInt(shift) : mantissa,
    denominator: shift > 0 ? 1n : 1n << BigInt(-shift),
  };
}

function decimalFraction(text: string): Fraction {
  const [whole = "", fraction = ""] = text.replace("-", "").split(".");
  const numerator = BigInt(`${whole}${fraction}` || "0");
  return {
    negative: text.startsWith("-") && numerator !== 0n,
    numerator,
    denominator: 10n ** BigInt(fraction.length),
  };
}

/** `#,##0.00` with so many places: the exact value, halves to even, as Java's DecimalFormat. */
function grouped({ negative, numerator, denominator }: Fraction, places: number): string {
  const scaled = numerator * 10n ** BigInt(places);
  const [quotient, rest] = [scaled / denominator, (scaled % denominator) * 2n];
  const up = rest > denominator || (rest === denominator && quotient % 2n === 1n);
  const digits = String(up ? quotient + 1n : quotient).padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places).replace(/\B(?=(\d{3})+$)/g, ",");
  const fraction = places === 0 ? "" : `.${digits.slice(digits.length - places)}`;
  return `${negative ? "-" : ""}${whole}${fraction}`;
}

function formatNumber(text: string, kind: string, places: number): string | null {
  if (places < 0) return null;
  if (kind !== "real") return grouped(decimalFraction(text), places);
  const value = Number(text.replace(/inf(inity)?/i, "Infinity"));
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  return grouped(binaryFraction(value), places);
}

/** Functions of numbers in bases and groups of digits. */
export const numberOperations: Readonly<Record<string, Operation>> = {
  conv: ([text = "", from, to, mode]) => conv(text, Number(from), Number(to), mode === "ansi"),
  format_number: ([text = "", kind = "", places]) => formatNumber(text, kind, Number(places)),
};
