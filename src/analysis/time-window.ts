import { error } from "../error/error.ts";
import type { Call, Expression } from "../plan/expression.ts";
import { intervalMicros, parseInterval } from "../schema/interval.ts";
import { array, type DataType, field, struct, timestamp } from "../schema/type.ts";
import { Interval } from "../schema/value.ts";
import { call, cast, isNotNull, longLiteral, newColumn, passing, reference } from "./expression.ts";
import { constantOf } from "./fold.ts";
import { keyOf } from "./key.ts";
import { type Place, parsed, type Resolved, resolve } from "./resolve.ts";
import { type Column, outputOf, type TypedExpression, type TypedRelation } from "./typed.ts";

/** A call of `window` met in an expression: a column that is still to be put beneath it. */
export interface PendingWindow {
  readonly key: string;
  readonly time: TypedExpression;
  /** All in microseconds. */
  readonly duration: bigint;
  readonly slide: bigint;
  readonly start: bigint;
  readonly column: Column;
}

/** Metadata by which Spark knows a window column, in its state too. */
const marker = "spark.timeWindow";

/** `window(time, duration[, slide[, start]])`: a reference to the column it will be. */
export function resolveTimeWindow(given: Call, place: Place): Resolved {
  const [timeArgument, ...spans] = given.arguments;
  if (!timeArgument || spans.length < 1 || spans.length > 3) {
    throw error("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", {
      functionName: "`window`",
      expectedNum: "[2, 3, 4]",
      actualNum: given.arguments.length,
    });
  }
  const input = resolve(timeArgument, place);
  const micros = spans.map((span) => spanOf(span, place));
  const [duration = 0n, slide = duration, start = 0n] = micros;
  check(input, { duration, slide, start });
  const time = timeOf(input, place);
  const key = `${keyOf(time)}:${duration}:${slide}:${start}`;
  const known = place.windows.find((one) => one.key === key);
  const column = known?.column ?? windowColumn(time, input.metadata);
  if (!known) place.windows.push({ key, time, duration, slide, start, column });
  return {
    expression: reference(column),
    text: "window",
    name: "window",
    metadata: column.metadata,
  };
}

function windowColumn(time: TypedExpression, metadata: Column["metadata"]): Column {
  const type = struct([field("start", time.type), field("end", time.type)]);
  return newColumn("window", type, { nullable: false, metadata: { ...metadata, [marker]: true } });
}

/** A window of windows is taken by the last instant of the inner ones. */
function timeOf(input: Resolved, place: Place): TypedExpression {
  const { expression } = input;
  const { type } = expression;
  if (type.type === "timestamp" || type.type === "timestamp_ntz") return expression;
  if (isWindow(type)) return lastInstant(expression);
  if (type.type === "string" || type.type === "date" || type.type === "void") {
    return cast(expression, timestamp, place.context.conf.ansi ? "ansi" : "legacy");
  }
  throw error("INVALID_TIME_WINDOW", {
    expression: `"${input.text}"`,
    reason: `the time column has the type ${type.type}, not a timestamp`,
  });
}

function isWindow(type: DataType): boolean {
  return type.type === "struct" && type.fields.length === 2 && type.fields[1]?.name === "end";
}

function lastInstant(window: TypedExpression): TypedExpression {
  const inner = window.type.type === "struct" ? window.type.fields[1]?.type : undefined;
  return call("window_time", [window], { type: inner ?? timestamp });
}

/** `window_time(window)`: the end less one microsecond; it carries the watermark on. */
export function resolveWindowTime(given: Call, place: Place): Resolved {
  const [only] = given.arguments;
  const input = only && resolve(only, place);
  if (!input || !isWindow(input.expression.type) || input.metadata[marker] !== true) {
    throw error("INVALID_TIME_WINDOW", {
      expression: '"window_time"',
      reason: "its argument is not a column that window() made",
    });
  }
  const { [marker]: _, ...metadata } = input.metadata;
  const expression = lastInstant(input.expression);
  return {
    expression,
    text: `window_time(${input.text})`,
    name: `window_time(${input.text})`,
    metadata,
  };
}

function spanOf(given: Expression, place: Place): bigint {
  const expression = parsed(given, place.context.conf);
  const resolved = resolve(expression, place);
  const value = constantOf(resolved.expression)?.value;
  if (typeof value === "string") {
    const interval = parseInterval(value);
    if (interval === undefined) throw error("CANNOT_PARSE_INTERVAL", { intervalString: value });
    if (interval.months !== 0) throw badSpan(resolved.text, "months have no fixed length");
    return intervalMicros(interval);
  }
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return BigInt(value);
  if (value instanceof Interval) {
    if (value.months !== 0) throw badSpan(resolved.text, "months have no fixed length");
    return intervalMicros(value);
  }
  throw badSpan(resolved.text, "durations must be constant");
}

function badSpan(text: string, reason: string): Error {
  return error("INVALID_TIME_WINDOW", { expression: `"${text}"`, reason });
}

function check(input: Resolved, spans: { duration: bigint; slide: bigint; start: bigint }): void {
  const { duration, slide, start } = spans;
  const size = start < 0n ? -start : start;
  if (duration <= 0n) throw badSpan(input.text, `the duration ${duration} is not positive`);
  if (slide <= 0n) throw badSpan(input.text, `the slide ${slide} is not positive`);
  if (slide > duration) throw badSpan(input.text, "the slide is longer than the window");
  if (size >= slide) throw badSpan(input.text, "the start is not within one slide");
}

/**
 * Puts the columns of windows above a relation. Rows without a time are dropped. A tumbling
 * window is an expression, `time_window(time, duration, start)`; a sliding one repeats the row
 * for each window it is in, by `explode(time_windows(time, duration, slide, start))`.
 */
export function withTimeWindows(
  relation: TypedRelation,
  windows: readonly PendingWindow[],
): TypedRelation {
  return windows.reduce(withTimeWindow, relation);
}

function withTimeWindow(relation: TypedRelation, window: PendingWindow): TypedRelation {
  const { time, duration, slide, start, column } = window;
  const { type } = column;
  const input: TypedRelation = time.nullable
    ? { kind: "filter", input: relation, condition: isNotNull(time) }
    : relation;
  if (slide === duration) {
    const expression = call("time_window", [time, longLiteral(duration), longLiteral(start)], {
      type,
      nullable: false,
    });
    const columns = [...outputOf(input).map(passing), { column, expression }];
    return { kind: "project", input, columns };
  }
  const spans = [duration, slide, start].map(longLiteral);
  const list = call("time_windows", [time, ...spans], {
    type: array(type, false),
    nullable: false,
  });
  const generator = call("explode", [list], {
    type: array(struct([field("col", type, false)]), false),
  });
  return { kind: "generate", input, generator, outer: false, generated: [column] };
}
