import type { Table } from "apache-arrow";
import { env } from "../env.ts";
import { orAbort } from "../error/abort.ts";
import { error } from "../error/error.ts";
import type { Execution } from "../execution/execution.ts";
import type { Alias } from "../plan/expression.ts";
import type { JoinType, Relation } from "../plan/relation.ts";
import type { Row as RowOf, Shape, TypedStruct } from "../schema/row.ts";
import { treeString } from "../schema/tree.ts";
import type { StructType } from "../schema/type.ts";
import type { Row, Value } from "../schema/value.ts";
import { aliasOf, Column, type ColumnOrName, named, orderOf, splitName } from "./column.ts";
import { type Aggregates, GroupedData } from "./grouped.ts";
import { schemaOf } from "./option.ts";
import { allRows, type RunOptions, rowsOf } from "./row.ts";
import { type ShowOptions, showFrame } from "./show.ts";
import { DataStreamWriter } from "./stream-writer.ts";
import { DataFrameWriter } from "./writer.ts";

const joinTypes: Readonly<Record<string, JoinType>> = {
  inner: "inner",
  cross: "cross",
  left: "left",
  leftouter: "left",
  right: "right",
  rightouter: "right",
  outer: "full",
  full: "full",
  fullouter: "full",
  semi: "semi",
  leftsemi: "semi",
  anti: "anti",
  leftanti: "anti",
};

/** The columns of `R` that are named; of a frame whose columns are not known, any. */
type Picked<R extends Row, K extends keyof R> = string extends keyof R ? Row : Pick<R, K>;
type Dropped<R extends Row, K extends keyof R> = string extends keyof R ? Row : Omit<R, K>;
type Added<R extends Row, N extends string> = string extends keyof R
  ? Row
  : Omit<R, N> & { readonly [K in N]: Value };

/**
 * A plan and the session that can run it. Building is synchronous and touches nothing; whatever
 * looks at data or metadata returns a promise, and errors of names come there. `R` is the type of
 * its rows where it is known: from `createDataFrame` or `to` with a `struct({…})`, kept by what
 * takes plain names; expressions lose it honestly.
 */
export class DataFrame<R extends Row = Row> implements AsyncIterable<R> {
  readonly plan: Relation;
  readonly execution: Execution;

  constructor(execution: Execution, plan: Relation) {
    this.execution = execution;
    this.plan = plan;
  }

