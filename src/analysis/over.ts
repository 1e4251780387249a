import { error } from "../error/error.ts";
import type { FrameBoundary, SortOrder, WindowCall } from "../plan/expression.ts";
import { type DataType, double } from "../schema/type.ts";
import { resolveCall } from "./call.ts";
import { castable, isNumeric } from "./coercion.ts";
import { cast } from "./expression.ts";
import { takes } from "./function/definition.ts";
import { findFunction } from "./function/registry.ts";
import { computed, type Place, type Resolved, resolve } from "./resolve.ts";
import { quoteType } from "./type-text.ts";
import type { TypedBoundary, TypedExpression, TypedFrame, TypedOrder } from "./typed.ts";
import { checkPartition } from "./variant.ts";

/** `f() OVER (…)`. Stands in the expression; a select list pulls it out into TypedWindows. */
export function resolveOver(given: WindowCall, place: Place): Resolved {
  const called = resolveCall(given.function, { ...place, windowed: true });
  const { expression } = called;
  const kind = findFunction(given.function.name)?.kind;
  const isAggregate = expression.kind === "aggregate";
  if (!isAggregate && !(expression.kind === "call" && kind === "window")) {
    throw error("UNSUPPORTED_EXPR_FOR_WINDOW", { sqlExpr: `"${called.text}"` });
  }
  if (isAggregate && expression.distinct) {
    throw error("DISTINCT_WINDOW_FUNCTION_UNSUPPORTED", { windowExpr: `"${called.text}"` });
  }
  if (given.function.name === "median" && !isWhole(given)) {
    throw error("INVALID_WINDOW_SPEC_FOR_AGGREGATION_FUNC", { aggFunc: `"${called.text}"` });
  }
  const partition = given.partition.map((one) => resolve(one, place));
  checkPartition(partition);
  const order = given.order.map((one) => resolveOrder(one, place));
  if (kind === "window" && order.length === 0 && !given.frame) {
    throw error("WINDOW_FUNCTION_WITHOUT_ORDER", { funcName: `\`${given.function.name}\`` });
  }
  if (given.frame && !framed(given.function.name, given.frame)) {
    throw error("WINDOW_FUNCTION_AND_FRAME_MISMATCH", {
      funcName: `\`${given.function.name}\``,
      windowExpr: `"${called.text}"`,
    });
  }
  const frame = given.frame && frameOf(given.frame, order, place);
  const base = {
    kind: "window" as const,
    function: expression,
    partition: partition.map((one) => one.expression),
    order: order.map((one) => one.typed),
    type: expression.type,
    nullable: expression.nullable,
  };
  const clauses = [
    ...(partition.length > 0
      ? [`PARTITION BY ${partition.map((one) => one.text).join(", ")}`]
      : []),
    ...(order.length > 0 ? [`ORDER BY ${order.map((one) => one.text).join(", ")}`] : []),
    frameText(given, called, { place, key: keyOf(given.frame, order) }),
  ];
  const typed: TypedExpression = frame ? { ...base, frame } : base;
  return computed(typed, `${called.text} OVER (${clauses.join(" ")})`);
}

/** A sort key with Spark's default for nulls: first ascending, last descending. */
function resolveOrder(
  given: SortOrder,
  place: Place,
): { readonly typed: TypedOrder; readonly text: string; readonly resolved: Resolved } {
  const resolved = resolve(given.input, place);
  return { ...orderBy(given, resolved), resolved };
}

export function orderBy(
  given: SortOrder,
  resolved: Resolved,
): { readonly typed: TypedOrder; readonly text: string } {
  const { direction } = given;
  const nulls = given.nulls ?? (direction === "asc" ? "first" : "last");
  const text = `${resolved.text} ${direction.toUpperCase()} NULLS ${nulls.toUpperCase()}`;
  return { typed: { input: resolved.expression, direction, nulls }, text };
}

