import type { Relation } from "../plan/relation.ts";
import type { AnalysisContext } from "./conf.ts";
import { freshDraws } from "./draw.ts";
import { type Environment, trimmed } from "./output.ts";
import { mentionedNames } from "./read.ts";
import { analyzeRelation } from "./relation.ts";
import type { TypedRelation } from "./typed.ts";

/**
 * Resolves the names of a plan, gives every expression its type and inserts the casts that Spark
 * would. Pure, but for the ids: each analysis gives new ones.
 */
export function analyze(relation: Relation, context: AnalysisContext): TypedRelation {
  const environment: Environment = {
    context,
    definitions: new Map(),
    draws: freshDraws(),
    mentioned: mentionedNames(relation),
    depth: 0,
    analyze: (inner, around) => {
      if (around.depth === 0) return analyzeRelation(inner, around);
      // A view may mention hidden columns that the query above it does not.
      const mentioned = new Set([...around.mentioned, ...mentionedNames(inner)]);
      return analyzeRelation(inner, { ...around, mentioned });
    },
  };
  return trimmed(environment.analyze(relation, environment));
}
