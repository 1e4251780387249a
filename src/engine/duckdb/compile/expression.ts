import type {
  TypedBoundary,
  TypedCall,
  TypedExpression,
  TypedFrame,
  TypedWindow,
} from "../../../analysis/typed.ts";
import { error } from "../../../error/error.ts";
import { columnName, memberName } from "../quote.ts";
import { literal } from "../value/literal.ts";
import { aggregateCall } from "./aggregate.ts";
import { cast } from "./cast.ts";
import { span } from "./function/interval.ts";
import { compilationOf } from "./function/registry.ts";
import { orderBy } from "./relation.ts";
import type { Scope } from "./scope.ts";
import { negation, subquery } from "./subquery.ts";

/** SQL of an expression. */
export function expression(node: TypedExpression, scope: Scope): string {
  switch (node.kind) {
    case "literal":
      return literal(node.value, node.type);
    case "reference":
      return columnName(node.id);
    case "variable":
      return scope.variables.get(node.id) ?? `v${node.id}`;
    case "field":
      return `struct_extract(${expression(node.input, scope)}, '${memberName(node.ordinal)}')`;
    case "cast":
      return cast(expression(node.input, scope), {
        from: node.input.type,
        to: node.type,
        mode: node.mode,
        scope,
      });
    case "lambda":
      return expression(node.body, scope);
    case "call":
      return call(node, scope);
    case "aggregate":
      return aggregateCall(node, scope);
    case "window":
      return window(node, scope);
    case "subquery":
      return subquery(node, scope);
  }
}

function call(node: TypedCall, scope: Scope): string {
  const negated = negation(node, scope);
  if (negated !== undefined) return negated;
  const compilation = compilationOf(node.name);
  if (compilation === undefined) throw error("ENGINE_UNSUPPORTED_FUNCTION", { name: node.name });
  // A lambda is compiled by the function that takes it: it alone knows the parameters' SQL.
  const args = node.arguments.map((argument) =>
    argument.kind === "lambda" ? "" : expression(argument, scope),
  );
  return compilation(args, { node, scope, types: node.arguments.map((argument) => argument.type) });
}

const ranking: Readonly<Record<string, string>> = {
  row_number: "row_number()",
  rank: "rank()",
  dense_rank: "dense_rank()",
  percent_rank: "percent_rank()",
  cume_dist: "cume_dist()",
};

function window(node: TypedWindow, scope: Scope): string {
  const partition = node.partition.map((key) => expression(key, scope));
  // Rows that are equal by the order keep the order of the input.
  const order = node.order.length === 0 ? [] : [orderBy(node.order, scope)];
  const name = node.function.name;
  const exact = name === "row_number" || name === "ntile" || /^(lag|lead)/.test(name);
  const counted = exact || (node.frame?.unit === "rows" && scope.ordinals.length > 0);
  // Where the frame goes by the keys, only the function may tell rows of the same keys apart.
  const ties = counted || scope.ordinals.length === 0 ? [] : [...order, ...scope.ordinals];
  if (counted) order.push(...scope.ordinals);
  const parts = [
    ...(partition.length === 0 ? [] : [`PARTITION BY ${partition.join(", ")}`]),
    ...(order.length === 0 ? [] : [`ORDER BY ${order.join(", ")}`]),
    ...(node.frame === undefined || name in ranking || exact
      ? []
      : [frame(node, node.frame, scope)]),
  ];
  const within = ties.length === 0 ? "" : ` ORDER BY ${ties.join(", ")}`;
  return windowFunction(node, { scope, over: ` OVER (${parts.join(" ")})`, within });
}

interface Windowed {
  readonly scope: Scope;
  readonly over: string;
  /** ` ORDER BY …` among the arguments, or nothing: by it the first of a frame is first. */
  readonly within: string;
}

/** The function with OVER after it: an aggregate may be several of DuckDB's, each with its own. */
function windowFunction({ function: called }: TypedWindow, windowed: Windowed): string {
  const { scope, over, within } = windowed;
  const plain = ranking[called.name];
  if (plain !== undefined) return plain + over;
  const args = called.arguments.map((argument) => expression(argument, scope));
  const nulls = called.kind === "aggregate" && called.ignoreNulls ? " IGNORE NULLS" : "";
  switch (called.name) {
    case "ntile":
      return `ntile(${args[0]})${over}`;
    case "lag":
    case "lead":
      return `${called.name}(${args.join(", ")}${nulls})${over}`;
    case "lag_ignore_nulls":
    case "lead_ignore_nulls":
      return `${called.name.split("_")[0]}(${args.join(", ")} IGNORE NULLS)${over}`;
    case "nth_value":
      return `nth_value(${args[0]}, ${args[1]}${within}${nulls})${over}`;
    case "nth_value_ignore_nulls":
      return `nth_value(${args[0]}, ${args[1]}${within} IGNORE NULLS)${over}`;
    case "first":
    case "first_value":
    case "any_value":
      return edge("first_value", called, { value: args[0] ?? "NULL", ...windowed });
    case "last":
    case "last_value":
      return edge("last_value", called, { value: args[0] ?? "NULL", ...windowed });
    default:
      if (called.kind === "aggregate")
        return aggregateCall(called, { ...scope, ordinals: [] }, over);
      throw error("ENGINE_UNSUPPORTED_FUNCTION", { name: called.name });
  }
}

/** DuckDB takes no FILTER here: a row that passes becomes a struct, any other a null to ignore. */
function edge(
  name: "first_value" | "last_value",
  called: TypedWindow["function"],
  { value, scope, over, within }: Windowed & { readonly value: string },
): string {
  const { ignoreNulls = false, filter } = called.kind === "aggregate" ? called : {};
  if (filter === undefined)
    return `${name}(${value}${within}${ignoreNulls ? " IGNORE NULLS" : ""})${over}`;
  const test = `${expression(filter, scope)}${ignoreNulls ? ` AND ${value} IS NOT NULL` : ""}`;
  const row = `CASE WHEN ${test} THEN struct_pack(v := ${value}) END`;
  return `struct_extract(${name}(${row}${within} IGNORE NULLS)${over}, 'v')`;
}

function frame({ order }: TypedWindow, { unit, lower, upper }: TypedFrame, scope: Scope): string {
  const key = order[0]?.input.type.type;
  const side = (boundary: TypedBoundary): string => {
    const bound = boundary.bound.toUpperCase();
    if (!("offset" in boundary)) return bound;
    const offset = expression(boundary.offset, scope);
    // An interval is a number, but beside a date or time it is DuckDB's own.
    return `${key === "interval" ? offset : span(offset, boundary.offset.type)} ${bound}`;
  };
  return `${unit.toUpperCase()} BETWEEN ${side(lower)} AND ${side(upper)}`;
}
