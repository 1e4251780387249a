import { scanRequests } from "../../analysis/conjunct.ts";
import type { Dataset, ScanRequest } from "../../analysis/dataset.ts";
import { prune } from "../../analysis/prune.ts";
import type { TypedRelation, TypedScan } from "../../analysis/typed.ts";
import { rewriteAll } from "../../analysis/walk.ts";
import type { CachedResult, QueryContext, Result } from "../../engine/engine.ts";
import { assert, error } from "../../error/error.ts";
import type { Input } from "../../plan/input.ts";
import type { Read, Relation } from "../../plan/relation.ts";
import { withConstants } from "./constant.ts";
import { type LocalContext, queryContext, timeZoneOf } from "./context.ts";
import { withAnswers } from "./question.ts";
import { typedPlan } from "./resolve.ts";

/** Whether any leaf of a plan is a stream. */
export function hasStream(plan: TypedRelation): boolean {
  return [...scanRequests(plan).keys()].some((scan) => scan.dataset.streaming);
}

/** Runs a plan: names, types, files, then the engine. */
export async function runQuery(
  context: LocalContext,
  plan: Relation,
  signal?: AbortSignal,
): Promise<Result> {
  const query = queryContext(context);
  const given = await context.persisted.substitute(plan);
  const bound = await boundPlan(context, given, { method: "collect", query });
  return context.engine.query(bound, signal ? { ...query, signal } : query);
}

/** Runs a plan, its persisted parts already substituted, and keeps its rows in the engine. */
export async function cacheQuery(context: LocalContext, plan: Relation): Promise<CachedResult> {
  const query = queryContext(context);
  return context.engine.cache(await boundPlan(context, plan, { method: "persist", query }), query);
}

/** A plan that an engine can run; `method` is what a streaming one is refused for. */
export async function batchPlan(
  context: LocalContext,
  plan: Relation,
  method: string,
  given?: ReadonlyMap<Read, Dataset>,
): Promise<TypedRelation> {
  const ready = given ? plan : await context.persisted.substitute(plan);
  return boundPlan(context, ready, { method, ...(given ? { given } : {}) });
}

/** `query`: the context it will run in, where that is known by now. */
async function boundPlan(
  context: LocalContext,
  plan: Relation,
  how: {
    readonly method: string;
    readonly query?: QueryContext;
    readonly given?: ReadonlyMap<Read, Dataset>;
  },
): Promise<TypedRelation> {
  const { method, query, given } = how;
  const typed = await typedPlan(context, plan, [], given);
  if (hasStream(typed)) throw error("CALL_ON_STREAMING_DATASET_UNSUPPORTED", { method });
  const read: ScanReading = {
    timeZone: timeZoneOf(context),
    ...(query && { fold: (conditions) => withConstants(conditions, context.engine, query) }),
  };
  return bindScans(await withAnswers(prune(typed), read), read);
}

/** How scans are read, and what their conditions are turned into before. */
export interface ScanReading extends Pick<ScanRequest, "timeZone" | "newest" | "explained"> {
  fold?(conditions: ScanRequest["conditions"]): Promise<ScanRequest["conditions"]>;
}

/**
 * Puts in the place of every batch scan the data it means, pruned by what the plan asks of it.
 */
export async function bindScans(plan: TypedRelation, read: ScanReading): Promise<TypedRelation> {
  return withInputs(plan, await scanInputs(plan, read));
}

/** What each batch scan of a plan reads. */
export async function scanInputs(
  plan: TypedRelation,
  { fold, ...read }: ScanReading,
): Promise<ReadonlyMap<TypedScan, Input>> {
  const inputs = new Map<TypedScan, Input>();
  for (const [scan, request] of scanRequests(plan)) {
    if (scan.dataset.streaming) continue;
    assert(scan.dataset.scan, `${scan.dataset.name} is no stream and cannot be scanned`);
    const conditions = (await fold?.(request.conditions)) ?? request.conditions;
    inputs.set(scan, await scan.dataset.scan({ ...request, ...read, conditions }));
  }
  return inputs;
}

/** The plan with what its scans read in their place. */
export function withInputs(
  plan: TypedRelation,
  inputs: ReadonlyMap<TypedScan, Input>,
): TypedRelation {
  if (inputs.size === 0) return plan;
  return rewriteAll(plan, (one) => {
    const input = one.kind === "scan" ? inputs.get(one) : undefined;
    return one.kind === "scan" && input ? { kind: "input", input, output: one.output } : one;
  });
}
