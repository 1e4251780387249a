import {
  type Column,
  outputOf,
  type TypedAggregation,
  type TypedDeduplicate,
  type TypedExpression,
  type TypedOrder,
  type TypedProject,
  type TypedRelation,
  type TypedUnion,
} from "../../../analysis/typed.ts";
import { assert } from "../../../error/error.ts";
import { holdsMap } from "../../../schema/type.ts";
import { columnName } from "../quote.ts";
import { sqlType } from "../type.ts";
import { expression } from "./expression.ts";
import { generate } from "./generate.ts";
import { join } from "./join.ts";
import { mapSorted } from "./map-sort.ts";
import type { Scope } from "./scope.ts";
import { predicate } from "./subquery.ts";
import { usesOrdinals } from "./walk.ts";

/** A SELECT whose columns are the relation's `c<id>`, then the ordinals if they were asked for. */
export interface Compiled {
  readonly sql: string;
  /** Names of columns that order the rows as the input had them, most significant first. */
  readonly ordinals: readonly string[];
}

/** SQL of a relation. DuckDB has no SELECT of no columns: such a relation yields one of nulls. */
export function relation(plan: TypedRelation, scope: Scope): string {
  return compile(plan, scope, false).sql;
}

/** SQL of a relation; with `ordered`, ordinals come along. */
export function compile(plan: TypedRelation, scope: Scope, ordered: boolean): Compiled {
  switch (plan.kind) {
    case "scan":
      return assert(false, "a scan reached the engine") as never;
    case "input":
      return input(plan.output, scope, { ordered, plan });
    case "one row":
      return { sql: "SELECT NULL AS nothing", ordinals: [] };
    case "project":
      return project(plan, scope, ordered);
    case "filter": {
      const needs = ordered || usesOrdinals(plan.condition);
      const below = compile(plan.input, scope, needs);
      const condition = predicate(plan.condition, { ...scope, ordinals: below.ordinals });
      return { ...below, sql: `SELECT * FROM (${below.sql}) WHERE ${condition}` };
    }
    case "join":
      return numbered(plan.output, join(plan, scope), ordered);
    case "aggregate":
      return numbered(outputOf(plan), aggregate(plan, scope), ordered);
    case "sort": {
      const needs = ordered || plan.order.some((term) => usesOrdinals(term.input));
      const below = compile(plan.input, scope, needs);
      const order = orderBy(plan.order, { ...scope, ordinals: below.ordinals });
      if (!ordered) {
        const sql = `SELECT * FROM (${below.sql}) ORDER BY ${order}`;
        return { sql, ordinals: [] };
      }
      const over = [order, ...below.ordinals].join(", ");
      const columns = list(outputOf(plan).map((column) => columnName(column.id)));
      const number = `row_number() OVER (ORDER BY ${over}) AS o0`;
      return {
        sql: `SELECT ${columns}, ${number} FROM (${below.sql}) ORDER BY o0`,
        ordinals: ["o0"],
      };
    }
    case "limit": {
      const below = compile(plan.input, scope, ordered);
      const limit = plan.limit === undefined ? "" : ` LIMIT ${plan.limit}`;
      const offset = plan.offset === 0 ? "" : ` OFFSET ${plan.offset}`;
      // The clause follows a sort in the same SELECT: a subquery's order is not promised.
      const sql = plan.input.kind === "sort" ? below.sql : `SELECT * FROM (${below.sql})`;
      return { ...below, sql: `${sql}${limit}${offset}` };
    }
    case "union":
      return union(plan, scope, ordered);
    case "set":
      return numbered(plan.output, setOperation(plan, scope), ordered);
    case "deduplicate":
      return deduplicate(plan, scope, ordered);
    case "watermark": {
      const below = compile(plan.input, scope, ordered);
      const from = outputOf(plan.input);
      const columns = plan.output.map((column, at) =>
        alias(columnName(from[at]?.id ?? -1), column),
      );
      return { ...below, sql: select([...columns, ...below.ordinals], below.sql) };
    }
    case "generate":
      return generate(plan, scope, ordered);
    case "windows": {
      const below = compile(plan.input, scope, true);
      const inner = { ...scope, ordinals: below.ordinals };
      const kept = outputOf(plan.input).map((column) => columnName(column.id));
      const added = plan.columns.map((named) =>
        alias(typed(named.expression, inner), named.column),
      );
      return { ...below, sql: select([...kept, ...added, ...below.ordinals], below.sql) };
    }
  }
}

