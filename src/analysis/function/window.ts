import { type DataType, double, integer, nullType } from "../../schema/type.ts";
import { call, cast, integerLiteral, nullLiteral } from "../expression.ts";
import type { TypedExpression } from "../typed.ts";
import { argument, type FunctionCall, type Group, modeOf, takes } from "./definition.ts";

const kind = "window";
// Spark takes arguments of rank functions and looks at none of them.
const rank = {
  kind,
  arity: [0, Number.POSITIVE_INFINITY],
  nullable: false,
} as const;

const ranked = (name: string, type: DataType): Group[string] => ({
  ...rank,
  resolve: () => call(name, [], { type, nullable: false }),
  print: () => `${printed.has(name) ? name.toUpperCase() : name}()`,
});
const printed: ReadonlySet<string> = new Set(["rank", "dense_rank", "percent_rank"]);

/** Functions that need OVER: ranks, and values of other rows. */
export const windows: Group = {
  row_number: ranked("row_number", integer),
  rank: ranked("rank", integer),
  dense_rank: ranked("dense_rank", integer),
  percent_rank: ranked("percent_rank", double),
  cume_dist: ranked("cume_dist", double),
  ntile: { kind, takes: [takes.integer], type: integer, nullable: false },
  lag: { kind, arity: [1, 3], resolve: (given) => offset(given, "lag"), print: offsetText },
  lead: { kind, arity: [1, 3], resolve: (given) => offset(given, "lead"), print: offsetText },
  nth_value: {
    kind,
    takes: [takes.any, takes.integer],
    resolve: (given) =>
      call(given.ignoreNulls ? "nth_value_ignore_nulls" : "nth_value", given.arguments, {
        type: argument(given, 0).type,
        nullable: true,
      }),
  },
  nth_value_ignore_nulls: {
    kind,
    takes: [takes.any, takes.integer],
    type: (args) => args[0]?.type ?? nullType,
    nullable: true,
  },
  lag_ignore_nulls: {
    kind,
    arity: [3, 3],
    type: (args) => args[0]?.type ?? nullType,
    nullable: true,
  },
  lead_ignore_nulls: {
    kind,
    arity: [3, 3],
    type: (args) => args[0]?.type ?? nullType,
    nullable: true,
  },
};

/** lag(input, offset, default): always all three in the typed call. */
function offset(given: FunctionCall, name: string): TypedExpression {
  const input = argument(given, 0);
  const by = given.arguments[1] ?? integerLiteral(1);
  const otherwise = cast(given.arguments[2] ?? nullLiteral(), input.type, modeOf(given));
  const canonical = given.ignoreNulls ? `${name}_ignore_nulls` : name;
  const args = [input, cast(by, integer, modeOf(given)), otherwise];
  return call(canonical, args, {
    type: input.type,
    nullable: input.nullable || otherwise.nullable,
  });
}

function offsetText(texts: readonly string[], name: string): string {
  return `${name}(${[texts[0], texts[1] ?? "1", texts[2] ?? "NULL"].join(", ")})`;
}
