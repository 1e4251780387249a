import { error } from "../error/error.ts";
import type { Expression } from "../plan/expression.ts";
import type { Relation, SubqueryAlias } from "../plan/relation.ts";
import {
  expressionsOf,
  inputsOf,
  mapExpressions,
  mapInputs,
  partsOf,
  transformExpression,
} from "../plan/walk.ts";
import type { AnalysisConf } from "./conf.ts";
import { parsed } from "./resolve.ts";

/** `spark.sql.legacy.ctePrecedencePolicy`: which WITH a name means that several define. */
export type PrecedencePolicy = "CORRECTED" | "EXCEPTION" | "LEGACY";

/**
 * The plan with its names of WITH as the policy has them: the innermost one is meant (CORRECTED),
 * that it hides another one is an error (EXCEPTION), or no WITH is left (LEGACY). LEGACY puts
 * definitions in the place of names as Spark before 3.0 did, a WITH in FROM before the one around
 * it, and the one around it before those within its definitions and its subqueries.
 */
export function settledDefinitions(
  plan: Relation,
  policy: PrecedencePolicy,
  conf: AnalysisConf,
): Relation {
  if (policy === "CORRECTED") return plan;
  if (policy === "LEGACY") return inlined(plan, conf);
  refuseHidden(plan, { outer: new Set(), queryStart: true, conf });
  return plan;
}

interface Sight {
  /** Names defined around, in lower case. */
  readonly outer: ReadonlySet<string>;
  /** Whether a WITH could stand here before Spark 3.0: not in FROM. */
  readonly queryStart: boolean;
  readonly conf: AnalysisConf;
}

function refuseHidden(plan: Relation, sight: Sight): void {
  const within = { ...sight, queryStart: false };
  if (plan.kind === "with") {
    const names = new Set(sight.outer);
    for (const { alias, input } of plan.definitions) {
      if (sight.queryStart && sight.outer.has(alias.toLowerCase())) {
        throw error("AMBIGUOUS_ALIAS_IN_NESTED_CTE", { name: `\`${alias}\`` });
      }
      refuseHidden(input, { ...sight, outer: new Set(names), queryStart: true });
      names.add(alias.toLowerCase());
    }
    refuseHidden(plan.input, { ...within, outer: names });
    return;
  }
  for (const held of expressionsOf(plan)) {
    for (const part of partsOf(parsed(held, sight.conf))) {
      if (part.kind === "subquery") refuseHidden(part.relation, { ...sight, queryStart: true });
    }
  }
  for (const input of inputsOf(plan)) {
    const lateral = plan.kind === "join" && plan.lateral && input === plan.right;
    refuseHidden(input, { ...within, queryStart: lateral === true });
  }
}

/** The plan without WITH, by definitions from the outside in; then its subqueries, each alone. */
function inlined(plan: Relation, conf: AnalysisConf): Relation {
  let result = plan;
  // What is put in may hold a WITH: each round takes away one level of them.
  while (hasWith(result)) result = round(result, conf);
  return withInlinedSubqueries(result, conf);
}

function withInlinedSubqueries(plan: Relation, conf: AnalysisConf): Relation {
  const beneath = mapPath(plan, (input) => withInlinedSubqueries(input, conf));
  return mapSubqueries(beneath, conf, (relation) => inlined(relation, conf));
}

function hasWith(plan: Relation): boolean {
  return plan.kind === "with" || path(plan).some(hasWith);
}

/** Each WITH of FROM put into its query, the inner before the outer; none in a definition. */
function round(plan: Relation, conf: AnalysisConf): Relation {
  const beneath = mapPath(plan, (input) => round(input, conf));
  if (beneath.kind !== "with") return beneath;
  const known: SubqueryAlias[] = [];
  for (const definition of beneath.definitions) {
    const input = substituted(definition.input, known, conf);
    known.push({ ...definition, input });
  }
  return substituted(beneath.input, known, conf);
}

/** Definitions in the place of their names; in subqueries before a WITH of theirs is looked at. */
function substituted(
  plan: Relation,
  known: readonly SubqueryAlias[],
  conf: AnalysisConf,
): Relation {
  if (plan.kind === "read") {
    const [name, ...more] = plan.table ?? [];
    const found = known.find((one) => one.alias.toLowerCase() === name?.toLowerCase());
    return more.length === 0 && found ? found : plan;
  }
  const beneath = mapPath(plan, (input) => substituted(input, known, conf));
  return mapSubqueries(beneath, conf, (relation) =>
    round(substituted(relation, known, conf), conf),
  );
}

/** What a relation reads in FROM: not the definitions of WITH, nor what is joined by LATERAL. */
function path(plan: Relation): readonly Relation[] {
  if (plan.kind === "with") return [plan.input];
  return plan.kind === "join" && plan.lateral ? [plan.left] : inputsOf(plan);
}

function mapPath(plan: Relation, change: (input: Relation) => Relation): Relation {
  const those = new Set(path(plan));
  return mapInputs(plan, (input) => (those.has(input) ? change(input) : input));
}

/** The relation with each subquery of its expressions replaced, and what LATERAL joins. */
function mapSubqueries(
  plan: Relation,
  conf: AnalysisConf,
  change: (relation: Relation) => Relation,
): Relation {
  const within = mapExpressions(
    plan,
    (held): Expression =>
      transformExpression(parsed(held, conf), (part) =>
        part.kind === "subquery" ? { ...part, relation: change(part.relation) } : part,
      ),
  );
  return within.kind === "join" && within.lateral
    ? { ...within, right: change(within.right) }
    : within;
}
