import type { StructType } from "../schema/type.ts";
import type { Value } from "../schema/value.ts";
import type { Command } from "./command.ts";
import type { Alias, Expression, SortOrder } from "./expression.ts";

/**
 * What to compute, as the user said it: frozen data, in the terms of Spark Connect's `Relation`.
 * Nothing here is resolved; `analysis` makes the typed plan of it.
 */
export type Relation =
  | Read
  | LocalRelation
  | Range
  | OneRow
  | Cached
  | Project
  | Filter
  | WithColumns
  | WithColumnsRenamed
  | Drop
  | Join
  | Aggregate
  | Sort
  | Limit
  | Offset
  | SetOperation
  | Deduplicate
  | WithWatermark
  | ToSchema
  | SubqueryAlias
  | With
  | LateralView
  | CommandResult;

/** Options by keys as `optionKey` makes them; values as text, as Spark holds them. */
export type Options = Readonly<Record<string, string>>;

/** A table by name, or a data source by format and paths. */
export interface Read {
  readonly kind: "read";
  readonly streaming: boolean;
  /** The parts of a table's name; absent for a data source. A temporary view is a name too. */
  readonly table?: readonly string[];
  readonly format?: string;
  readonly paths: readonly string[];
  readonly options: Options;
  readonly schema?: StructType;
  /** Conditions in a database's own words, one for each part of a read: `spark.read.jdbc`. */
  readonly predicates?: readonly string[];
}

/** Rows given in the program (`createDataFrame`, VALUES of literals). */
export interface LocalRelation {
  readonly kind: "local";
  readonly schema: StructType;
  readonly rows: readonly (readonly Value[])[];
}

/** `range(start, end, step)`: one column `id` of type long, end exclusive. */
export interface Range {
  readonly kind: "range";
  readonly start: bigint;
  readonly end: bigint;
  readonly step: bigint;
}

/** One row without columns: SELECT without FROM. */
export interface OneRow {
  readonly kind: "one row";
}

/** A result that the engine keeps under a name (`persist`, the frame of foreachBatch). */
export interface Cached {
  readonly kind: "cached";
  readonly name: string;
  readonly schema: StructType;
}

export interface Project {
  readonly kind: "project";
  readonly input: Relation;
  readonly expressions: readonly Expression[];
}

export interface Filter {
  readonly kind: "filter";
  readonly input: Relation;
  readonly condition: Expression;
  /**
   * QUALIFY: the input is a project or aggregate, and the condition sees its columns, then those
   * of what it reads, and may hold window functions.
   */
  readonly qualify?: true;
  /** After `|>`: nothing beneath the columns of the input can be named. */
  readonly piped?: true;
}

/** `withColumns`: replaces columns of the same name in place, appends the others. */
export interface WithColumns {
  readonly kind: "with columns";
  readonly input: Relation;
  readonly columns: readonly Alias[];
  /** `|> SET`: the input has columns of these names. */
  readonly known?: true;
}

export interface WithColumnsRenamed {
  readonly kind: "with columns renamed";
  readonly input: Relation;
  readonly names: readonly (readonly [from: string, to: string])[];
}

/** Columns that are absent are not an error, as in Spark. */
export interface Drop {
  readonly kind: "drop";
  readonly input: Relation;
  readonly columns: readonly Expression[];
}

export type JoinType = "inner" | "cross" | "left" | "right" | "full" | "semi" | "anti";

export interface Join {
  readonly kind: "join";
  readonly left: Relation;
  readonly right: Relation;
  readonly type: JoinType;
  readonly condition?: Expression;
  readonly using?: readonly string[];
  readonly natural?: boolean;
  readonly lateral?: boolean;
}

export interface Aggregate {
  readonly kind: "aggregate";
  readonly input: Relation;
  /** In SQL also ordinals, `ALL`, and the calls `rollup`, `cube`, `grouping sets`. */
  readonly grouping: readonly Expression[];
  /** The output in SQL; with `keepGrouping` the grouping comes before it (groupBy().agg()). */
  readonly aggregates: readonly Expression[];
  readonly keepGrouping: boolean;
  readonly having?: Expression;
}

export interface Sort {
  readonly kind: "sort";
  readonly input: Relation;
  readonly order: readonly SortOrder[];
  /** After `|>`, as in Filter. */
  readonly piped?: true;
}

export interface Limit {
  readonly kind: "limit";
  readonly input: Relation;
  readonly count: Expression;
}

export interface Offset {
  readonly kind: "offset";
  readonly input: Relation;
  readonly count: Expression;
}

export interface SetOperation {
  readonly kind: "set";
  readonly operator: "union" | "intersect" | "except";
  readonly left: Relation;
  readonly right: Relation;
  readonly all: boolean;
  readonly byName: boolean;
  readonly allowMissingColumns: boolean;
}

/** `distinct` and `dropDuplicates`: the first row of each key stays. */
export interface Deduplicate {
  readonly kind: "deduplicate";
  readonly input: Relation;
  /** Absent: all columns. */
  readonly columns?: readonly string[];
  readonly withinWatermark: boolean;
}

export interface WithWatermark {
  readonly kind: "with watermark";
  readonly input: Relation;
  readonly eventTime: string;
  /** As the user wrote it: `10 minutes`. */
  readonly delay: string;
}

/** `df.to(schema)`: the columns of the schema, by name, in its order. */
export interface ToSchema {
  readonly kind: "to schema";
  readonly input: Relation;
  readonly schema: StructType;
}

export interface SubqueryAlias {
  readonly kind: "alias relation";
  readonly input: Relation;
  readonly alias: string;
  readonly columns?: readonly string[];
}

/** `WITH name AS (…) …`. */
export interface With {
  readonly kind: "with";
  readonly definitions: readonly SubqueryAlias[];
  readonly input: Relation;
}

/** `LATERAL VIEW [OUTER] generator AS columns`. */
export interface LateralView {
  readonly kind: "lateral view";
  readonly input: Relation;
  readonly generator: Expression;
  readonly outer: boolean;
  readonly alias?: string;
  readonly columns: readonly string[];
}

/** The answer of a command as rows, asked for when the frame is (`history`, `detail`). */
export interface CommandResult {
  readonly kind: "command result";
  readonly command: Command;
}

/** A name that is not resolved yet, for error messages: `` `a`.`b` ``. */
export function quoteName(name: readonly string[]): string {
  return name.map((part) => `\`${part.replaceAll("`", "``")}\``).join(".");
}
