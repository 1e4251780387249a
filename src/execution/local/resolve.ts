import { analyze } from "../../analysis/analyze.ts";
import type { Dataset } from "../../analysis/dataset.ts";
import { calledNames, collectReads } from "../../analysis/read.ts";
import type { SqlFunction } from "../../analysis/routine.ts";
import type { TypedRelation } from "../../analysis/typed.ts";
import type { CatalogRelation, CatalogTable } from "../../catalog/catalog.ts";
import { findCatalog, resolveName } from "../../catalog/name.ts";
import type { ReadRequest } from "../../connector/connector.ts";
import { resolveRead, resolveStream } from "../../connector/registry.ts";
import { error } from "../../error/error.ts";
import { quoteName, type Read, type Relation } from "../../plan/relation.ts";
import { withAnswers } from "./answer.ts";
import { analysisConf, type LocalContext } from "./context.ts";
import { bodyPlan, findRoutine } from "./routine.ts";

/** How deep views and functions may stand on each other: what reaches itself is found by it. */
const viewDepthMax = 100;

/** The typed plan of a plan: every name looked up, every view unfolded, every type known. */
export async function typedPlan(
  context: LocalContext,
  plan: Relation,
  more: readonly SqlFunction[] = [],
): Promise<TypedRelation> {
  const state: Names = { reads: new Map(), functions: new Map(), depth: 0 };
  for (const routine of more) {
    state.functions.set(routine.name.join(".").toLowerCase(), routine);
    await resolveNames(context, bodyPlan(routine), state);
  }
  const answered = await withAnswers(context, plan);
  await resolveNames(context, answered, state);
  return analyze(answered, {
    conf: analysisConf(context),
    functions: (name) => state.functions.get(name.toLowerCase()),
    variables: (name) => context.variables.get(name.toLowerCase()),
    datasets: (read) => {
      const found = state.reads.get(read);
      if (!found) throw new Error("Assertion failed: a read was not resolved");
      return found;
    },
  });
}

/** What the names of a plan and of what it stands on were found to mean. */
export interface Names {
  readonly reads: Map<Read, Dataset | Relation>;
  /** Functions written in SQL, by lower-case name as calls have it. */
  readonly functions: Map<string, SqlFunction>;
  readonly depth: number;
}

/** Looks up the names of a plan, of its views and of the functions it calls. */
export async function resolveNames(
  context: LocalContext,
  plan: Relation,
  state: Names,
): Promise<void> {
  if (state.depth > viewDepthMax) throw error("RECURSIVE_VIEW", { depth: viewDepthMax });
  const below = { ...state, depth: state.depth + 1 };
  for (const called of calledNames(plan)) {
    if (state.functions.has(called.toLowerCase())) continue;
    const routine = await findRoutine(context, called);
    if (!routine) continue;
    state.functions.set(called.toLowerCase(), routine);
    await resolveNames(context, bodyPlan(routine), below);
  }
  for (const read of collectReads(plan)) {
    if (state.reads.has(read)) continue;
    const found = viewOf(context, read);
    const view = found && (await withAnswers(context, found));
    state.reads.set(read, view ?? (await datasetOf(context, read)));
    if (view) await resolveNames(context, view, below);
  }
}

function viewOf(context: LocalContext, read: Read): Relation | undefined {
  const [name, ...more] = read.table ?? [];
  return name === undefined || more.length > 0 ? undefined : context.views.get(name.toLowerCase());
}

/** What a read means, without looking at its data. */
async function datasetOf(context: LocalContext, read: Read): Promise<Dataset> {
  const request = read.table
    ? await tableRequest(context, read, read.table)
    : sourceRequest(context, read);
  return read.streaming ? resolveStream(request) : resolveRead(request);
}

function sourceRequest(context: LocalContext, read: Read): ReadRequest {
  const path = read.options["path"];
  const paths = read.paths.length === 0 && path !== undefined ? [path] : read.paths;
  const format = read.format ?? context.conf.get("spark.sql.sources.default");
  const request = { format, options: read.options, paths, context: context.connector };
  return read.schema ? { ...request, schema: read.schema } : request;
}

async function tableRequest(
  context: LocalContext,
  read: Read,
  name: readonly string[],
): Promise<ReadRequest> {
  const table = await findTable(context, name, "be read as a table");
  if (!table) throw error("TABLE_OR_VIEW_NOT_FOUND", { relationName: quoteName(name) });
  const { definition, location } = table;
  const schema = read.schema ?? definition?.schema;
  const named = { name: table.name.join("."), location };
  return {
    format: table.provider,
    options: { ...definition?.options, ...read.options },
    paths: [],
    table: definition ? { ...named, partitionBy: definition.partitionBy } : named,
    context: context.connector,
    ...(schema ? { schema } : {}),
  };
}

/** What the catalogs have under a name of one to three parts; undefined if there is nothing. */
async function findRelation(
  context: LocalContext,
  name: readonly string[],
): Promise<CatalogRelation | undefined> {
  const { catalog, schema, table } = await placeOf(context, name);
  return catalog.relation(schema, table);
}

/** A table of the catalogs; a view is an error, `operation` is what it cannot do. */
export async function findTable(
  context: LocalContext,
  name: readonly string[],
  operation: string,
): Promise<CatalogTable | undefined> {
  const found = await findRelation(context, name);
  if (found?.kind !== "view") return found;
  throw error("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", {
    viewName: quoteName(found.name),
    operation,
  });
}

/** The catalog a name is in, and its schema and table part, whether the table is there or not. */
export async function placeOf(context: LocalContext, name: readonly string[]) {
  const [catalog, schema, table] = resolveName(name, context.current);
  return { catalog: findCatalog(context.catalogs, catalog), schema, table };
}
