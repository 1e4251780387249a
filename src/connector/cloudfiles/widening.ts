import { widens } from "../../log/type-widening.ts";
import { type DataType, type DecimalType, decimal } from "../../schema/type.ts";

/** Digits that Delta asks of a decimal before its point to hold whole numbers of a type. */
const digits: Readonly<Record<string, number>> = { byte: 10, short: 10, integer: 10, long: 20 };

/**
 * The type a known column takes under `addNewColumnsWithTypeWidening` when values of another type
 * come; its own where the change is none that Delta makes without writing data again. `dates`:
 * whether a date may become a timestamp without time zone (Parquet alone).
 */
export function widened(current: DataType, found: DataType, dates: boolean): DataType {
  if (current.type === "date" && !dates) return current;
  const [own, other] = [asDecimal(current), asDecimal(found)];
  const decimals = current.type === "decimal" || found.type === "decimal";
  const wanted = decimals && own && other ? union(own, other) : found;
  return wanted !== undefined && widens(current, wanted) ? wanted : current;
}

/** Of two types of one column the one that holds both; the first where neither does. */
export function wider(left: DataType, right: DataType): DataType {
  const grown = widened(left, right, true);
  return grown === left && widened(right, left, true) !== right
    ? widened(right, left, true)
    : grown;
}

function asDecimal(type: DataType): DecimalType | undefined {
  if (type.type === "decimal") return type;
  const whole = digits[type.type];
  return whole === undefined ? undefined : decimal(whole, 0);
}

function union(left: DecimalType, right: DecimalType): DecimalType | undefined {
  const scale = Math.max(left.scale, right.scale);
  const whole = Math.max(left.precision - left.scale, right.precision - right.scale);
  return whole + scale > 38 ? undefined : decimal(whole + scale, scale);
}
