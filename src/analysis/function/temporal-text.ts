import type { DataType } from "../../schema/type.ts";
import { isDatetime, isIntegral } from "../coercion.ts";
import { isDays } from "./interval.ts";

/**
 * What Spark prints for `+` and `-` where a date, a timestamp or a time takes part: they are not
 * sums to it, but functions with texts of their own. Undefined for all others, and for the
 * differences that it prints as such.
 */
export function temporalText(
  name: string,
  texts: readonly string[],
  types: readonly DataType[],
): string | undefined {
  const [left, right] = types;
  const [a, b] = texts;
  if (!left || !right || !a || !b) return undefined;
  if (name === "*" || name === "/") return scaledText(name, [a, b], [left, right]);
  const plus = name === "+";
  if (left.type === "time" || right.type === "time") return timeText(plus, [a, b], [left, right]);
  if (plus && !isMoment(left) && isMoment(right)) return temporalText("+", [b, a], [right, left]);
  if (left.type === "date" && isDays(right)) {
    const days = `extractansiintervaldays(${b})`;
    return `date_add(${a}, ${plus ? days : `(- ${days})`})`;
  }
  if (isSpan(right, plus) && takesSpan(left, right)) return `${a} ${plus ? "+" : "-"} ${b}`;
  if (plus && isSpan(left, false) && right.type === "string") return `${b} + ${a}`;
  if (left.type !== "date" || isDatetime(right) || right.type === "void") return undefined;
  if (!isIntegral(right)) return undefined;
  return `${plus ? "date_add" : "date_sub"}(${a}, ${b})`;
}

/** The interval goes first. */
function scaledText(
  name: "*" | "/",
  [a = "", b = ""]: readonly string[],
  [left, right]: readonly [DataType, DataType],
): string | undefined {
  const [span, texts] = left.type === "interval" ? [left, [a, b]] : [right, [b, a]];
  if (span.type !== "interval" || (name === "/" && span !== left)) return undefined;
  const word = name === "*" ? "multiply_interval" : "divide_interval";
  return span.unit === "calendar" ? `${word}(${texts.join(", ")})` : `(${texts.join(` ${name} `)})`;
}

function timeText(
  plus: boolean,
  [a = "", b = ""]: readonly string[],
  [left, right]: readonly [DataType, DataType],
): string | undefined {
  const swapped = plus && left.type !== "time";
  const [time, other, kind] = swapped ? [b, a, left] : [a, b, right];
  const spans = kind.type === "void" || (kind.type === "interval" && kind.unit !== "month");
  if (plus) return spans ? `${time} + ${other}` : undefined;
  const times = ["time", "string", "void"].includes(left.type) && kind.type === "time";
  return spans || times || kind.type === "string" ? `${a} - ${b}` : undefined;
}

function isMoment(type: DataType): boolean {
  return isDatetime(type);
}

/** Whether it is added as an interval: a bare NULL is, but it is subtracted as a moment. */
function isSpan(type: DataType, added: boolean): boolean {
  return type.type === "interval" || (added && type.type === "void");
}

function takesSpan(type: DataType, span: DataType): boolean {
  return isMoment(type) || (type.type === "string" && span.type === "interval");
}
