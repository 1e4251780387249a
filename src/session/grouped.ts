import type { Expression } from "../plan/expression.ts";
import type { Relation } from "../plan/relation.ts";
import { Column, callOf, named } from "./column.ts";
import type { DataFrame } from "./dataframe.ts";

/** `{ price: "max", "*": "count" }`: the function's name by column. */
export type Aggregates = Readonly<Record<string, string>>;

/** `df.groupBy(…)`: an aggregation that waits for its aggregates. */
export class GroupedData {
  readonly #input: Relation;
  readonly #grouping: readonly Expression[];
  readonly #frame: (plan: Relation) => DataFrame;

  constructor(
    input: Relation,
    grouping: readonly Expression[],
    frame: (plan: Relation) => DataFrame,
  ) {
    this.#input = input;
    this.#grouping = grouping;
    this.#frame = frame;
  }

  /** The grouping columns, then the aggregates: columns, or names of functions by column. */
  agg(...columns: readonly Column[]): DataFrame;
  agg(columns: Aggregates): DataFrame;
  agg(...given: readonly (Column | Aggregates)[]): DataFrame {
    const columns = given.flatMap((one) => (one instanceof Column ? [one] : called(one)));
    return this.#frame({
      kind: "aggregate",
      input: this.#input,
      grouping: this.#grouping,
      aggregates: columns.map((column) => column.expression),
      keepGrouping: true,
    });
  }
  count(): DataFrame {
    return this.agg(new Column(callOf("count", [one])).as("count"));
  }
  sum(...columns: readonly string[]): DataFrame {
    return this.#each("sum", columns);
  }
  avg(...columns: readonly string[]): DataFrame {
    return this.#each("avg", columns);
  }
  mean(...columns: readonly string[]): DataFrame {
    return this.avg(...columns);
  }
  min(...columns: readonly string[]): DataFrame {
    return this.#each("min", columns);
  }
  max(...columns: readonly string[]): DataFrame {
    return this.#each("max", columns);
  }

  #each(name: string, columns: readonly string[]): DataFrame {
    return this.agg(...columns.map((column) => new Column(callOf(name, [named(column)]))));
  }
}

const one: Expression = { kind: "literal", value: 1, type: { type: "integer" } };

function called(aggregates: Aggregates): Column[] {
  return Object.entries(aggregates).map(([column, name]) => {
    const input = column === "*" ? one : named(column);
    return new Column(callOf(name.toLowerCase(), [input]));
  });
}
