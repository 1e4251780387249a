import { error } from "../error/error.ts";
import type { Literal } from "../plan/expression.ts";
import { byte, decimal, double, float, integer, long, short } from "../schema/type.ts";
import { Decimal } from "../schema/value.ts";

const maxPrecision = 38;

/** The literal a number's text stands for; its suffix, its size and its point decide the type. */
export function numberLiteral(text: string, negative = false): Literal {
  const upper = text.toUpperCase();
  const sign = negative ? "-" : "";
  if (upper.endsWith("BD")) return decimalLiteral(sign + text.slice(0, -2));
  const suffix = upper.at(-1) ?? "";
  const body = sign + text.slice(0, -1);
  if (suffix === "L") return integral(body, { type: long, name: "bigint", bits: 64 });
  if (suffix === "S") return integral(body, { type: short, name: "smallint", bits: 16 });
  if (suffix === "Y") return integral(body, { type: byte, name: "tinyint", bits: 8 });
  if (suffix === "F")
    return { kind: "literal", value: Math.fround(real(body, "float")), type: float };
  if (suffix === "D") return { kind: "literal", value: real(body, "double"), type: double };
  const whole = sign + text;
  if (upper.includes("E")) return { kind: "literal", value: real(whole, "double"), type: double };
  if (text.includes(".")) return decimalLiteral(whole);
  return plainInteger(whole);
}

/** INT if it fits, else BIGINT, else DECIMAL. */
function plainInteger(text: string): Literal {
  const value = BigInt(text);
  if (BigInt.asIntN(32, value) === value) {
    return { kind: "literal", value: Number(value), type: integer };
  }
  if (BigInt.asIntN(64, value) === value) return { kind: "literal", value, type: long };
  return decimalLiteral(text);
}

function integral(
  text: string,
  target: { type: Literal["type"]; name: string; bits: number },
): Literal {
  const value = BigInt(text);
  if (BigInt.asIntN(target.bits, value) !== value) {
    const limit = 2n ** BigInt(target.bits - 1);
    throw error("INVALID_NUMERIC_LITERAL_RANGE", {
      rawStrippedQualifier: text,
      typeName: target.name,
      minValue: -limit,
      maxValue: limit - 1n,
    });
  }
  return { kind: "literal", value: target.bits === 64 ? value : Number(value), type: target.type };
}

const largest = { float: "3.4028234663852886E+38", double: "1.7976931348623157E+308" } as const;

/** A floating number within the range of its type: a literal is never infinite. */
function real(text: string, typeName: "float" | "double"): number {
  const value = Number(text);
  const maxValue = largest[typeName];
  if (Math.abs(value) <= Number(maxValue)) return value;
  throw error("INVALID_NUMERIC_LITERAL_RANGE", {
    rawStrippedQualifier: text,
    typeName,
    minValue: `-${maxValue}`,
    maxValue,
  });
}

/** Digits as they stand: `1.0` is DECIMAL(2,1), `1E3BD` is DECIMAL(4,0). */
function decimalLiteral(text: string): Literal {
  const parts = /^(-?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text);
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = parts ?? [];
  const digits = BigInt(`${whole}${fraction}` || "0");
  const places = fraction.length - Number(exponent);
  const precisionOf = (unscaled: bigint): number => unscaled.toString().length;
  // The check stands before the power: an exponent may ask for a number of any length.
  const wanted = places < 0 ? precisionOf(digits) - places : Math.max(precisionOf(digits), places);
  if (wanted > maxPrecision) {
    throw error("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", { precision: wanted, maxPrecision });
  }
  const scale = Math.max(places, 0);
  const magnitude = places < 0 ? digits * 10n ** BigInt(-places) : digits;
  const unscaled = sign === "-" ? -magnitude : magnitude;
  const precision = Math.max(precisionOf(magnitude), scale);
  return { kind: "literal", value: new Decimal(unscaled, scale), type: decimal(precision, scale) };
}
