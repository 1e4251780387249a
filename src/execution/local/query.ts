import { scanRequests } from "../../analysis/conjunct.ts";
import { prune } from "../../analysis/prune.ts";
import type { TypedInput, TypedRelation, TypedScan } from "../../analysis/typed.ts";
import { rewriteAll } from "../../analysis/walk.ts";
import type { CachedResult, Result } from "../../engine/engine.ts";
import { assert, error } from "../../error/error.ts";
import type { Relation } from "../../plan/relation.ts";
import { emptyScan } from "../../stream/binding.ts";
import { isStreamingScan } from "../../stream/walk.ts";
import { type LocalContext, queryContext } from "./context.ts";
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
  const bound = await batchPlan(context, plan, "collect");
  const query = queryContext(context);
  return context.engine.query(bound, signal ? { ...query, signal } : query);
}

/** Runs a plan, its persisted parts already substituted, and keeps its rows in the engine. */
export async function cacheQuery(context: LocalContext, plan: Relation): Promise<CachedResult> {
  const bound = await boundPlan(context, plan, "persist");
  return context.engine.cache(bound, queryContext(context));
}

/** The engine's plan (of a stream: that of a batch without rows), then what each scan reads. */
export async function explainQuery(context: LocalContext, plan: Relation): Promise<string> {
  const typed = prune(await typedPlan(context, await context.persisted.substitute(plan)));
  const still = rewriteAll(typed, (one) => (isStreamingScan(one) ? emptyScan(one) : one));
  const bound = await bindScans(still);
  const text = await context.engine.explain(bound, queryContext(context));
  return [text.trimEnd(), ...(await scanLines(typed))].join("\n");
}

/** How many files of each table are read, and why not all of them. */
async function scanLines(plan: TypedRelation): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const [{ dataset }, request] of scanRequests(plan)) {
    if (dataset.streaming) lines.push(`${dataset.name}: a stream, each batch reads what is new`);
    const read = dataset.streaming ? undefined : await dataset.scan?.(request);
    if (!read || !("files" in read)) continue;
    const all =
      request.conditions.length === 0
        ? read
        : await dataset.scan?.({ columns: request.columns, conditions: [] });
    const files = all && "files" in all ? all.files.length : read.files.length;
    const skipped = files - read.files.length;
    const why = "their partition values and statistics rule the conditions out";
    const tail = skipped === 0 ? "" : `, ${skipped} skipped: ${why}`;
    lines.push(`${dataset.name}: ${read.files.length} of ${files} files${tail}`);
  }
  return lines;
}

/** A plan that an engine can run; `method` is what a streaming one is refused for. */
export async function batchPlan(
  context: LocalContext,
  plan: Relation,
  method: string,
): Promise<TypedRelation> {
  return boundPlan(context, await context.persisted.substitute(plan), method);
}

async function boundPlan(
  context: LocalContext,
  plan: Relation,
  method: string,
): Promise<TypedRelation> {
  const typed = await typedPlan(context, plan);
  if (hasStream(typed)) throw error("CALL_ON_STREAMING_DATASET_UNSUPPORTED", { method });
  return bindScans(prune(typed));
}

/**
 * Puts in the place of every batch scan the data it means, pruned by what the plan asks of it.
 * `newest`: of tables, what they hold now.
 */
export async function bindScans(
  plan: TypedRelation,
  { newest = false }: { readonly newest?: boolean } = {},
): Promise<TypedRelation> {
  const inputs = new Map<TypedScan, TypedInput>();
  for (const [scan, request] of scanRequests(plan)) {
    if (scan.dataset.streaming) continue;
    assert(scan.dataset.scan, `${scan.dataset.name} is no stream and cannot be scanned`);
    const input = await scan.dataset.scan({ ...request, newest });
    inputs.set(scan, { kind: "input", input, output: scan.output });
  }
  if (inputs.size === 0) return plan;
  return rewriteAll(plan, (one) => (one.kind === "scan" ? (inputs.get(one) ?? one) : one));
}