  select<K extends keyof R & string>(...names: readonly K[]): DataFrame<Picked<R, K>>;
  select(...columns: readonly ColumnOrName[]): DataFrame;
  select(...columns: readonly ColumnOrName[]): DataFrame {
    return this.#of({ kind: "project", input: this.plan, expressions: columns.map(named) });
  }
  /** SQL expressions, each with an alias if one is wanted. */
  selectExpr(...expressions: readonly string[]): DataFrame {
    return this.#of({
      kind: "project",
      input: this.plan,
      expressions: expressions.map((text) => ({ kind: "text", text })),
    });
  }
  filter(condition: Column | string): DataFrame<R> {
    return this.#as({ kind: "filter", input: this.plan, condition: condition_(condition) });
  }
  where(condition: Column | string): DataFrame<R> {
    return this.filter(condition);
  }
  withColumn<N extends string>(name: N, column: Column): DataFrame<Added<R, N>> {
    return this.withColumns({ [name]: column } as Readonly<Record<N, Column>>);
  }
  withColumns<N extends string>(columns: Readonly<Record<N, Column>>): DataFrame<Added<R, N>> {
    const aliases = Object.entries<Column>(columns).map<Alias>(([name, column]) =>
      aliasOf(name, column),
    );
    return this.#typed({ kind: "with columns", input: this.plan, columns: aliases });
  }
  withColumnRenamed(from: string, to: string): DataFrame {
    return this.withColumnsRenamed({ [from]: to });
  }
  withColumnsRenamed(names: Readonly<Record<string, string>>): DataFrame {
    const pairs = Object.entries(names);
    return this.#of({ kind: "with columns renamed", input: this.plan, names: pairs });
  }
  drop<K extends keyof R & string>(...names: readonly K[]): DataFrame<Dropped<R, K>>;
  drop(...columns: readonly ColumnOrName[]): DataFrame;
  drop(...columns: readonly ColumnOrName[]): DataFrame {
    return this.#of({ kind: "drop", input: this.plan, columns: columns.map(named) });
  }
  /**
   * The columns of a schema, by name, in its order: others are dropped, a nullable one that is
   * missing is null, values are cast where a table of that schema would take them. What does not
   * fit is an error when the frame is used, so that the type of the rows is true.
   */
  to<S extends Shape>(schema: TypedStruct<S>): DataFrame<RowOf<TypedStruct<S>>>;
  to(schema: StructType | string): DataFrame;
  to(schema: StructType | string): DataFrame {
    const wanted = schemaOf(schema, this.execution.conf);
    return this.#of({ kind: "to schema", input: this.plan, schema: wanted });
  }
  as(alias: string): DataFrame<R> {
    return this.#as({ kind: "alias relation", input: this.plan, alias });
  }
  alias(alias: string): DataFrame<R> {
    return this.as(alias);
  }

  /** `on` is the name of a column on both sides, several, or a condition. */
  join(right: DataFrame, on?: string | readonly string[] | Column, how = "inner"): DataFrame {
    const type = joinTypes[how.toLowerCase().replaceAll("_", "").replaceAll(" ", "")];
    if (!type) throw error("INVALID_JOIN_TYPE", { type: how });
    const base = { kind: "join", left: this.plan, right: right.plan } as const;
    if (on === undefined) return this.#of({ ...base, type: type === "inner" ? "cross" : type });
    if (on instanceof Column) return this.#of({ ...base, type, condition: on.expression });
    return this.#of({ ...base, type, using: typeof on === "string" ? [on] : on });
  }
  crossJoin(right: DataFrame): DataFrame {
    return this.join(right, undefined, "cross");
  }
  groupBy(...columns: readonly ColumnOrName[]): GroupedData {
    return new GroupedData(this.plan, columns.map(named), (plan) => this.#of(plan));
  }
  agg(...columns: readonly Column[]): DataFrame;
  agg(columns: Aggregates): DataFrame;
  agg(...columns: readonly (Column | Aggregates)[]): DataFrame {
    return this.groupBy().agg(...(columns as readonly Column[]));
  }
  orderBy(...columns: readonly ColumnOrName[]): DataFrame<R> {
    return this.#as({ kind: "sort", input: this.plan, order: columns.map(orderOf) });
  }
  sort(...columns: readonly ColumnOrName[]): DataFrame<R> {
    return this.orderBy(...columns);
  }
  limit(count: number): DataFrame<R> {
    return this.#as({ kind: "limit", input: this.plan, count: integerOf(count) });
  }
  offset(count: number): DataFrame<R> {
    return this.#as({ kind: "offset", input: this.plan, count: integerOf(count) });
  }
  /** Columns are matched by position, duplicates are kept. */
  union(other: DataFrame<R>): DataFrame<R>;
  union(other: DataFrame): DataFrame;
  union(other: DataFrame): DataFrame {
    return this.#set("union", other, { all: true });
  }
  unionAll(other: DataFrame): DataFrame {
    return this.union(other);
  }
  unionByName(other: DataFrame<R>): DataFrame<R>;
  unionByName(other: DataFrame, allowMissingColumns?: boolean): DataFrame;
  unionByName(other: DataFrame, allowMissingColumns = false): DataFrame {
    return this.#set("union", other, { all: true, byName: true, allowMissingColumns });
  }
  intersect(other: DataFrame): DataFrame {
    return this.#set("intersect", other, { all: false });
  }
  except(other: DataFrame): DataFrame {
    return this.#set("except", other, { all: false });
  }
  exceptAll(other: DataFrame): DataFrame {
    return this.#set("except", other, { all: true });
  }
  distinct(): DataFrame<R> {
    return this.dropDuplicates();
  }
  /** The first row of each value of the columns (all of them if none is given). */
  dropDuplicates(columns?: readonly string[]): DataFrame<R> {
    return this.#deduplicate(columns, false);
  }
  dropDuplicatesWithinWatermark(columns?: readonly string[]): DataFrame<R> {
    return this.#deduplicate(columns, true);
  }
  withWatermark(eventTime: string, delayThreshold: string): DataFrame<R> {
    const plan = { kind: "with watermark", input: this.plan, eventTime, delay: delayThreshold };
    return this.#as(plan as Relation);
  }
  /** A column of this frame by name. */
  col(name: string): Column {
    return new Column({ kind: "attribute", name: splitName(name) });
  }

  schema(): Promise<StructType> {
    return this.execution.schema(this.plan);
  }
  async columns(): Promise<readonly string[]> {
    return (await this.schema()).fields.map((field) => field.name);
  }
  isStreaming(): Promise<boolean> {
    return this.execution.isStreaming(this.plan);
  }
  async printSchema(): Promise<void> {
    env.print(treeString(await this.schema()));
  }
  /** Prints the engine's plan, and of each table how many files are read and why not more. */
  async explain(): Promise<void> {
    env.print(await this.execution.explain(this.plan));
  }

  /** All rows, in memory. An abort of the signal rejects with an error named AbortError. */
  async collect(options: RunOptions = {}): Promise<R[]> {
    const rows = allRows(this.execution, this.plan, options);
    return (await orAbort(rows, options.signal)) as R[];
  }
  async first(options?: RunOptions): Promise<R | undefined> {
    return (await this.limit(1).collect(options))[0];
  }
  head(): Promise<R | undefined> {
    return this.first();
  }
  take(count: number, options?: RunOptions): Promise<R[]> {
    return this.limit(count).collect(options);
  }
  async count(options?: RunOptions): Promise<number> {
    const [row] = await this.groupBy().count().collect(options);
    return Number(row?.["count"]);
  }
  async isEmpty(): Promise<boolean> {
    return (await this.first()) === undefined;
  }
  /** Prints the first rows as Spark prints them: `show()`, `show(5)`, `show(5, false)`. */
  async show(rows = 20, how: boolean | number | ShowOptions = true): Promise<void> {
    const options = typeof how === "object" ? how : { truncate: how };
    const text = showFrame(this.execution, this.plan, { rows, ...options });
    env.print(await orAbort(text, options.signal));
  }
  async toArrow(options: RunOptions = {}): Promise<Table> {
    const { toArrow } = await import("./arrow.ts");
    const table = this.execution.execute(this.plan, options).then(toArrow);
    return orAbort(table, options.signal);
  }
  /** Rows one by one, without holding them all. */
  async *[Symbol.asyncIterator](): AsyncIterator<R> {
    for await (const row of rowsOf(this.execution, this.plan)) yield row as R;
  }

  /** Keeps the result once it is computed, for every later use of this frame. */
  persist(): DataFrame<R> {
    this.execution.persist(this.plan);
    return this;
  }
  cache(): DataFrame<R> {
    return this.persist();
  }
  async unpersist(): Promise<DataFrame<R>> {
    await this.execution.unpersist(this.plan);
    return this;
  }
  createOrReplaceTempView(name: string): Promise<void> {
    return this.execution.createView(name, this.plan, true);
  }
  createTempView(name: string): Promise<void> {
    return this.execution.createView(name, this.plan, false);
  }

  get write(): DataFrameWriter {
    return new DataFrameWriter(this.execution, this.plan);
  }
  get writeStream(): DataStreamWriter<R> {
    return new DataStreamWriter<R>(this.execution, this.plan);
  }

  #of(plan: Relation): DataFrame {
    return new DataFrame(this.execution, plan);
  }
  #typed<T extends Row>(plan: Relation): DataFrame<T> {
    return new DataFrame<T>(this.execution, plan);
  }
  #as(plan: Relation): DataFrame<R> {
    return new DataFrame<R>(this.execution, plan);
  }
  #deduplicate(columns: readonly string[] | undefined, withinWatermark: boolean): DataFrame<R> {
    const plan = { kind: "deduplicate", input: this.plan, withinWatermark } as const;
    return this.#as(columns ? { ...plan, columns } : plan);
  }
  #set(
    operator: "union" | "intersect" | "except",
    other: DataFrame,
    how: { all: boolean; byName?: boolean; allowMissingColumns?: boolean },
  ): DataFrame {
    const { all, byName = false, allowMissingColumns = false } = how;
    const sides = { left: this.plan, right: other.plan };
    return this.#of({ kind: "set", operator, ...sides, all, byName, allowMissingColumns });
  }
}

function condition_(condition: Column | string): Column["expression"] {
  return typeof condition === "string" ? { kind: "text", text: condition } : condition.expression;
}

function integerOf(count: number): Column["expression"] {
  const type = Number.isInteger(count) ? "integer" : "double";
  return { kind: "literal", value: count, type: { type } };
}
