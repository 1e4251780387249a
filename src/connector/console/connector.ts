import type { Engine } from "../../engine/engine.ts";
import { env } from "../../env.ts";
import type { Value } from "../../schema/value.ts";
import type { Sink, SinkBatch } from "../../stream/sink.ts";
import type { Connector, SinkRequest } from "../connector.ts";
import { optionReader } from "../option.ts";
import { showString } from "./show.ts";

const defaultRows = 20;
const defaultWidth = 20;
const rule = "-------------------------------------------";

/** Prints each batch under its number, as Spark's console sink does. */
export const connector: Connector = {
  names: ["console"],
  sink: async (request) => consoleSink(request),
};

function consoleSink({ options, context }: SinkRequest): Sink {
  const read = optionReader(options, "INVALID_OPTION_VALUE");
  const limit = read.positive("numRows") ?? defaultRows;
  const truncate = read.flag("truncate", true) ? defaultWidth : 0;
  return {
    description: "ConsoleSink",
    exactlyOnce: false,
    atomic: true,
    outputModes: ["append", "update", "complete"],
    async addBatch(batch) {
      const { schema, rows, count } = await firstRows(context.engine, batch, limit);
      const { timeZone } = batch.context;
      const table = showString({ schema, rows, limit, truncate, vertical: false, timeZone });
      env.print(`${rule}\nBatch: ${batch.batchId}\n${rule}\n${table}`);
      return { rows: count };
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Reads the result to its end: the batch must be computed whole, shown or not. */
async function firstRows(engine: Engine, { relation, context }: SinkBatch, most: number) {
  const rows: Value[][] = [];
  let count = 0;
  await using result = await engine.query(relation, context);
  for (let chunk = await result.next(); chunk; chunk = await result.next()) {
    for (let row = 0; row < chunk.rows && rows.length <= most; row++) {
      rows.push(chunk.columns.map((column) => column[row] ?? null));
    }
    count += chunk.rows;
  }
  return { schema: result.schema, rows, count };
}
