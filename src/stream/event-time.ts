import {
  cast,
  compare,
  isNull,
  literal,
  member,
  not,
  or,
  reference,
  some,
} from "../analysis/expression.ts";
import {
  type Column,
  outputOf,
  type TypedAggregation,
  type TypedExpression,
} from "../analysis/typed.ts";
import { timestamp } from "../schema/type.ts";
import { LocalTimestamp, Timestamp } from "../schema/value.ts";

/** The metadata key that marks an event time, with the delay in ms (Spark's EventTimeWatermark). */
export const delayKey = "spark.watermarkDelayMs";

/** Whether a column is an event time under a watermark (a timestamp, or a window of one). */
export function isEventTime(column: Column): boolean {
  return column.metadata[delayKey] !== undefined;
}

/** The grouping column of an aggregation that moves with the watermark; undefined: none does. */
export function eventTimeKey(aggregation: TypedAggregation): Column | undefined {
  const marked = new Set(
    outputOf(aggregation.input)
      .filter(isEventTime)
      .map((column) => column.id),
  );
  const key = aggregation.grouping.find(
    ({ column, expression }) => isEventTime(column) || moves(expression, marked),
  );
  return key?.column;
}

/** The event time itself, or a window over it. */
function moves(expression: TypedExpression, marked: ReadonlySet<number>): boolean {
  if (expression.kind === "reference") return marked.has(expression.id);
  if (expression.kind !== "call" || !expression.name.includes("window")) return false;
  return some(expression, (one) => one.kind === "reference" && marked.has(one.id));
}

/** The instant a column stands for: of a window, its end. */
export function instantOf(column: Column): TypedExpression {
  const whole = reference(column);
  return column.type.type === "struct" ? member(whole, "end") : whole;
}

/** `instant <= watermark`: rows that are late, and keys that are done. Null is never. */
export function isAtOrBefore(column: Column, watermarkMs: number): TypedExpression {
  const instant = instantOf(column);
  const micros = BigInt(watermarkMs) * 1000n;
  const value =
    instant.type.type === "timestamp" ? new Timestamp(micros) : new LocalTimestamp(micros);
  return compare("<=", instant, literal(value, instant.type));
}

/** The rows that `isAtOrBefore` leaves. */
export function isAfter(column: Column, watermarkMs: number): TypedExpression {
  return or([isNull(instantOf(column)), not(isAtOrBefore(column, watermarkMs))]);
}

/** An instant as TIMESTAMP, whatever it is. */
export function asTimestamp(instant: TypedExpression): TypedExpression {
  return cast(instant, timestamp);
}