/** The frame with its offsets cast to the type of the one key they are counted from. */
function frameOf(
  given: NonNullable<WindowCall["frame"]>,
  order: readonly { readonly typed: TypedOrder; readonly text: string }[],
  place: Place,
): TypedFrame {
  const { unit } = given;
  const [first, ...more] = order.map((one) => one.typed.input.type);
  const key = keyOf(given, order);
  const sqlExpr = `"${frameClause(given, { place, key })}"`;
  const open = (one: FrameBoundary): boolean => one.bound.startsWith("unbounded");
  if (unit === "range" && first === undefined && !(open(given.lower) && open(given.upper))) {
    throw error("DATATYPE_MISMATCH.RANGE_FRAME_WITHOUT_ORDER", { sqlExpr });
  }
  const side = (one: FrameBoundary, location: string): TypedBoundary => {
    if (!("offset" in one)) return one;
    const { expression } = resolve(one.offset, place);
    const offset = key ? offsetFrom(expression, key, modeOf(place.context)) : expression;
    const { type } = offset;
    if (unit === "rows" ? type.type !== "integer" : !isNumeric(type) && type.type !== "interval") {
      throw error("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE", {
        sqlExpr,
        location,
        exprType: quoteType(type),
        expectedType: unit === "rows" ? '"INT"' : takes.numericOrInterval.label,
      });
    }
    if (unit === "range" && more.length > 0) {
      throw error("DATATYPE_MISMATCH.RANGE_FRAME_MULTI_ORDER", { sqlExpr });
    }
    if (key && !movesBy(key, type)) {
      throw error("DATATYPE_MISMATCH.RANGE_FRAME_INVALID_TYPE", {
        sqlExpr,
        orderSpecType: quoteType(key),
        valueBoundaryType: quoteType(type),
      });
    }
    return { bound: one.bound, offset };
  };
  return { unit, lower: side(given.lower, "lower"), upper: side(given.upper, "upper") };
}

function offsetFrom(
  offset: TypedExpression,
  key: DataType,
  mode: "ansi" | "legacy",
): TypedExpression {
  if (key.type === "date" || key.type === "timestamp") return offset;
  if (key.type === "interval" && offset.type.type === "interval") return offset;
  return castable(offset.type, key, true) ? cast(offset, key, mode) : offset;
}

/** Whether a key can be moved by an offset of a type. */
function movesBy(key: DataType, offset: DataType): boolean {
  if (key.type === "date") {
    return offset.type === "integer" || offset.type === "interval";
  }
  if (key.type === "timestamp" || key.type === "timestamp_ntz") return offset.type === "interval";
  return key.type === offset.type;
}

function modeOf({ conf }: Place["context"]): "ansi" | "legacy" {
  return conf.ansi ? "ansi" : "legacy";
}

/** Whether a window is all of a partition, in no order. */
function isWhole({ order, frame }: WindowCall): boolean {
  if (order.length > 0) return false;
  if (!frame) return true;
  const { unit, lower, upper } = frame;
  const bounds = [lower.bound, upper.bound].join();
  return unit === "rows" && bounds === "unbounded preceding,unbounded following";
}

const byRank: ReadonlySet<string> = new Set([
  "row_number",
  "rank",
  "dense_rank",
  "percent_rank",
  "ntile",
]);

/** Whether a function takes a frame: a rank only its own, lag and lead none. */
function framed(name: string, { unit, lower, upper }: NonNullable<WindowCall["frame"]>): boolean {
  if (name === "lag" || name === "lead") return false;
  if (!byRank.has(name)) return true;
  return unit === "rows" && lower.bound === "unbounded preceding" && upper.bound === "current row";
}

/** The frame that Spark prints, the one it takes by default too. */
function frameText(given: WindowCall, called: Resolved, counted: Counted): string {
  const { frame, order } = given;
  if (frame) return frameClause(frame, counted);
  const { name } = given.function;
  if (name === "lag" || name === "lead") {
    const by = called.expression.kind === "call" ? called.expression.arguments[1] : undefined;
    const count = by?.kind === "literal" ? String(by.value) : "1";
    const offset = name === "lag" ? `-${count}` : count;
    return `ROWS BETWEEN ${offset} FOLLOWING AND ${offset} FOLLOWING`;
  }
  if (byRank.has(name)) return "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW";
  return order.length > 0
    ? "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
    : "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING";
}

/** Where offsets stand, and the type of the key they are counted from, if there is one. */
interface Counted {
  readonly place: Place;
  readonly key: DataType | undefined;
}

function keyOf(
  frame: WindowCall["frame"],
  order: readonly { readonly typed: TypedOrder }[],
): DataType | undefined {
  return frame?.unit === "range" && order.length === 1 ? order[0]?.typed.input.type : undefined;
}

/** To Spark `n PRECEDING` is `-n`; it prints the former as long as it need not cast it. */
function frameClause(frame: NonNullable<WindowCall["frame"]>, { place, key }: Counted): string {
  const side = (one: FrameBoundary): string => {
    if (!("offset" in one)) return one.bound.toUpperCase();
    const { text, expression } = resolve(one.offset, place);
    if (one.bound === "following") return `${text} FOLLOWING`;
    const negated = expression.type.type === "string" ? double : expression.type;
    const input = { ...expression, type: negated };
    const isCast = key !== undefined && offsetFrom(input, key, modeOf(place.context)) !== input;
    return isCast ? `(- ${text}) FOLLOWING` : `${text} PRECEDING`;
  };
  return `${frame.unit.toUpperCase()} BETWEEN ${side(frame.lower)} AND ${side(frame.upper)}`;
}
