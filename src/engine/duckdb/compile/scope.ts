import type { Input } from "../../../plan/input.ts";
import type { QueryContext } from "../../engine.ts";
import type { Payload } from "../payload/payload.ts";

/** An input made readable: a FROM item with the columns by position, then the row's ordinals. */
export interface Source {
  /** A FROM item. */
  readonly sql: string;
  /** SQL of each column of the input's schema, over the item. */
  readonly columns: readonly string[];
  /** SQL of the numbers that order its rows as the input has them, most significant first. */
  readonly ordinals: readonly string[];
  /** SQL that is true for the rows of the item that are there; absent, all are. */
  readonly condition?: string | undefined;
}

/** What compiling an expression or a relation needs to know beside the plan. */
export interface Scope {
  readonly context: QueryContext;
  readonly sources: ReadonlyMap<Input, Source>;
  /** The ordinals of the relation under an expression, where the expression asks for them. */
  readonly ordinals: readonly string[];
  /** Above a GROUP BY: the ordinals are for aggregates only, and `keys` tell the groups apart. */
  readonly grouped: boolean;
  readonly keys: readonly string[];
  /** Whether the expression is computed for a single row, of nothing. */
  readonly single: boolean;
  /** SQL of lambda variables that are not simply `v<id>`. */
  readonly variables: ReadonlyMap<number, string>;
  /** What reads or writes payloads, by the name it is called by; found while compiling. */
  readonly payloads: Map<string, Payload>;
  /** Numbers the variables of lambdas made here. */
  readonly counter: { next: number };
}

export function scopeOf(context: QueryContext, sources: ReadonlyMap<Input, Source>): Scope {
  return {
    context,
    sources,
    ordinals: [],
    grouped: false,
    keys: [],
    single: false,
    variables: new Map(),
    payloads: new Map(),
    counter: { next: 0 },
  };
}

/** A name for a variable of a lambda made here, that no other has. */
export function fresh(scope: Scope): string {
  scope.counter.next += 1;
  return `z${scope.counter.next}`;
}
