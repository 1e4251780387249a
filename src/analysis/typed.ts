import type { Input } from "../plan/input.ts";
import type { JoinType } from "../plan/relation.ts";
import type { DataType, StructField } from "../schema/type.ts";
import type { Value } from "../schema/value.ts";
import type { Dataset } from "./dataset.ts";

/**
 * The typed plan: every column has an id that is unique in the plan, every expression a type.
 * Names play no part in it but as labels of the output. Engines compute it, `stream` rewrites it.
 */

/** A column a relation puts out. `id` is what expressions refer to. */
export interface Column {
  readonly id: number;
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
  readonly metadata: StructField["metadata"];
}

export type TypedExpression =
  | TypedLiteral
  | TypedReference
  | TypedCall
  | TypedCast
  | TypedField
  | TypedLambda
  | TypedVariable
  | TypedAggregate
  | TypedWindow
  | TypedSubquery;

interface Typed {
  readonly type: DataType;
  readonly nullable: boolean;
}

export interface TypedLiteral extends Typed {
  readonly kind: "literal";
  readonly value: Value;
}

/** A column of the input. */
export interface TypedReference extends Typed {
  readonly kind: "reference";
  readonly id: number;
  readonly name: string;
}

/**
 * A scalar function or operator by Spark's canonical name (see `analysis/function/`), arguments
 * already coerced to what the function takes; `when` is (condition, value)… [else].
 */
export interface TypedCall extends Typed {
  readonly kind: "call";
  readonly name: string;
  readonly arguments: readonly TypedExpression[];
  /** Of a function that is random: calls of one number give the same for the same row. */
  readonly draw?: number;
}

/** `ansi`: a bad value is an error; `legacy`: null or wraps; `try`: null. */
export interface TypedCast extends Typed {
  readonly kind: "cast";
  readonly input: TypedExpression;
  readonly mode: "ansi" | "legacy" | "try";
}

/** The member at `ordinal` of a struct. */
export interface TypedField extends Typed {
  readonly kind: "field";
  readonly input: TypedExpression;
  readonly ordinal: number;
}

/** An argument of a higher-order function; `type` is the type of the body. */
export interface TypedLambda extends Typed {
  readonly kind: "lambda";
  readonly parameters: readonly TypedVariable[];
  readonly body: TypedExpression;
}

export interface TypedVariable extends Typed {
  readonly kind: "variable";
  readonly id: number;
  readonly name: string;
}

/** Stands only in the aggregates of an Aggregate, at any depth, or as function of a window. */
export interface TypedAggregate extends Typed {
  readonly kind: "aggregate";
  readonly name: string;
  readonly arguments: readonly TypedExpression[];
  readonly distinct: boolean;
  readonly filter?: TypedExpression;
  readonly ignoreNulls: boolean;
}

export interface TypedWindow extends Typed {
  readonly kind: "window";
  /** An aggregate, or a call of a ranking or offset function. */
  readonly function: TypedAggregate | TypedCall;
  readonly partition: readonly TypedExpression[];
  readonly order: readonly TypedOrder[];
  readonly frame?: TypedFrame;
}

export interface TypedFrame {
  readonly unit: "rows" | "range";
  readonly lower: TypedBoundary;
  readonly upper: TypedBoundary;
}

export type TypedBoundary =
  | { readonly bound: "unbounded preceding" | "unbounded following" | "current row" }
  | { readonly bound: "preceding" | "following"; readonly offset: TypedExpression };

/** `outer` are the columns of the enclosing query that the relation refers to. */
export interface TypedSubquery extends Typed {
  readonly kind: "subquery";
  readonly use: "scalar" | "exists" | "in";
  readonly values: readonly TypedExpression[];
  readonly relation: TypedRelation;
  readonly outer: readonly TypedReference[];
}

export interface TypedOrder {
  readonly input: TypedExpression;
  readonly direction: "asc" | "desc";
  readonly nulls: "first" | "last";
}

/** A column made by an expression. */
export interface Named {
  readonly column: Column;
  readonly expression: TypedExpression;
}

