import type { FrameBoundary, SortOrder, WindowCall, WindowFrame } from "../plan/expression.ts";
import { type ColumnOrName, named, operand, orderOf } from "./column.ts";

type WindowPlan = Omit<WindowCall, "kind" | "function">;

/** A window being described; each method gives a new one. */
export interface WindowSpec {
  readonly plan: WindowPlan;
  partitionBy(...columns: readonly ColumnOrName[]): WindowSpec;
  orderBy(...columns: readonly ColumnOrName[]): WindowSpec;
  /** Row offsets from the current row; `Window.unboundedPreceding` and so on for the ends. */
  rowsBetween(start: number, end: number): WindowSpec;
  /** Offsets in the value of the one ordering column. */
  rangeBetween(start: number, end: number): WindowSpec;
}

/** Spark's `Window`: where a WindowSpec starts, and the ends of frames. */
export const Window = {
  unboundedPreceding: Number.NEGATIVE_INFINITY,
  unboundedFollowing: Number.POSITIVE_INFINITY,
  currentRow: 0,
  partitionBy: (...columns: readonly ColumnOrName[]): WindowSpec => empty.partitionBy(...columns),
  orderBy: (...columns: readonly ColumnOrName[]): WindowSpec => empty.orderBy(...columns),
} as const;

function specOf(plan: WindowPlan): WindowSpec {
  const frame = (unit: WindowFrame["unit"], start: number, end: number): WindowSpec =>
    specOf({ ...plan, frame: { unit, lower: boundary(start), upper: boundary(end) } });
  return {
    plan,
    partitionBy: (...columns) => specOf({ ...plan, partition: columns.map(named) }),
    orderBy: (...columns) => specOf({ ...plan, order: columns.map<SortOrder>(orderOf) }),
    rowsBetween: (start, end) => frame("rows", start, end),
    rangeBetween: (start, end) => frame("range", start, end),
  };
}

const empty = specOf({ partition: [], order: [] });

function boundary(offset: number): FrameBoundary {
  if (offset === Number.NEGATIVE_INFINITY) return { bound: "unbounded preceding" };
  if (offset === Number.POSITIVE_INFINITY) return { bound: "unbounded following" };
  if (offset === 0) return { bound: "current row" };
  const distance = operand(Math.abs(offset));
  return { bound: offset < 0 ? "preceding" : "following", offset: distance };
}
