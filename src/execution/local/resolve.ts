import { analyze } from "../../analysis/analyze.ts";
import {
  type AnalysisContext,
  inferring,
  lookingUp,
  type SchemaLookup,
  type TextInference,
  type View,
} from "../../analysis/conf.ts";
import type { Dataset } from "../../analysis/dataset.ts";
import { calledNames, collectReads } from "../../analysis/read.ts";
import type { SqlFunction } from "../../analysis/routine.ts";
import type { TypedRelation } from "../../analysis/typed.ts";
import { settledDefinitions } from "../../analysis/with.ts";
import type { CatalogTable } from "../../catalog/catalog.ts";
import type { ReadRequest } from "../../connector/connector.ts";
import { asksForChanges } from "../../connector/delta/change-range.ts";
import { resolveRead, resolveStream } from "../../connector/registry.ts";
import { error } from "../../error/error.ts";
import { quoteName, type Read, type Relation } from "../../plan/relation.ts";
import { withAnswers } from "./answer.ts";
import { analysisConf, type LocalContext, precedencePolicyOf } from "./context.ts";
import { findTable } from "./name.ts";
import { bodyPlan, findRoutine } from "./routine.ts";
import { isSource, sameColumns, sourceTableRequest } from "./source.ts";
import { unfolded } from "./unfold.ts";

/** How deep views and functions may stand on each other: what reaches itself is found by it. */
const viewDepthMax = 100;

/**
 * The typed plan of a plan: every name looked up, every view unfolded, every type known. `given`:
 * what reads mean that no name says.
 */
export async function typedPlan(
  context: LocalContext,
  plan: Relation,
  more: readonly SqlFunction[] = [],
  given: ReadonlyMap<Read, Dataset> = new Map(),
): Promise<TypedRelation> {
  const reads = new Map<Read, Dataset | View>(given);
  const state: Names = { reads, functions: new Map(), inference: {}, depth: 0 };
  for (const routine of more) {
    state.functions.set(routine.name.join(".").toLowerCase(), routine);
    await resolveNames(context, bodyPlan(routine), state);
  }
  const ready = await readied(context, plan);
  await resolveNames(context, ready, state);
  return analyze(ready, analysisContext(context, state));
}

/** The plan that names are looked up in: commands answered, and WITH as the settings have it. */
function readied(context: LocalContext, plan: Relation): Promise<Relation> {
  const policy = precedencePolicyOf(context.conf.get("spark.sql.legacy.ctePrecedencePolicy"));
  return withAnswers(context, settledDefinitions(plan, policy, analysisConf(context)));
}

function analysisContext(context: LocalContext, state: Names): AnalysisContext {
  return {
    conf: analysisConf(context),
    functions: (name) => state.functions.get(name.toLowerCase()),
    variables: (name) => context.variables.get(name.toLowerCase()),
    infer: (format, text, options) => {
      if (!state.inference.of) throw new Error("Assertion failed: inference was not loaded");
      return state.inference.of(format, text, options);
    },
    ...(state.inference.lookup ? { lookup: state.inference.lookup } : {}),
    datasets: (read) => {
      const found = state.reads.get(read);
      if (!found) throw new Error("Assertion failed: a read was not resolved");
      return found;
    },
  };
}

/** What the names of a plan and of what it stands on were found to mean. */
export interface Names {
  readonly reads: Map<Read, Dataset | View>;
  /** Functions written in SQL, by lower-case name as calls have it. */
  readonly functions: Map<string, SqlFunction>;
  /** Present once a plan has asked for it. */
  readonly inference: { of?: TextInference; lookup?: SchemaLookup };
  readonly depth: number;
  /** Told of each view and function, the plan's own and those below. */
  readonly found?: (relied: Relied) => void;
}

/** A view or function that a plan stands on. */
export interface Relied {
  readonly kind: "view" | "function";
  readonly name: readonly string[];
  readonly temporary: boolean;
  /** How many views and functions are between. */
  readonly depth: number;
}

