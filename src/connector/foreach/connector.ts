import type { Engine } from "../../engine/engine.ts";
import { error, isError } from "../../error/error.ts";
import type { Cached } from "../../plan/relation.ts";
import { type Row, setMember, type Value } from "../../schema/value.ts";
import type { Sink, SinkBatch } from "../../stream/sink.ts";
import type { Connector, ForeachWriter, SinkRequest } from "../connector.ts";

/** Hands batches or rows to the user's functions: at least once, by (query id, batch id). */
export const connector: Connector = {
  names: ["foreach", "foreachbatch"],
  sink: async (request) =>
    request.format.toLowerCase() === "foreach" ? foreachSink(request) : foreachBatchSink(request),
};

type AddBatch = Sink["addBatch"];

function sinkOf(description: string, addBatch: AddBatch, atomic = false): Sink {
  return {
    description,
    exactlyOnce: false,
    atomic,
    outputModes: ["append", "update", "complete"],
    addBatch,
    async [Symbol.asyncDispose]() {},
  };
}

function foreachBatchSink({ functions, context }: SinkRequest): Sink {
  const call = functions?.foreachBatch;
  if (!call) throw error("FOREACH_FUNCTION_MISSING", { format: "foreachBatch" });
  const add: AddBatch = async (batch) => {
    // Computed once, so that a function that reads the frame twice sees the same rows.
    await using cached = await context.engine.cache(batch.relation, batch.context);
    const frame: Cached = { kind: "cached", name: cached.name, schema: cached.schema };
    try {
      await call(frame, batch.batchId);
    } catch (thrown) {
      throw userError("FOREACH_BATCH_USER_FUNCTION_ERROR", thrown);
    }
    return { rows: cached.rows };
  };
  return sinkOf("ForeachBatchSink", add, true);
}

function foreachSink({ functions, context }: SinkRequest): Sink {
  const writer = functions?.foreach;
  if (!writer) throw error("FOREACH_FUNCTION_MISSING", { format: "foreach" });
  return sinkOf("ForeachWriterProvider", (batch) => processRows(context.engine, writer, batch));
}

/** One partition a batch: its rows go to the writer one by one, in the order they come. */
async function processRows(
  engine: Engine,
  writer: ForeachWriter,
  batch: SinkBatch,
): Promise<{ rows: number }> {
  const wanted = (await calling(() => writer.open?.(0, batch.batchId))) ?? true;
  let rows: number;
  try {
    rows = await processAll(engine, wanted ? writer : undefined, batch);
  } catch (thrown) {
    const failure = isError(thrown, "FOREACH_USER_FUNCTION_ERROR") ? thrown.cause : thrown;
    try {
      await writer.close?.(failure instanceof Error ? failure : new Error(String(failure)));
    } catch {
      // What failed first is what is told.
    }
    throw thrown;
  }
  await calling(() => writer.close?.(undefined));
  return { rows };
}

/** Reads the batch to its end, wanted or not, and counts its rows. */
async function processAll(
  engine: Engine,
  writer: ForeachWriter | undefined,
  { relation, context }: SinkBatch,
): Promise<number> {
  let rows = 0;
  await using result = await engine.query(relation, context);
  const names = result.schema.fields.map(({ name }) => name);
  for (let chunk = await result.next(); chunk; chunk = await result.next()) {
    const { columns } = chunk;
    rows += chunk.rows;
    for (let index = 0; writer && index < chunk.rows; index++) {
      if (context.signal?.aborted) throw error("OPERATION_CANCELED", {}, context.signal.reason);
      await calling(() => writer.process(rowOf(names, columns, index)));
    }
  }
  return rows;
}

async function calling<T>(call: () => T | Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (thrown) {
    throw userError("FOREACH_USER_FUNCTION_ERROR", thrown);
  }
}

type UserError = "FOREACH_USER_FUNCTION_ERROR" | "FOREACH_BATCH_USER_FUNCTION_ERROR";

/** Errors that have a name keep it, as with Spark. */
function userError(code: UserError, thrown: unknown): unknown {
  if (isError(thrown)) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return error(code, { reason }, thrown);
}

function rowOf(
  names: readonly string[],
  columns: readonly (readonly Value[])[],
  index: number,
): Row {
  const row: Record<string, Value> = {};
  for (const [column, name] of names.entries())
    setMember(row, name, columns[column]![index] ?? null);
  return row;
}
