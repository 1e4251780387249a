import { findFunction } from "../../analysis/function/registry.ts";
import type { SqlFunction } from "../../analysis/routine.ts";
import { settledDefinitions } from "../../analysis/with.ts";
import type { Catalog, CatalogFunction } from "../../catalog/catalog.ts";
import { findCatalog, resolveName } from "../../catalog/name.ts";
import type { Expression } from "../../plan/expression.ts";
import type { Relation } from "../../plan/relation.ts";
import { parseBody, parseExpression } from "../../sql/parse.ts";
import { analysisConf, type LocalContext, parseOptions, precedencePolicyOf } from "./context.ts";

/** Where a function of some name is, or would be. */
export type RoutinePlace =
  | { readonly kind: "temporary"; readonly key: string }
  | { readonly kind: "persistent"; readonly catalog: Catalog; readonly name: readonly string[] };

/** The place a name of the catalogs means. */
export function persistentPlace(context: LocalContext, name: readonly string[]): RoutinePlace {
  const full = resolveName(name, context.current);
  const catalog = findCatalog(context.catalogs, full[0]);
  return { kind: "persistent", catalog, name: [catalog.name, full[1], full[2]] };
}

/** The key of a temporary function: `f`, `session.f` or `system.session.f`. */
export function temporaryKey(name: readonly string[]): string | undefined {
  const parts = name.map((part) => part.toLowerCase());
  const qualifier = parts.slice(0, -1).join(".");
  return ["", "session", "system.session"].includes(qualifier) ? parts.at(-1) : undefined;
}

/** The function written in SQL that a call means: one of the session, else one of a catalog. */
export async function findRoutine(
  context: LocalContext,
  called: string,
): Promise<SqlFunction | undefined> {
  const name = called.split(".");
  const key = temporaryKey(name);
  const temporary = key === undefined ? undefined : context.functions.get(key);
  if (temporary && key !== undefined) return sqlFunction(context, [key], temporary);
  const isOwn = findFunction(called.replace(/^(system\.)?builtin\./, "")) !== undefined;
  if (isOwn || name.length > 3 || name[0] === "system") return undefined;
  const schema = resolveName(name, context.current);
  const catalog = [...context.catalogs.values()].find((one) => one.name === schema[0]);
  const found = await catalog?.functions.find(schema[1], schema[2]);
  return found && catalog && sqlFunction(context, [catalog.name, schema[1], schema[2]], found);
}

/** A stored function, its text read. */
export function sqlFunction(
  context: LocalContext,
  name: readonly string[],
  { definition, conf }: CatalogFunction,
): SqlFunction {
  const options = parseOptions(context);
  const policy = precedencePolicyOf(conf["spark.sql.legacy.ctePrecedencePolicy"]);
  const settled = (plan: Relation) => settledDefinitions(plan, policy, analysisConf(context));
  return {
    name,
    parameters: definition.parameters.map(({ name: parameter, type, default: text }) => ({
      name: parameter,
      type,
      ...(text === undefined ? {} : { default: parseExpression(text, options) }),
    })),
    returns: definition.returns,
    body: settledBody(parseBody(definition.body, options), settled),
    readsData: definition.dataAccess === "READS SQL DATA",
    conf: { ansi: conf["spark.sql.ansi.enabled"] !== "false" },
  };
}

function settledBody(
  body: SqlFunction["body"],
  settled: (plan: Relation) => Relation,
): SqlFunction["body"] {
  if (body.kind === "query") return { ...body, relation: settled(body.relation) };
  const plan = settled({ kind: "project", input: { kind: "one row" }, expressions: [body] });
  return (plan.kind === "project" && plan.expressions[0]) || body;
}

/** What a function stands on, as a plan whose names can be looked up. */
export function bodyPlan({ body, parameters }: SqlFunction): Relation {
  const defaults = parameters.flatMap((one): Expression[] => (one.default ? [one.default] : []));
  const relation: Expression =
    body.kind === "query"
      ? { kind: "subquery", use: "scalar", values: [], relation: body.relation }
      : body;
  return { kind: "project", input: { kind: "one row" }, expressions: [relation, ...defaults] };
}
