import type { DecimalType } from "../../../schema/type.ts";
import { Decimal } from "../../../schema/value.ts";

/** An exponent beyond this is refused before any digits are made of it. */
const EXPONENT_LIMIT = 10_000;

export interface BigDecimal {
  readonly unscaled: bigint;
  readonly scale: number; // may be negative
}

/** The exact value of a number's text as Java's BigDecimal reads it, or undefined. */
export function parseBigDecimal(text: string): BigDecimal | undefined {
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/.exec(text);
  if (parts === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = parts;
  if (whole === "" && fraction === "") return undefined;
  const digits = BigInt(whole + fraction);
  return {
    unscaled: sign === "-" ? -digits : digits,
    scale: fraction.length - Number(exponent),
  };
}

/** The same of a text a person wrote: commas are taken out, as Spark does for en-US. */
export function parseGrouped(text: string): BigDecimal | undefined {
  return parseBigDecimal(text.includes(",") ? text.replaceAll(",", "") : text);
}

/** Rounds half up to the type's scale; undefined if the digits are too many for it. */
export function toDecimal(value: BigDecimal, type: DecimalType): Decimal | undefined {
  if (value.unscaled === 0n) return new Decimal(0n, type.scale);
  const shift = type.scale - value.scale;
  if (Math.abs(shift) > EXPONENT_LIMIT) {
    return shift < 0 ? new Decimal(0n, type.scale) : undefined;
  }
  let unscaled: bigint;
  if (shift >= 0) unscaled = value.unscaled * 10n ** BigInt(shift);
  else {
    const divisor = 10n ** BigInt(-shift);
    const size = value.unscaled < 0n ? -value.unscaled : value.unscaled;
    const rounded = (size + divisor / 2n) / divisor;
    unscaled = value.unscaled < 0n ? -rounded : rounded;
  }
  const limit = 10n ** BigInt(type.precision);
  return unscaled < limit && unscaled > -limit ? new Decimal(unscaled, type.scale) : undefined;
}

/** The number of digits of the unscaled value. */
export function precisionOf(value: BigDecimal): number {
  const text = value.unscaled.toString();
  return text.startsWith("-") ? text.length - 1 : text.length;
}
