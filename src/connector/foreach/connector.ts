import type { Engine } from "../../engine/engine.ts";
import { error } from "../../error/error.ts";
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

function sinkOf(description: string, addBatch: AddBatch): Sink {
  return {
    description,
    exactlyOnce: false,
    outputModes: ["append", "update", "complete"],
    addBatch,
    async [Symbol.asyncDispose]() {},
  };
}

function foreachBatchSink({ functions, context }: SinkRequest): Sink {
  const call = functions?.foreachBatch;
  if (!call) throw error("FOREACH_FUNCTION_MISSING", { format: "foreachBatch" });
  return sinkOf("ForeachBatchSink", async (batch) => {
    // Computed once, so that a function that reads the frame twice sees the same rows.
    await using cached = await context.engine.cache(batch.relation, batch.context);
    const frame: Cached = { kind: "cached", name: cached.name, schema: cached.schema };
    await call(frame, batch.batchId);
    return { rows: cached.rows };
  });
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
  const wanted = (await writer.open?.(0, batch.batchId)) ?? true;
  let rows = 0;
  let failure: Error | undefined;
  try {
    await using result = await engine.query(batch.relation, batch.context);
    const names = result.schema.fields.map(({ name }) => name);
    for (let chunk = await result.next(); chunk; chunk = await result.next()) {
      rows += chunk.rows;
      for (let index = 0; wanted && index < chunk.rows; index++) {
        await writer.process(rowOf(names, chunk.columns, index));
      }
    }
  } catch (thrown) {
    failure = thrown instanceof Error ? thrown : new Error(String(thrown));
    throw thrown;
  } finally {
    await writer.close?.(failure);
  }
  return { rows };
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
