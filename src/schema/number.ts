import type { DecimalType } from "./type.ts";
import { Decimal } from "./value.ts";

/** A double as Spark casts it to a string: Java's `Double.toString` (`1.0E10`, `0.001`, `NaN`). */
export function formatDouble(value: number): string {
  if (!Number.isFinite(value) || value === 0) return special(value);
  const shortest = value.toExponential();
  const single = /^-?\de/.test(shortest);
  // Java shows at least two digits, and takes those nearest to the value: 4.9E-324, not 5.0E-324.
  const precise = single ? value.toExponential(1) : shortest;
  return javaNotation(single && Number(precise) === value ? precise : shortest);
}

/** A float the same way: the fewest digits that give the same 32-bit value. */
export function formatFloat(value: number): string {
  if (!Number.isFinite(value) || value === 0) return special(value);
  let text = value.toExponential(8);
  for (let digits = 1; digits < 8; digits++) {
    const shorter = value.toExponential(digits);
    if (Math.fround(Number(shorter)) !== value) continue;
    text = shorter;
    break;
  }
  return javaNotation(text.replace(/(\.\d*?)0+e/, "$1e"));
}

function special(value: number): string {
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  return String(value);
}

function javaNotation(exponential: string): string {
  const [, sign = "", first = "", rest = "", power = "0"] =
    /^(-?)(\d)\.?(\d*)e([+-]\d+)$/.exec(exponential) ?? [];
  const exponent = Number(power);
  const digits = first + rest.replace(/0+$/, "");
  if (exponent < -3 || exponent > 6) return `${sign}${first}.${digits.slice(1) || "0"}E${exponent}`;
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.padEnd(exponent + 1, "0").slice(0, exponent + 1);
  return `${sign}${whole}.${digits.slice(exponent + 1) || "0"}`;
}

/** More digits than any decimal type can use; a longer exponent is an attack, not a number. */
const MAX_DIGITS = 1_000;

/** An exact decimal from text as Java's `BigDecimal` reads it (`-1.50`, `1e3`), or undefined. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text.trim());
  if (!match) return undefined;
  const [, sign, whole = "", fraction = "", power = "0"] = match;
  const digits = whole + fraction;
  if (digits === "") return undefined;
  const scale = fraction.length - Number(power);
  if (digits.length > MAX_DIGITS || Math.abs(scale) > MAX_DIGITS) return undefined;
  const unscaled = BigInt(digits) * (scale < 0 ? 10n ** BigInt(-scale) : 1n);
  return new Decimal(sign === "-" ? -unscaled : unscaled, Math.max(scale, 0));
}

/** A decimal at the scale of a type, rounded half up; undefined if it needs more precision. */
export function toDecimal(value: Decimal, type: DecimalType): Decimal | undefined {
  const unscaled = rescale(value, type.scale);
  const limit = 10n ** BigInt(type.precision);
  return unscaled < limit && unscaled > -limit ? new Decimal(unscaled, type.scale) : undefined;
}

function rescale({ unscaled, scale }: Decimal, target: number): bigint {
  if (target >= scale) return unscaled * 10n ** BigInt(target - scale);
  const divisor = 10n ** BigInt(scale - target);
  const magnitude = unscaled < 0n ? -unscaled : unscaled;
  const rounded = (magnitude + divisor / 2n) / divisor;
  return unscaled < 0n ? -rounded : rounded;
}

/** As Java's BigDecimal: with an exponent where more than five zeros would follow the point. */
export function formatDecimal(value: Decimal): string {
  const { unscaled, scale } = value;
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString();
  const exponent = digits.length - 1 - scale;
  if (exponent >= -6) return value.toString();
  const rest = digits.length > 1 ? `.${digits.slice(1)}` : "";
  return `${unscaled < 0n ? "-" : ""}${digits[0]}${rest}E${exponent}`;
}