/** The views and functions that a plan stands on, itself or through others. */
export async function reliedOn(context: LocalContext, plan: Relation): Promise<readonly Relied[]> {
  const all: Relied[] = [];
  const found = (one: Relied) => void all.push(one);
  const ready = await readied(context, plan);
  await resolveNames(context, ready, {
    reads: new Map(),
    functions: new Map(),
    inference: {},
    depth: 0,
    found,
  });
  return all;
}

/** Looks up the names of a plan, of its views and of the functions it calls. */
export async function resolveNames(
  context: LocalContext,
  plan: Relation,
  state: Names,
): Promise<void> {
  for (const called of calledNames(plan)) {
    const plain = called.toLowerCase().replace(/^.*\./, "");
    if (inferring.has(plain)) state.inference.of ??= await context.engine.textInference();
    if (lookingUp.has(plain)) state.inference.lookup ??= await context.engine.schemaLookup();
    if (state.functions.has(called.toLowerCase())) continue;
    const routine = await findRoutine(context, called);
    if (!routine) continue;
    const { name } = routine;
    state.functions.set(called.toLowerCase(), routine);
    const below = deeper(state, { kind: "function", name, temporary: name.length === 1 });
    await resolveNames(context, bodyPlan(routine), below);
  }
  for (const read of collectReads(plan)) {
    if (state.reads.has(read)) continue;
    const view = await unfolded(context, read);
    if (!view) {
      state.reads.set(read, await datasetOf(context, read));
      continue;
    }
    const { name, output, temporary } = view;
    if (asksForChanges(read.options)) throw noChanges(name);
    const known = deeper(state, { kind: "view", name, temporary });
    // The short names of functions mean what they do in the view's own namespace.
    const below = { ...known, functions: new Map<string, SqlFunction>() };
    const inside = await readied(view.context, view.plan);
    const { catalog, database } = analysisConf(context);
    const inner = analysisContext(view.context, below);
    const conf = { ...inner.conf, ...(catalog && database ? { catalog, database } : {}) };
    const found = { name, plan: inside, context: { ...inner, conf } };
    state.reads.set(read, output ? { ...found, output } : found);
    await resolveNames(view.context, inside, below);
  }
}

function deeper(state: Names, relied: Omit<Relied, "depth">): Names {
  if (state.depth >= viewDepthMax) {
    throw error("RECURSIVE_VIEW", { viewIdent: quoteName(relied.name) });
  }
  state.found?.({ ...relied, depth: state.depth });
  return { ...state, depth: state.depth + 1 };
}

/** What a read means, without looking at its data. */
async function datasetOf(context: LocalContext, read: Read): Promise<Dataset> {
  if (read.format === "cloud_files_state") {
    return (await import("./file-state.ts")).fileState(context, read);
  }
  if (!read.table) return resolved(read, sourceRequest(context, read));
  const table = await findTable(context, read.table, "be read as a table");
  if (!table) throw error("TABLE_OR_VIEW_NOT_FOUND", { relationName: quoteName(read.table) });
  if (table.provider !== "delta" && asksForChanges(read.options)) throw noChanges(table.name);
  if (!(await isSource(context, table.provider))) {
    return resolved(read, tableRequest(context, read, table));
  }
  return sameColumns(table, await resolved(read, sourceTableRequest(context, table, read.options)));
}

function resolved(read: Read, request: ReadRequest): Promise<Dataset> {
  return read.streaming ? resolveStream(request) : resolveRead(request);
}

function sourceRequest(context: LocalContext, read: Read): ReadRequest {
  const path = read.options["path"];
  const paths = read.paths.length === 0 && path !== undefined ? [path] : read.paths;
  const format = read.format ?? context.conf.get("spark.sql.sources.default");
  return {
    ...{ format, options: read.options, paths, context: context.connector },
    ...(read.schema && { schema: read.schema }),
    ...(read.predicates && { predicates: read.predicates }),
  };
}

function tableRequest(context: LocalContext, read: Read, table: CatalogTable): ReadRequest {
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

/** Only Delta tables have a change feed: the rows of anything else would pass for one. */
function noChanges(name: readonly string[]): Error {
  const operation = "reading changes";
  return error("DELTA_TABLE_ONLY_OPERATION", { tableName: name.join("."), operation });
}
