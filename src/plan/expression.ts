import type { DataType, Json } from "../schema/type.ts";
import type { Value } from "../schema/value.ts";
import type { Relation } from "./relation.ts";

/** Where in the SQL text something stands; both 1-based lines and 0-based columns, as in Spark. */
export interface Origin {
  readonly line: number;
  readonly column: number;
}

/**
 * An expression as the user said it: names not resolved, types not known. In the terms of Spark
 * Connect's `Expression`. Operators are functions by Spark's names (`+`, `and`, `=`, `<=>`,
 * `not`, `isnull`, `in`, `between`, `like`, `rlike`, `when` (cond, value, …, [else]), `%`, `||`,
 * `struct`, `array`, `map`, `window`).
 */
export type Expression =
  | Literal
  | Attribute
  | Star
  | Call
  | Cast
  | Alias
  | SortOrder
  | WindowCall
  | Lambda
  | Extract
  | Subquery
  | Text;

export interface Literal {
  readonly kind: "literal";
  readonly value: Value;
  readonly type: DataType;
}

/**
 * A name of one or more parts: `a`, `t.a`, `a.b.c`. Where no column has it, `current_date`,
 * `current_timestamp`, `current_user`, `user`, `session_user`, `localtimestamp`,
 * `current_catalog`, `current_database` and their like are calls without arguments, as in Spark.
 */
export interface Attribute {
  readonly kind: "attribute";
  readonly name: readonly string[];
  /** Given as text, `IDENTIFIER('a.b')`: its column is called as it is printed. */
  readonly clause?: boolean;
  readonly origin?: Origin;
}

/** `*`, or `t.*` / `struct.*`. */
export interface Star {
  readonly kind: "star";
  readonly target: readonly string[];
  /** `* EXCEPT (a, b.c)`: the columns, or members of struct columns, that are left out. */
  readonly except?: readonly (readonly string[])[];
  readonly origin?: Origin;
}

export interface Call {
  readonly kind: "call";
  /** Lower case. */
  readonly name: string;
  readonly arguments: readonly Expression[];
  /** Names of `name => value` arguments, by position; absent where none is named. */
  readonly argumentNames?: readonly (string | undefined)[];
  readonly distinct?: boolean;
  /** `FILTER (WHERE …)`. */
  readonly filter?: Expression;
  readonly ignoreNulls?: boolean;
  /** `struct` written as a row, `(a, b)`: it is taken apart where a row is meant. */
  readonly row?: boolean;
  readonly origin?: Origin;
}

export interface Cast {
  readonly kind: "cast";
  readonly input: Expression;
  readonly type: DataType;
  readonly mode: "cast" | "try";
  /** A TIMESTAMP'…' without a zone: an NTZ literal read in the session's zone, shown as one. */
  readonly literal?: true;
  readonly origin?: Origin;
}

/** `input AS name`; several names for a generator that yields several columns. */
export interface Alias {
  readonly kind: "alias";
  readonly input: Expression;
  readonly names: readonly string[];
  readonly metadata?: { readonly [key: string]: Json };
}

export interface SortOrder {
  readonly kind: "order";
  readonly input: Expression;
  readonly direction: "asc" | "desc";
  /** Absent: first for asc, last for desc, as in Spark. */
  readonly nulls?: "first" | "last";
}

export interface WindowCall {
  readonly kind: "over";
  readonly function: Call;
  readonly partition: readonly Expression[];
  readonly order: readonly SortOrder[];
  readonly frame?: WindowFrame;
}

export interface WindowFrame {
  readonly unit: "rows" | "range";
  readonly lower: FrameBoundary;
  readonly upper: FrameBoundary;
}

export type FrameBoundary =
  | { readonly bound: "unbounded preceding" | "unbounded following" | "current row" }
  | { readonly bound: "preceding" | "following"; readonly offset: Expression };

export interface Lambda {
  readonly kind: "lambda";
  readonly parameters: readonly string[];
  readonly body: Expression;
}

/** `input[key]`, or `input.key` where key is a string literal. */
export interface Extract {
  readonly kind: "extract";
  readonly input: Expression;
  readonly key: Expression;
  readonly origin?: Origin;
}

export interface Subquery {
  readonly kind: "subquery";
  readonly use: "scalar" | "exists" | "in";
  /** The left side of IN. */
  readonly values: readonly Expression[];
  readonly relation: Relation;
}

/** An expression still in SQL text (`selectExpr`, `expr`, `filter("…")`); may carry an alias. */
export interface Text {
  readonly kind: "text";
  readonly text: string;
}