export type TypedRelation =
  | TypedScan
  | TypedInput
  | TypedOneRow
  | TypedProject
  | TypedFilter
  | TypedJoin
  | TypedAggregation
  | TypedSort
  | TypedLimit
  | TypedUnion
  | TypedSetOperation
  | TypedDeduplicate
  | TypedWatermark
  | TypedGenerate
  | TypedWindows;

/** A resolved leaf whose data is not chosen yet. `execution` puts a TypedInput in its place. */
export interface TypedScan {
  readonly kind: "scan";
  readonly dataset: Dataset;
  /** One for each field of the dataset's schema, then of its hidden ones that are used. */
  readonly output: readonly Column[];
}

/** A leaf the engine reads: `output[i]` is the column `input.schema.fields[i]`. */
export interface TypedInput {
  readonly kind: "input";
  readonly input: Input;
  readonly output: readonly Column[];
}

export interface TypedOneRow {
  readonly kind: "one row";
  readonly output: readonly Column[]; // none
}

export interface TypedProject {
  readonly kind: "project";
  readonly input: TypedRelation;
  readonly columns: readonly Named[];
}

export interface TypedFilter {
  readonly kind: "filter";
  readonly input: TypedRelation;
  readonly condition: TypedExpression;
}

/** Output: left's columns, then right's (semi and anti: left's only). */
export interface TypedJoin {
  readonly kind: "join";
  readonly left: TypedRelation;
  readonly right: TypedRelation;
  readonly type: JoinType;
  readonly condition?: TypedExpression;
  readonly lateral: boolean;
  readonly output: readonly Column[];
}

/** Output: `aggregates` (which repeat the grouping columns the user sees as references). */
export interface TypedAggregation {
  readonly kind: "aggregate";
  readonly input: TypedRelation;
  /** Aggregates refer to a grouping column by its id. */
  readonly grouping: readonly Named[];
  readonly aggregates: readonly Named[];
}

export interface TypedSort {
  readonly kind: "sort";
  readonly input: TypedRelation;
  readonly order: readonly TypedOrder[];
}

export interface TypedLimit {
  readonly kind: "limit";
  readonly input: TypedRelation;
  readonly limit?: number;
  readonly offset: number;
}

/** UNION ALL; inputs already cast and ordered alike; `output` has new ids. */
export interface TypedUnion {
  readonly kind: "union";
  readonly inputs: readonly TypedRelation[];
  readonly output: readonly Column[];
}

/** INTERSECT and EXCEPT. */
export interface TypedSetOperation {
  readonly kind: "set";
  readonly operator: "intersect" | "except";
  readonly left: TypedRelation;
  readonly right: TypedRelation;
  readonly all: boolean;
  readonly output: readonly Column[];
}

/** Keeps one row of each key: the first in input order (file by file, line by line). */
export interface TypedDeduplicate {
  readonly kind: "deduplicate";
  readonly input: TypedRelation;
  readonly keys: readonly number[]; // column ids
  readonly withinWatermark: boolean;
}

/** No effect in batch. The column carries `spark.watermarkDelayMs` in its metadata from here. */
export interface TypedWatermark {
  readonly kind: "watermark";
  readonly input: TypedRelation;
  readonly column: number; // id of the event time
  readonly delayMs: number;
  readonly output: readonly Column[];
}

/** `explode` and its kin: the input's columns, then the generator's. */
export interface TypedGenerate {
  readonly kind: "generate";
  readonly input: TypedRelation;
  readonly generator: TypedCall;
  readonly outer: boolean;
  readonly generated: readonly Column[];
}

/** Adds columns computed by window functions. */
export interface TypedWindows {
  readonly kind: "windows";
  readonly input: TypedRelation;
  readonly columns: readonly Named[]; // each a TypedWindow
}

/** The columns a relation puts out, in order. */
export function outputOf(relation: TypedRelation): readonly Column[] {
  switch (relation.kind) {
    case "project":
      return relation.columns.map((named) => named.column);
    case "aggregate":
      return relation.aggregates.map((named) => named.column);
    case "filter":
    case "sort":
    case "limit":
    case "deduplicate":
      return outputOf(relation.input);
    case "generate":
      return [...outputOf(relation.input), ...relation.generated];
    case "windows":
      return [...outputOf(relation.input), ...relation.columns.map((named) => named.column)];
    default:
      return relation.output;
  }
}
