import type { Expression } from "../plan/expression.ts";
import type { Relation } from "../plan/relation.ts";
import type { DataType } from "../schema/type.ts";
import type { AnalysisContext } from "./conf.ts";
import { type Draws, freshDraws } from "./draw.ts";
import { cast, newColumn, passing, reference, sameType } from "./expression.ts";
import type { Place, Resolved } from "./resolve.ts";
import type { Outer, Scope, ScopeColumn } from "./scope.ts";
import { type Named, outputOf, type TypedRelation } from "./typed.ts";

/** A relation with its types, and what names mean above it. */
export interface Analyzed extends Scope {
  /** Puts out at least the visible and the hidden columns. */
  readonly relation: TypedRelation;
  /**
   * Types expressions over the output and, where that has no such column, over what lies beneath
   * it (ORDER BY, HAVING, a filter above a select list); what they need becomes hidden columns.
   */
  readonly more?: (expressions: readonly Expression[], use?: Use) => More;
}

/** What expressions over an aggregation are for; above a HAVING that asked for more, or not. */
export type Use = "having" | "order" | "order above";

export interface More {
  readonly analyzed: Analyzed;
  readonly resolved: readonly Resolved[];
}

/** What is known while a plan is analysed, beside the plan. */
export interface Environment {
  readonly context: AnalysisContext;
  /** Common table expressions by lower-case name, each with what it can see. */
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly outer?: Outer;
  /** Names of hidden columns that the plan mentions, in lower case. */
  readonly mentioned: ReadonlySet<string>;
  readonly draws: Draws;
  /** How many views enclose the plan. */
  readonly depth: number;
  readonly analyze: (relation: Relation, environment: Environment) => Analyzed;
}

export interface Definition {
  readonly relation: Relation;
  readonly environment: Environment;
}

/** The place of expressions over an input. */
export function placeOver(scope: Scope, environment: Environment): Place {
  const { context, outer, draws } = environment;
  const place: Place = {
    context,
    draws,
    scope: { visible: scope.visible, hidden: scope.hidden },
    windows: [],
    analyzeQuery: (relation, around, body) => {
      const own = body ? bodyEnvironment(environment, body) : environment;
      return { relation: trimmed(environment.analyze(relation, { ...own, outer: around })) };
    },
  };
  return outer ? { ...place, outer } : place;
}

/** What is known in a function's body: none of the common tables around its call. */
export function bodyEnvironment(around: Environment, context: AnalysisContext): Environment {
  return { ...around, context, definitions: new Map(), draws: freshDraws(around.draws) };
}

/** The relation with the visible columns only, in their order. */
export function trimmed(analyzed: Analyzed): TypedRelation {
  const output = outputOf(analyzed.relation);
  const { visible } = analyzed;
  const same =
    output.length === visible.length &&
    output.every((column, index) => column === visible[index]?.column);
  if (same) return analyzed.relation;
  return {
    kind: "project",
    input: analyzed.relation,
    columns: visible.map((one) => passing(one.column)),
  };
}

/** Columns of no qualifier. */
export function unqualified(relation: TypedRelation): readonly ScopeColumn[] {
  return outputOf(relation).map((column) => ({ column, qualifier: [] }));
}

/** The relation with its columns cast to these types; itself if they have them. */
export function castOutput(
  relation: TypedRelation,
  types: readonly DataType[],
  mode: "ansi" | "legacy",
): TypedRelation {
  const output = outputOf(relation);
  const changed = output.some(
    (column, index) => !sameType(column.type, types[index] ?? column.type),
  );
  if (!changed) return relation;
  const columns = output.map((column, index): Named => {
    const type = types[index] ?? column.type;
    if (sameType(column.type, type)) return passing(column);
    const expression = cast(reference(column), type, mode);
    const { nullable } = expression;
    return { column: newColumn(column.name, type, { nullable }), expression };
  });
  return { kind: "project", input: relation, columns };
}
