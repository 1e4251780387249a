import type { Table } from "apache-arrow";
import { env } from "../env.ts";
import { error } from "../error/error.ts";
import type { Execution } from "../execution/execution.ts";
import type { Alias } from "../plan/expression.ts";
import type { JoinType, Relation } from "../plan/relation.ts";
import { treeString } from "../schema/tree.ts";
import type { StructType } from "../schema/type.ts";
import type { Row } from "../schema/value.ts";
import { aliasOf, Column, type ColumnOrName, named, orderOf, splitName } from "./column.ts";
import { GroupedData } from "./grouped.ts";
import { allRows, rowsOf } from "./row.ts";
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

/**
 * A plan and the session that can run it. Building is synchronous and touches nothing; whatever
 * looks at data or metadata returns a promise, and errors of names come there.
 */
export class DataFrame<R extends Row = Row> implements AsyncIterable<R> {
  readonly plan: Relation;
  readonly execution: Execution;

  constructor(execution: Execution, plan: Relation) {
    this.execution = execution;
    this.plan = plan;
  }

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
  withColumn(name: string, column: Column): DataFrame {
    return this.withColumns({ [name]: column });
  }
  withColumns(columns: Readonly<Record<string, Column>>): DataFrame {
    const aliases: Alias[] = Object.entries(columns).map(([name, column]) => aliasOf(name, column));
    return this.#of({ kind: "with columns", input: this.plan, columns: aliases });
  }
  withColumnRenamed(from: string, to: string): DataFrame {
    return this.withColumnsRenamed({ [from]: to });
  }
  withColumnsRenamed(names: Readonly<Record<string, string>>): DataFrame {
    const pairs = Object.entries(names);
    return this.#of({ kind: "with columns renamed", input: this.plan, names: pairs });
  }
  drop(...columns: readonly ColumnOrName[]): DataFrame {
    return this.#of({ kind: "drop", input: this.plan, columns: columns.map(named) });
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
  agg(...columns: readonly Column[]): DataFrame {
    return this.groupBy().agg(...columns);
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
  union(other: DataFrame): DataFrame {
    return this.#set("union", other, { all: true });
  }
  unionAll(other: DataFrame): DataFrame {
    return this.union(other);
  }
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
  async explain(): Promise<void> {
    env.print(await this.execution.explain(this.plan));
  }

  /** All rows, in memory. */
  async collect(): Promise<R[]> {
    return (await allRows(this.execution, this.plan)) as R[];
  }
  async first(): Promise<R | undefined> {
    return (await this.limit(1).collect())[0];
  }
  head(): Promise<R | undefined> {
    return this.first();
  }
  take(count: number): Promise<R[]> {
    return this.limit(count).collect();
  }
  async count(): Promise<number> {
    const [row] = await this.groupBy().count().collect();
    return Number(row?.["count"]);
  }
  async isEmpty(): Promise<boolean> {
    return (await this.first()) === undefined;
  }
  /** Prints the first rows as Spark prints them. */
  async show(rows = 20, options: ShowOptions = {}): Promise<void> {
    env.print(await showFrame(this.execution, this.plan, { rows, ...options }));
  }
  async toArrow(): Promise<Table> {
    const { toArrow } = await import("./arrow.ts");
    return toArrow(await this.execution.execute(this.plan));
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
  get writeStream(): DataStreamWriter {
    return new DataStreamWriter(this.execution, this.plan);
  }

  #of(plan: Relation): DataFrame {
    return new DataFrame(this.execution, plan);
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
  return { kind: "literal", value: count, type: { type: "integer" } };
}