function input(
  output: readonly Column[],
  scope: Scope,
  { ordered, plan }: { ordered: boolean; plan: TypedRelation & { kind: "input" } },
): Compiled {
  const source = scope.sources.get(plan.input);
  assert(source !== undefined, "an input was not bound");
  const columns = output.map((column, at) => alias(source.columns[at] ?? "NULL", column));
  const ordinals = ordered ? source.ordinals.map((sql, at) => `${sql} AS o${at}`) : [];
  const where = source.condition === undefined ? "" : ` WHERE ${source.condition}`;
  return {
    sql: `SELECT ${list([...columns, ...ordinals])} FROM ${source.sql}${where}`,
    ordinals: ordered ? source.ordinals.map((_, at) => `o${at}`) : [],
  };
}

function project(plan: TypedProject, scope: Scope, ordered: boolean): Compiled {
  const needs = ordered || plan.columns.some((named) => usesOrdinals(named.expression));
  const below = compile(plan.input, scope, needs);
  const single = plan.input.kind === "one row";
  const inner = { ...scope, ordinals: below.ordinals, single };
  const columns = plan.columns.map((named) => alias(typed(named.expression, inner), named.column));
  return { ...below, sql: select([...columns, ...below.ordinals], below.sql) };
}

/** An expression held to the type the plan gives it: DuckDB may have computed a wider one. */
function typed(node: TypedExpression, scope: Scope): string {
  const sql = expression(node, scope);
  if (node.kind === "literal" || node.kind === "cast" || isStored(node)) return sql;
  return `CAST(${sql} AS ${sqlType(node.type)})`;
}

/** Whether a value has been held to its type already: a column, or a member of one. */
function isStored(node: TypedExpression): boolean {
  if (node.kind === "field") return isStored(node.input);
  return node.kind === "reference" || node.kind === "variable";
}

/** Rows of a relation that has no order of its own are ordered by all they hold. */
function numbered(output: readonly Column[], sql: string, ordered: boolean): Compiled {
  if (!ordered) return { sql, ordinals: [] };
  const keys = output.map((column) => columnName(column.id));
  const over = keys.length === 0 ? "" : `ORDER BY ${keys.join(", ")}`;
  const number = `row_number() OVER (${over}) AS o0`;
  return { sql: select([...keys, number], sql), ordinals: ["o0"] };
}

function aggregate(plan: TypedAggregation, scope: Scope): string {
  const needs = [...plan.aggregates, ...plan.grouping].some((named) =>
    usesOrdinals(named.expression),
  );
  const below = compile(plan.input, scope, needs);
  const inner = { ...scope, ordinals: below.ordinals };
  const used = outputOf(plan.input).map((column) => columnName(column.id));
  const own = new Set(used);
  // Grouping keys get columns of their own below, so that aggregates can name them by id.
  const keys = plan.grouping.filter((named) => !own.has(columnName(named.column.id)));
  const added = keys.map((named) => {
    const value = mapSorted(typed(named.expression, inner), named.column.type, inner);
    return alias(value, named.column);
  });
  // DuckDB tells maps apart by the order of their entries; Spark does not.
  const mapped = new Map(
    plan.grouping
      .filter(({ column }) => own.has(columnName(column.id)) && holdsMap(column.type))
      .map(({ column }) => {
        const name = columnName(column.id);
        return [name, `${mapSorted(name, column.type, inner)} AS ${name}`] as const;
      }),
  );
  const kept = used.map((name) => mapped.get(name) ?? name);
  const base =
    added.length + mapped.size === 0
      ? below.sql
      : select([...kept, ...added, ...below.ordinals], below.sql);
  const grouping = plan.grouping.map((named) => columnName(named.column.id));
  const columns = plan.aggregates.map((named) =>
    alias(typed(named.expression, { ...inner, grouped: true, keys: grouping }), named.column),
  );
  const by = grouping.length === 0 ? "" : ` GROUP BY ${grouping.join(", ")}`;
  // Without aggregate functions and keys Spark still yields one row.
  const having = grouping.length === 0 ? " HAVING count(*) >= 0" : "";
  return `SELECT ${list(columns)} FROM (${base})${by}${having}`;
}

