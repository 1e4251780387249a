import { error } from "../error/error.ts";
import { type DataType, someType } from "../schema/type.ts";
import type { Resolved } from "./resolve.ts";
import { quoteType } from "./type-text.ts";
import type { Column } from "./typed.ts";

const hasVariant = (type: DataType): boolean => someType(type, (one) => one.type === "variant");

/** Refuses to tell rows apart by columns with a variant in them: variants are not compared. */
export function checkDistinct(columns: readonly Column[]): void {
  const column = columns.find(({ type }) => hasVariant(type));
  if (column === undefined) return;
  throw error("UNSUPPORTED_FEATURE.SET_OPERATION_ON_VARIANT_TYPE", {
    colName: `\`${column.name}\``,
    dataType: quoteType(column.type),
  });
}

/** Refuses a group by a variant. */
export function checkGrouping(keys: readonly Resolved[]): void {
  const key = keys.find(({ expression }) => hasVariant(expression.type));
  if (key === undefined) return;
  throw error("GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE", {
    sqlExpr: `"${key.text}"`,
    dataType: quoteType(key.expression.type),
  });
}

/** Refuses the partitions of a window by a variant. */
export function checkPartition(keys: readonly Resolved[]): void {
  const key = keys.find(({ expression }) => hasVariant(expression.type));
  if (key === undefined) return;
  throw error("EXPRESSION_TYPE_IS_NOT_ORDERABLE", {
    expr: `"${key.text}"`,
    exprType: quoteType(key.expression.type),
  });
}
