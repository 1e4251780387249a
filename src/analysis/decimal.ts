import { type DataType, type DecimalType, decimal } from "../schema/type.ts";
import type { AnalysisConf } from "./conf.ts";
import type { TypedExpression } from "./typed.ts";

const maxPrecision = 38;
/** What a scale is not cut below when digits must go (DecimalType.MINIMUM_ADJUSTED_SCALE). */
const minAdjustedScale = 6;

/** A decimal type that may have come out too wide: digits of the scale go first, down to 6. */
function adjusted(precision: number, scale: number): DecimalType {
  if (precision <= maxPrecision) return decimal(precision, scale);
  const whole = precision - scale;
  return decimal(maxPrecision, Math.max(maxPrecision - whole, Math.min(scale, minAdjustedScale)));
}

/** A decimal type cut at 38 digits without regard to the whole part. */
export function bounded(precision: number, scale: number): DecimalType {
  return decimal(Math.min(precision, maxPrecision), Math.min(scale, maxPrecision));
}

/** A decimal type cut at 38 digits at the cost of its scale. */
function boundedWhole(precision: number, scale: number): DecimalType {
  const over = Math.max(precision - maxPrecision, 0);
  return decimal(precision - over, Math.max(scale - over, 0));
}

/** A quotient that may have come out too wide: whole part and scale lose half of it each. */
function halved(whole: number, scale: number): DecimalType {
  const digits = Math.min(scale, maxPrecision);
  const over = Math.min(whole, maxPrecision) + digits - maxPrecision;
  if (over <= 0) return decimal(whole + digits, digits);
  return decimal(maxPrecision, digits - (Math.floor(over / 2) + 1));
}

/** The decimal that holds every value of an integral type. */
export function decimalOf(type: DataType): DecimalType | undefined {
  switch (type.type) {
    case "decimal":
      return type;
    case "byte":
      return decimal(3, 0);
    case "short":
      return decimal(5, 0);
    case "integer":
      return decimal(10, 0);
    case "long":
      return decimal(20, 0);
    default:
      return undefined;
  }
}

/** As `decimalOf`; an integer literal takes only the digits it has. */
export function decimalOfOperand(operand: TypedExpression): DecimalType | undefined {
  if (operand.kind !== "literal" || operand.type.type === "decimal") return decimalOf(operand.type);
  const { value } = operand;
  if (typeof value !== "number" && typeof value !== "bigint") return decimalOf(operand.type);
  if (decimalOf(operand.type) === undefined) return undefined;
  const digits = String(value).replace("-", "").length;
  return decimal(digits, 0);
}

/** The decimal that holds all values of both (findWiderTypeForDecimal). */
export function widerDecimal(left: DecimalType, right: DecimalType): DecimalType {
  const scale = Math.max(left.scale, right.scale);
  const whole = Math.max(left.precision - left.scale, right.precision - right.scale);
  return boundedWhole(whole + scale, scale);
}

/** The type of `left operator right` for decimals. */
export function arithmeticDecimal(
  operator: string,
  [left, right]: readonly [DecimalType, DecimalType],
  { decimalLoss }: Pick<AnalysisConf, "decimalLoss">,
): DecimalType {
  const { precision: p1, scale: s1 } = left;
  const { precision: p2, scale: s2 } = right;
  const held = decimalLoss ? adjusted : bounded;
  switch (operator) {
    case "*":
      return held(p1 + p2 + 1, s1 + s2);
    case "/": {
      const scale = Math.max(minAdjustedScale, s1 + p2 + 1);
      return decimalLoss ? adjusted(p1 - s1 + s2 + scale, scale) : halved(p1 - s1 + s2, scale);
    }
    case "%": {
      const scale = Math.max(s1, s2);
      return held(Math.min(p1 - s1, p2 - s2) + scale, scale);
    }
    default: {
      const scale = Math.max(s1, s2);
      return held(Math.max(p1 - s1, p2 - s2) + scale + 1, scale);
    }
  }
}
