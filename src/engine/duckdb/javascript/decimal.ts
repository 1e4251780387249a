import { formatDecimal } from "../../../schema/number.ts";
import { Decimal } from "../../../schema/value.ts";
import { parseBigDecimal } from "../text/decimal.ts";

interface Exact {
  readonly unscaled: bigint;
  readonly scale: number;
}

function read(text: string | undefined): Exact {
  const value = parseBigDecimal(text ?? "");
  if (value === undefined) throw new Error(`Assertion failed: ${text} is no decimal`);
  return value.scale < 0
    ? { unscaled: value.unscaled * 10n ** BigInt(-value.scale), scale: 0 }
    : value;
}

function aligned(a: Exact, b: Exact): { left: bigint; right: bigint; scale: number } {
  const scale = Math.max(a.scale, b.scale);
  const up = (value: Exact): bigint => value.unscaled * 10n ** BigInt(scale - value.scale);
  return { left: up(a), right: up(b), scale };
}

const show = (unscaled: bigint, scale: number): string => new Decimal(unscaled, scale).toString();

/** The quotient with `digits` digits after the point, rounded half up. */
function divide(a: Exact, b: Exact, digits: number): bigint {
  const shift = digits + b.scale - a.scale;
  const up = shift > 0 ? 10n ** BigInt(shift) : 1n;
  const down = shift < 0 ? 10n ** BigInt(-shift) : 1n;
  const dividend = a.unscaled * up;
  const divisor = b.unscaled * down;
  const negative = dividend < 0n !== divisor < 0n;
  const [x, y] = [dividend < 0n ? -dividend : dividend, divisor < 0n ? -divisor : divisor];
  const rounded = (x * 2n + y) / (y * 2n);
  return negative ? -rounded : rounded;
}

/** With `digits` after the point (below 0: before it), a half to the even neighbour. */
function roundEven({ unscaled, scale }: Exact, digits: number): Exact {
  if (scale <= digits) return { unscaled, scale };
  const step = 10n ** BigInt(scale - digits);
  const whole = unscaled < 0n ? -unscaled : unscaled;
  const [quotient, rest] = [whole / step, (whole % step) * 2n];
  const up = rest > step || (rest === step && quotient % 2n === 1n);
  const kept = (up ? quotient + 1n : quotient) * 10n ** BigInt(Math.max(0, -digits));
  return { unscaled: unscaled < 0n ? -kept : kept, scale: Math.max(0, digits) };
}

/** Zeros after the point beyond which a number is none of 38 digits. */
const plainScale = 100;

/** Decimal arithmetic whose exact result does not fit DuckDB's 38 digits. */
export const decimalOperations = {
  add: ([a, b]: readonly string[]): string => {
    const { left, right, scale } = aligned(read(a), read(b));
    return show(left + right, scale);
  },
  subtract: ([a, b]: readonly string[]): string => {
    const { left, right, scale } = aligned(read(a), read(b));
    return show(left - right, scale);
  },
  multiply: ([a, b]: readonly string[]): string => {
    const [left, right] = [read(a), read(b)];
    return show(left.unscaled * right.unscaled, left.scale + right.scale);
  },
  plain_number: ([a = ""]: readonly string[]): string => {
    const value = parseBigDecimal(a);
    if (value === undefined) return a;
    const { unscaled, scale } = value;
    return scale > plainScale + String(unscaled).length ? "0" : show(unscaled, scale);
  },
  negate: ([a, digits]: readonly string[]): string => {
    const { unscaled, scale } = read(a);
    const count = String(unscaled < 0n ? -unscaled : unscaled).length;
    const kept = roundEven({ unscaled, scale }, scale - Math.max(0, count - Number(digits)));
    return show(-kept.unscaled, kept.scale);
  },
  divide: ([a, b, digits]: readonly string[]): string | null => {
    const divisor = read(b);
    if (divisor.unscaled === 0n) return null;
    return show(divide(read(a), divisor, Number(digits)), Number(digits));
  },
  round_even: ([a, digits]: readonly string[]): string => {
    const { unscaled, scale } = roundEven(read(a), Number(digits));
    return show(unscaled, scale);
  },
  decimal_text: ([value]: readonly string[]): string => {
    const { unscaled, scale } = read(value);
    return formatDecimal(new Decimal(unscaled, scale));
  },
  quotient_bits: ([a, b]: readonly string[]): string | null => {
    const { left, right } = aligned(read(a), read(b));
    return right === 0n ? null : String(BigInt.asIntN(64, left / right));
  },
  quotient: ([a, b]: readonly string[]): string | null => {
    const { left, right } = aligned(read(a), read(b));
    return right === 0n ? null : String(left / right);
  },
} as const;
