import { Decimal } from "../../schema/value.ts";
import { isIntegral } from "../coercion.ts";
import type { TypedExpression } from "../typed.ts";

/**
 * The texts of a comparison's sides as Spark prints them: it compares a whole number with the whole
 * part of a decimal literal. One text alone where the literal is beyond all whole numbers.
 */
export function wholeComparison(
  name: string,
  texts: readonly string[],
  args: readonly TypedExpression[],
): readonly string[] {
  const at = args.findIndex((one) => one.kind === "literal" && one.type.type === "decimal");
  const literal = args[at];
  const other = args[1 - at];
  if (name === "=" || name === "<=>" || literal?.kind !== "literal") return texts;
  if (!other || !isIntegral(other.type) || !(literal.value instanceof Decimal)) return texts;
  const { unscaled, scale } = literal.value;
  const unit = 10n ** BigInt(scale);
  const down = unscaled / unit - (unscaled % unit < 0n ? 1n : 0n);
  const up = down * unit === unscaled ? down : down + 1n;
  // By the order with the literal on the right: `1.5 > x` is `x < 1.5`.
  const less = at === 1 ? name.startsWith("<") : name.startsWith(">");
  if (BigInt.asIntN(64, down) !== down || BigInt.asIntN(64, up) !== up) {
    return [String(unscaled > 0n === less)];
  }
  const whole = String(less === name.endsWith("=") ? down : up);
  return at === 1 ? [texts[0] ?? "", whole] : [whole, texts[1] ?? ""];
}
