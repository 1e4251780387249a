import { error } from "../error/error.ts";
import type { Subquery } from "../plan/expression.ts";
import { quoteName } from "../plan/relation.ts";
import { boolean } from "../schema/type.ts";
import { comparedAs } from "./coercion.ts";
import { cast, children } from "./expression.ts";
import { castOutput } from "./output.ts";
import { computed, type Place, type Resolved, resolve } from "./resolve.ts";
import { emptyScope, type Outer, type Scope, type ScopeColumn } from "./scope.ts";
import { quoteType } from "./type-text.ts";
import {
  outputOf,
  type TypedExpression,
  type TypedReference,
  type TypedRelation,
} from "./typed.ts";
import { expressionsOf, inputsOf } from "./walk.ts";

/** A scalar subquery, EXISTS or IN; what it takes from around it is in `outer`. */
export function resolveSubquery(given: Subquery, place: Place): Resolved {
  const values = given.values.map((value) => resolve(value, place));
  const used = new Map<number, TypedReference>();
  const scope = place.beneath ? joined(place) : place.scope;
  const { parameters, lifted = "none", outer: parent } = place;
  const outer: Outer = {
    ...{ scope, used, lifted },
    ...(place.beneath ? { beneath: place.beneath } : {}),
    ...(parameters ? { parameters } : {}),
    ...(parent ? { parent } : {}),
  };
  const { relation } = place.analyzeQuery(given.relation, outer);
  if (used.size > 0) refuseLegacyCount(given, relation, place);
  const columns = outputOf(relation);
  const base = { kind: "subquery" as const, relation, outer: [...used.values()] };
  if (given.use === "exists") {
    const typed = { ...base, use: given.use, values: [], type: boolean, nullable: false };
    return computed(typed, `exists(${outerNames(relation, used)})`);
  }
  if (given.use === "scalar") {
    const [only, ...more] = columns;
    if (!only || more.length > 0) {
      throw error(
        "INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN",
        { number: columns.length },
      );
    }
    const typed = { ...base, use: given.use, values: [], type: only.type, nullable: true };
    return computed(typed, `scalarsubquery(${outerNames(relation, used)})`);
  }
  return inSubquery(values, relation, { base, place, names: outerNames(relation, used) });
}

/** What is around, then what is beneath it but for what comes up under its own name. */
function joined({ scope, beneath = emptyScope }: Place): Scope {
  const nameOf = (one: ScopeColumn): string => quoteName([...one.qualifier, one.column.name]);
  const known = new Set(scope.visible.map(nameOf));
  const more = beneath.visible.filter((one) => !known.has(nameOf(one)));
  return { visible: [...scope.visible, ...more], hidden: scope.hidden };
}

/** Under the legacy settings Spark counts an outer row without a match wrongly. */
function refuseLegacyCount({ use }: Subquery, relation: TypedRelation, place: Place): void {
  const { scalar = false, exists = false } = place.context.conf.legacyCount ?? {};
  const counts = (one: TypedRelation): boolean =>
    (one.kind === "aggregate" && (use !== "scalar" || one.grouping.length > 0)) ||
    inputsOf(one).some(counts);
  if (!(use === "scalar" ? scalar : exists) || !counts(relation)) return;
  throw error("UNSUPPORTED_EXPRESSION", {
    expression: `${use} subquery`,
    reason: "it aggregates under decorrelate…LegacyIncorrectCountHandling; turn that setting off",
  });
}

function inSubquery(
  values: readonly Resolved[],
  relation: TypedRelation,
  made: {
    readonly base: object & Pick<TypedSubqueryBase, "kind" | "relation" | "outer">;
    readonly place: Place;
    readonly names: string;
  },
): Resolved {
  const columns = outputOf(relation);
  const text = `(${values.map((value) => value.text).join(", ")} IN (listquery(${made.names})))`;
  if (columns.length !== values.length) {
    throw error("IN_SUBQUERY_COLUMNS_MISMATCH", { left: values.length, right: columns.length });
  }
  const { ansi } = made.place.context.conf;
  const named = columns.map((column, index) => {
    const value = values[index]?.expression;
    const type = value && comparedAs(value.type, column.type, ansi);
    if (!value || !type) {
      throw error("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES", {
        sqlExpr: `"${text}"`,
        left: quoteType(value?.type ?? column.type),
        right: quoteType(column.type),
      });
    }
    return { column, type, value: cast(value, type, ansi ? "ansi" : "legacy") };
  });
  const typed: TypedExpression = {
    ...made.base,
    use: "in",
    values: named.map((one) => one.value),
    relation: castOutput(
      relation,
      named.map((one) => one.type),
      ansi ? "ansi" : "legacy",
    ),
    type: boolean,
    nullable:
      values.some((value) => value.expression.nullable) ||
      columns.some((column) => column.nullable),
  };
  return computed(typed, text);
}

/** What Spark prints for a subquery: each use of a column from around it, from the top down. */
function outerNames(relation: TypedRelation, used: ReadonlyMap<number, TypedReference>): string {
  if (used.size === 0) return "";
  const names: string[] = [];
  const collect = (expression: TypedExpression, own: ReadonlySet<number>): void => {
    if (expression.kind === "reference") {
      if (used.has(expression.id) && !own.has(expression.id)) names.push(expression.name);
      return;
    }
    const parts = expression.kind === "subquery" ? expression.outer : [];
    for (const part of [...children(expression), ...parts]) collect(part, own);
  };
  const visit = (node: TypedRelation): void => {
    const inputs = inputsOf(node);
    const own = new Set(inputs.flatMap((input) => outputOf(input).map((column) => column.id)));
    for (const expression of expressionsOf(node)) collect(expression, own);
    for (const input of inputs) visit(input);
  };
  visit(relation);
  return names.join(", ");
}

type TypedSubqueryBase = Extract<TypedExpression, { kind: "subquery" }>;
