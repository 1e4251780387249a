import { error } from "../../error/error.ts";
import type { OutputMode } from "../../plan/command.ts";
import { formatDataType } from "../../schema/ddl.ts";
import type { Sink } from "../../stream/sink.ts";
import { tableAt } from "../../table/table.ts";
import { writeTable } from "../../table/write.ts";
import type { SinkRequest, WriteRequest } from "../connector.ts";

const outputModes: readonly OutputMode[] = ["append", "complete"];

/** `df.write.format("delta").save(path)`. */
export async function writeDelta(request: WriteRequest): Promise<void> {
  const { target, context, relation, mode, options, partitionBy } = request;
  if (!target) throw error("WRITE_PATH_MISSING", {});
  const table = await tableAt(target.location, context);
  await writeTable(table, {
    ...{ relation, mode, options },
    context: request.query,
    match: "name",
    ...(partitionBy.length === 0 ? {} : { partitionBy }),
  });
}

/**
 * One commit a batch, with the query's id and the batch's number in the table's own log: a batch
 * that is there already is left alone, so each is in the table exactly once.
 */
export async function deltaSink(request: SinkRequest): Promise<Sink> {
  const { target, context, schema, options, partitionBy, outputMode } = request;
  if (!target) throw error("WRITE_PATH_MISSING", {});
  const unknown = schema.fields.find(({ type }) => type.type === "void");
  if (unknown) {
    throw error("DELTA_NULL_SCHEMA_IN_STREAMING_WRITE", {
      column: unknown.name,
      type: formatDataType(unknown.type),
    });
  }
  const { location } = target;
  const { store, path } = location;
  return {
    description: `DeltaSink[${store.scheme === "file" ? path : store.uri(path)}]`,
    exactlyOnce: true,
    atomic: true,
    outputModes,
    async addBatch(batch) {
      const table = await tableAt(location, context);
      const { queryId, batchId, later } = batch;
      const { rows, skipped } = await writeTable(table, {
        relation: batch.relation,
        context: batch.context,
        mode: outputMode === "complete" ? "overwrite" : "append",
        match: "name",
        ...(partitionBy.length === 0 ? {} : { partitionBy }),
        options,
        streaming: {
          ...{ queryId, batchId, outputMode: batch.outputMode },
          ...(later === undefined ? {} : { later }),
        },
      });
      return skipped ? {} : { rows };
    },
    async [Symbol.asyncDispose]() {},
  };
}
