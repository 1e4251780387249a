import { children } from "../../../analysis/expression.ts";
import type { TypedExpression } from "../../../analysis/typed.ts";

/** Functions whose value depends on which row it is, or on the order of rows. */
const positional = new Set([
  "rand",
  "random",
  "randn",
  "uuid",
  "monotonically_increasing_id",
  "shuffle",
  "randstr",
  "uniform",
  "first",
  "first_value",
  "any_value",
  "last",
  "last_value",
  "collect_list",
  "array_agg",
  "collect_set",
  "histogram_numeric",
  "max_by",
  "min_by",
  "listagg",
  "string_agg",
]);

/** Whether an expression needs the ordinals of its row. */
export function usesOrdinals(node: TypedExpression): boolean {
  if ((node.kind === "call" || node.kind === "aggregate") && positional.has(node.name)) return true;
  return children(node).some(usesOrdinals);
}
