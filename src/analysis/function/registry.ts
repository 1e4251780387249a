import type { TypedCall, TypedExpression } from "../typed.ts";
import { aggregates } from "./aggregate.ts";
import { avros } from "./avro.ts";
import { collections } from "./collection.ts";
import { conditionals } from "./conditional.ts";
import { dates } from "./date.ts";
import { define, type FunctionDefinition } from "./definition.ts";
import { generators } from "./generator.ts";
import { higherOrder } from "./higher-order.ts";
import { intervals } from "./interval.ts";
import { jsons } from "./json.ts";
import { maths } from "./math.ts";
import { miscellaneous } from "./miscellaneous.ts";
import { operators } from "./operator.ts";
import { protobufs } from "./protobuf.ts";
import { strings } from "./string.ts";
import { variants } from "./variant.ts";
import { windows } from "./window.ts";
import { xmls } from "./xml.ts";

const groups = [
  operators,
  conditionals,
  strings,
  maths,
  dates,
  intervals,
  collections,
  higherOrder,
  jsons,
  xmls,
  avros,
  protobufs,
  variants,
  miscellaneous,
  aggregates,
  windows,
  generators,
];

let known: ReadonlyMap<string, FunctionDefinition> | undefined;
let canonical: ReadonlyMap<string, FunctionDefinition> | undefined;

function load(): ReadonlyMap<string, FunctionDefinition> {
  const map = new Map<string, FunctionDefinition>();
  for (const group of groups) {
    for (const [name, entry] of Object.entries(group)) {
      const definition = define(name, entry);
      for (const one of [name, ...definition.aliases]) map.set(one, definition);
    }
  }
  return map;
}

/**
 * The functions a typed plan can name, by canonical name: an engine compiles each. Sugar is not
 * among them, for analysis rewrites it.
 */
export function functions(): ReadonlyMap<string, FunctionDefinition> {
  canonical ??= new Map(
    [...allFunctions()]
      .filter(([name, definition]) => name === definition.name && !definition.sugar)
      .map(([name, definition]) => [name, definition]),
  );
  return canonical;
}

/** All functions a user can call, by each of their names in lower case. */
export function allFunctions(): ReadonlyMap<string, FunctionDefinition> {
  known ??= load();
  return known;
}

/** Made by analysis alone: typed plans name them, users cannot. */
const internal: ReadonlySet<string> = new Set(
  `time_window time_windows array_item seconds_fraction interval_part add_interval
    try_eval try_pmod try_div
    subtract_dates subtract_timestamps interval_add interval_subtract interval_negate
    interval_multiply interval_divide number_text time_add subtract_times timestamp_at
    nth_value_ignore_nulls lag_ignore_nulls lead_ignore_nulls`.split(/\s+/),
);

/** The function a user means by a name, in any case. */
export function findFunction(name: string): FunctionDefinition | undefined {
  const key = name.toLowerCase();
  return internal.has(key) ? undefined : allFunctions().get(key);
}

/** Whether an expression is a call of a generator. */
export function isGenerator(expression: TypedExpression): expression is TypedCall {
  return expression.kind === "call" && functions().get(expression.name)?.kind === "generator";
}