function union(plan: TypedUnion, scope: Scope, ordered: boolean): Compiled {
  const parts = plan.inputs.map((child) => compile(child, scope, ordered));
  const width = Math.max(0, ...parts.map((part) => part.ordinals.length));
  const selects = parts.map((part, branch) => {
    const from = outputOf(plan.inputs[branch] as TypedRelation);
    const columns = plan.output.map((column, at) => {
      const name = columnName(from[at]?.id ?? -1);
      return `CAST(${name} AS ${sqlType(column.type)}) AS ${columnName(column.id)}`;
    });
    const own = part.ordinals.map((name, at) => `${name} AS u${at + 1}`);
    const padding = Array.from(
      { length: width - own.length },
      (_, at) => `0 AS u${own.length + at + 1}`,
    );
    const ordinals = ordered ? [`${branch} AS u0`, ...own, ...padding] : [];
    return select([...columns, ...ordinals], part.sql);
  });
  const sql = selects.join(" UNION ALL ");
  if (!ordered) return { sql, ordinals: [] };
  const names = Array.from({ length: width + 1 }, (_, at) => at);
  const renamed = [
    ...plan.output.map((column) => columnName(column.id)),
    ...names.map((at) => `u${at} AS o${at}`),
  ];
  return { sql: select(renamed, sql), ordinals: names.map((at) => `o${at}`) };
}

function setOperation(plan: TypedRelation & { kind: "set" }, scope: Scope): string {
  const sides = [plan.left, plan.right].map((side) => {
    const columns = outputOf(side).map((column, at) => {
      const target = plan.output[at];
      assert(target !== undefined, "the sides of a set operation differ in width");
      return `CAST(${columnName(column.id)} AS ${sqlType(target.type)}) AS
        ${columnName(target.id)}`;
    });
    return select(columns, relation(side, scope));
  });
  const word = `${plan.operator.toUpperCase()}${plan.all ? " ALL" : ""}`;
  return `(${sides[0]}) ${word} (${sides[1]})`;
}

function deduplicate(plan: TypedDeduplicate, scope: Scope, ordered: boolean): Compiled {
  const below = compile(plan.input, scope, true);
  const output = outputOf(plan.input).map((column) => columnName(column.id));
  const keys = plan.keys.map(columnName);
  const order = below.ordinals.length === 0 ? "" : `ORDER BY ${below.ordinals.join(", ")}`;
  const partition = keys.length === 0 ? "" : `PARTITION BY ${keys.join(", ")} `;
  const rank = `row_number() OVER (${partition}${order}) = 1`;
  const columns = list([...output, ...(ordered ? below.ordinals : [])]);
  return {
    sql: `SELECT ${columns} FROM (${below.sql}) QUALIFY ${rank}`,
    ordinals: ordered ? below.ordinals : [],
  };
}

/** ORDER BY terms. */
export function orderBy(order: readonly TypedOrder[], scope: Scope): string {
  // To DuckDB a literal is the position of a column; to Spark it orders nothing.
  const terms = order.filter((term) => term.input.kind !== "literal");
  return (terms.length === 0 ? order.slice(0, 1) : terms)
    .map((term) => {
      const { direction, nulls } = term;
      const key = term.input.kind === "literal" ? "(SELECT NULL)" : expression(term.input, scope);
      return `${key} ${direction.toUpperCase()} NULLS ${nulls.toUpperCase()}`;
    })
    .join(", ");
}

function select(columns: readonly string[], from: string): string {
  return `SELECT ${list(columns)} FROM (${from})`;
}

export function list(columns: readonly string[]): string {
  return columns.length === 0 ? "NULL AS nothing" : columns.join(", ");
}

function alias(sql: string, column: Column): string {
  const name = columnName(column.id);
  return sql === name ? name : `${sql} AS ${name}`;
}
