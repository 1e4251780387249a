import type { TypedRelation } from "../../analysis/typed.ts";
import { type ViewShape, viewOutput } from "../../analysis/view.ts";
import type { CatalogView } from "../../catalog/catalog.ts";
import { error } from "../../error/error.ts";
import { quoteName, type Read, type Relation } from "../../plan/relation.ts";
import { parseQuery } from "../../sql/parse.ts";
import type { Conf } from "../conf.ts";
import { type LocalContext, parseOptions } from "./context.ts";
import { findRelation, temporaryView } from "./name.ts";

/** A temporary view: a plan, and what it meant when it was defined. */
export interface SessionView {
  readonly plan: Relation;
  readonly catalog: string;
  readonly schema: string;
  /** The settings that give the plan its meaning, as they were. */
  readonly conf: Readonly<Record<string, string>>;
  /** Of a view that SQL defined: the columns it had. */
  readonly shape?: ViewShape;
}

/** A view that a read names, ready to be looked into. */
export interface Unfolded {
  /** As its columns are qualified. */
  readonly name: readonly string[];
  readonly plan: Relation;
  /** What the plan's own names mean. */
  readonly context: LocalContext;
  readonly temporary: boolean;
  readonly output?: (relation: TypedRelation) => TypedRelation;
}

/** The settings that change what a query means, so that a view keeps them. */
const meaning = [
  "spark.sql.ansi.enabled",
  "spark.sql.legacy.ctePrecedencePolicy",
  "spark.sql.timestampType",
];

/** The meaning of a query that is defined now, under a name, to be kept with it. */
export function capturedConf(context: LocalContext): Readonly<Record<string, string>> {
  return Object.fromEntries(meaning.map((key) => [key, context.conf.get(key)]));
}

/** The view that a read names; undefined if it names a table, or nothing. */
export async function unfolded(context: LocalContext, read: Read): Promise<Unfolded | undefined> {
  if (!read.table) return undefined;
  const own = temporaryView(context, read.table);
  if (own) {
    const { plan, catalog, schema, conf, shape } = own;
    const inside = { ...context, current: { catalog, schema }, conf: fixed(context.conf, conf) };
    const view = { name: read.table, plan, context: inside, temporary: true };
    return shape ? { ...view, output: (relation) => viewOutput(relation, shape) } : view;
  }
  const found = await findRelation(context, read.table);
  if (found?.kind !== "view") return undefined;
  if (read.streaming) {
    const operation = "readStream";
    const viewName = quoteName(found.name);
    throw error("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", { viewName, operation });
  }
  return unfoldView(context, found);
}

/** A catalog's view: its text in the namespace it was made in, under its own columns. */
function unfoldView(context: LocalContext, view: CatalogView): Unfolded {
  const { definition, name } = view;
  const { catalog, namespace: schema, conf } = definition;
  const inside: LocalContext = {
    ...context,
    current: { catalog, schema },
    conf: fixed(context.conf, conf),
    // What is of a session cannot be in a view of a catalog.
    views: new Map(),
    variables: new Map(),
    functions: new Map(),
  };
  const plan = parseQuery(definition.text, parseOptions(inside));
  const shape = { ...definition, name: quoteName(name) };
  return {
    name,
    plan,
    context: inside,
    temporary: false,
    output: (relation) => viewOutput(relation, shape),
  };
}

/** Settings with some of them as they were. */
function fixed(conf: Conf, values: Readonly<Record<string, string>>): Conf {
  return {
    ...conf,
    get: (key, fallback) => values[key] ?? conf.get(key, fallback),
    lookup: (key) => values[key] ?? conf.lookup(key),
  };
}
