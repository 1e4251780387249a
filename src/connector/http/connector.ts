import { outputOf, type TypedRelation } from "../../analysis/typed.ts";
import type { Engine, QueryContext } from "../../engine/engine.ts";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { struct } from "../../schema/type.ts";
import type { Sink } from "../../stream/sink.ts";
import type { Connector, SinkRequest, WriteRequest } from "../connector.ts";
import { lineWriter } from "../file/line.ts";
import { Chunker } from "./chunk.ts";
import { type HttpOptions, httpOptions } from "./option.ts";
import { Sender } from "./sender.ts";

/** Rows as JSON in requests to a web server, at least once. */
export const connector: Connector = {
  names: ["http"],
  sink: async (request) => httpSink(request),
  writer: (request) => write(request),
};

function httpSink({ options, context }: SinkRequest): Sink {
  const http = httpOptions(options);
  const disposed = new AbortController();
  return {
    description: `HTTPSink[${http.shown}]`,
    exactlyOnce: false,
    outputModes: ["append", "update", "complete"],
    async addBatch({ relation, queryId, batchId, context: query }) {
      const signals = [disposed.signal, ...(query.signal ? [query.signal] : [])];
      const rows = await sendAll(
        { http, options, batch: `${queryId}-${batchId}`, signal: AbortSignal.any(signals) },
        { relation, engine: context.engine, query },
      );
      return { rows };
    },
    async [Symbol.asyncDispose]() {
      disposed.abort();
    },
  };
}

async function write(request: WriteRequest): Promise<void> {
  const { options, mode, relation, query, context } = request;
  if (mode === "overwrite" || mode === "ignore") {
    const known = "append, errorifexists";
    throw error("UNSUPPORTED_WRITE_OPTION", { option: "mode", value: mode, known });
  }
  const signal = query.signal ?? new AbortController().signal;
  await sendAll(
    { http: httpOptions(options), options, batch: env.uuid(), signal },
    { relation, engine: context.engine, query },
  );
}

interface Sending {
  readonly http: HttpOptions;
  readonly options: Options;
  /** Names the batch for ever. */
  readonly batch: string;
  readonly signal: AbortSignal;
}

interface Rows {
  readonly relation: TypedRelation;
  readonly engine: Engine;
  readonly query: QueryContext;
}

async function sendAll(sending: Sending, { relation, engine, query }: Rows): Promise<number> {
  const { http, options, batch, signal } = sending;
  const schema = struct(outputOf(relation).map(({ id: _, ...column }) => column));
  const shape = { format: "json", schema, data: schema, partitions: [] } as const;
  const { relation: lines, line } = lineWriter(relation, shape, options);
  const chunker = new Chunker(http, batch);
  const sender = new Sender(http, signal);
  let rows = 0;
  try {
    await using result = await engine.query(lines, { ...query, signal });
    for (let chunk = await result.next(); chunk; chunk = await result.next()) {
      const [texts] = chunk.columns;
      for (let row = 0; row < chunk.rows; row += 1) {
        const full = chunker.add(line([texts?.[row] ?? null]));
        if (full) await sender.add(full);
      }
      rows += chunk.rows;
    }
    const last = chunker.take();
    if (last) await sender.add(last);
    await sender.finish();
  } finally {
    await sender.end();
  }
  return rows;
}
