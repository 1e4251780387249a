import { columnsOf } from "../../analysis/expression.ts";
import type { TypedInput, TypedRelation } from "../../analysis/typed.ts";
import type { CachedResult, QueryContext } from "../../engine/engine.ts";
import { error } from "../../error/error.ts";
import type { Relation } from "../../plan/relation.ts";
import type { Sink, SinkBatch } from "../../stream/sink.ts";
import type { Connector, ConnectorContext, SinkRequest } from "../connector.ts";

/** Parts a table may be in before they are put together: plans stay small. */
const maxParts = 32;

/** Keeps what a query puts out as a temporary view of the query's name, in the engine. */
export const connector: Connector = {
  names: ["memory"],
  sink: async (request) => memorySink(request),
};

function memorySink({ queryName, schema, context }: SinkRequest): Sink {
  if (queryName === undefined) throw error("QUERY_NAME_MISSING", { format: "memory" });
  let parts: readonly CachedResult[] = [];
  let newest = -1;
  let adding: Promise<unknown> = Promise.resolve();
  const empty: Relation = { kind: "local", schema, rows: [] };
  const show = (): void =>
    context.defineView(queryName, parts.length === 0 ? empty : viewOf(parts));
  const add = async (batch: SinkBatch): Promise<{ rows?: number }> => {
    if (batch.batchId <= newest) return {};
    const part = await context.engine.cache(batch.relation, batch.context);
    const before = [...parts, part];
    const { rows } = part;
    try {
      const after = batch.outputMode === "complete" ? [part] : before;
      parts = after.length > maxParts ? await together(after, batch.context, context) : after;
    } catch (thrown) {
      await part[Symbol.asyncDispose]();
      throw thrown;
    }
    newest = batch.batchId;
    show();
    for (const old of before) if (!parts.includes(old)) await old[Symbol.asyncDispose]();
    return { rows };
  };
  return {
    description: "MemorySink",
    // Within the process: a batch that comes again is skipped, and nothing survives a restart.
    exactlyOnce: true,
    atomic: true,
    outputModes: ["append", "update", "complete"],
    started: show,
    addBatch(batch) {
      const added = add(batch);
      adding = added.catch(() => {});
      return added;
    },
    // The view outlives the query, as in Spark: the session frees the parts.
    async [Symbol.asyncDispose]() {
      await adding;
      for (const part of parts) context.keep(part);
      parts = [];
    },
  };
}

function viewOf(parts: readonly CachedResult[]): Relation {
  const [first, ...rest] = parts.map(
    ({ name, schema }): Relation => ({ kind: "cached", name, schema }),
  );
  return rest.reduce<Relation>(
    (left, right) => ({
      kind: "set",
      operator: "union",
      left,
      right,
      all: true,
      byName: false,
      allowMissingColumns: false,
    }),
    first!,
  );
}

async function together(
  parts: readonly CachedResult[],
  query: QueryContext,
  context: ConnectorContext,
): Promise<readonly CachedResult[]> {
  const inputs = parts.map(leaf);
  const union: TypedRelation = { kind: "union", inputs, output: columnsOf(parts[0]!.schema) };
  return [await context.engine.cache(union, query)];
}

function leaf({ name, schema }: CachedResult): TypedInput {
  return { kind: "input", input: { kind: "cached", schema, name }, output: columnsOf(schema) };
}
