import { error } from "../error/error.ts";
import type { FrameBoundary, SortOrder, WindowCall } from "../plan/expression.ts";
import { resolveCall } from "./call.ts";
import { cast } from "./expression.ts";
import { findFunction } from "./function/registry.ts";
import { computed, type Place, type Resolved, resolve } from "./resolve.ts";
import type { TypedBoundary, TypedExpression, TypedOrder } from "./typed.ts";

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
  const partition = given.partition.map((one) => resolve(one, place));
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
  const frame = given.frame && {
    unit: given.frame.unit,
    lower: boundary(given.frame.lower, place),
    upper: boundary(given.frame.upper, place),
  };
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
    frameText(given, called, place),
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

function boundary(given: FrameBoundary, place: Place): TypedBoundary {
  if (!("offset" in given)) return given;
  const { expression } = resolve(given.offset, place);
  return { bound: given.bound, offset: cast(expression, expression.type) };
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
function frameText(given: WindowCall, called: Resolved, place: Place): string {
  const { frame, order } = given;
  if (frame) {
    const side = (one: FrameBoundary): string => {
      if (!("offset" in one)) return one.bound.toUpperCase();
      const text = resolve(one.offset, place).text;
      return one.bound === "preceding" ? `${text} PRECEDING` : `${text} FOLLOWING`;
    };
    return `${frame.unit.toUpperCase()} BETWEEN ${side(frame.lower)} AND ${side(frame.upper)}`;
  }
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
