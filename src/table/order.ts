import { CalendarDate, Decimal, LocalTimestamp, Timestamp, type Value } from "../schema/value.ts";

/**
 * The order of two values as Spark sorts them: numbers exactly whatever their types, NaN last,
 * strings by their UTF-8 bytes. Undefined where the two cannot be compared here.
 */
export function compareValues(left: Value, right: Value): number | undefined {
  if (typeof left === "string" && typeof right === "string") return compareUtf8(left, right);
  if (typeof left === "boolean" && typeof right === "boolean") return Number(left) - Number(right);
  if (left instanceof CalendarDate && right instanceof CalendarDate) return left.days - right.days;
  const instants =
    (left instanceof Timestamp && right instanceof Timestamp) ||
    (left instanceof LocalTimestamp && right instanceof LocalTimestamp);
  if (instants) return sign(left.micros, right.micros);
  if (left instanceof Decimal || right instanceof Decimal) return compareDecimals(left, right);
  if (isNumber(left) && isNumber(right)) {
    if (Number.isNaN(left) || Number.isNaN(right)) {
      return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
    }
    return sign(left, right);
  }
  return undefined;
}

function isNumber(value: Value): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function sign(left: number | bigint, right: number | bigint): number {
  if (left < right) return -1;
  return left > right ? 1 : 0;
}

function compareDecimals(left: Value, right: Value): number | undefined {
  const one = exact(left);
  const other = exact(right);
  if (one === undefined || other === undefined) return undefined;
  const scale = Math.max(one.scale, other.scale);
  const raise = (value: Decimal): bigint => value.unscaled * 10n ** BigInt(scale - value.scale);
  return sign(raise(one), raise(other));
}

function exact(value: Value): Decimal | undefined {
  if (value instanceof Decimal) return value;
  if (typeof value === "bigint") return new Decimal(value, 0);
  return Number.isSafeInteger(value) ? new Decimal(BigInt(value as number), 0) : undefined;
}

/** UTF-16 order differs from UTF-8 order where surrogates meet the signs from U+E000 on. */
function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const one = left.charCodeAt(index);
    const other = right.charCodeAt(index);
    if (one === other) continue;
    const oneHigh = one >= 0xd800 && one <= 0xdfff;
    const otherHigh = other >= 0xd800 && other <= 0xdfff;
    return oneHigh === otherHigh ? one - other : oneHigh ? 1 : -1;
  }
  return left.length - right.length;
}
