import { outputOf, type TypedRelation } from "../../analysis/typed.ts";
import type { Engine, QueryContext } from "../../engine/engine.ts";
import { error } from "../../error/error.ts";
import { field, struct } from "../../schema/type.ts";
import type { Sink } from "../../stream/sink.ts";
import type { SinkRequest, WriteRequest } from "../connector.ts";
import { eventReader } from "./message.ts";
import { hubOptions } from "./option.ts";
import { Publisher } from "./publisher.ts";

type ReadEvent = ReturnType<typeof eventReader>;

/** Rows as events, at least once: a batch that comes again is sent again. */
export function eventHubSink({ options, schema, context }: SinkRequest): Sink {
  const hub = hubOptions(options);
  const event = eventReader(schema);
  const disposed = new AbortController();
  let publisher: Publisher | undefined;
  return {
    description: `EventHubsSink[${hub.name}]`,
    exactlyOnce: false,
    outputModes: ["append", "update", "complete"],
    async addBatch(batch) {
      const { relation, context: query } = batch;
      const { engine } = context;
      const signal = AbortSignal.any([disposed.signal, ...(query.signal ? [query.signal] : [])]);
      if (signal.aborted) throw error("OPERATION_CANCELED", {}, signal.reason);
      publisher ??= await Publisher.open(hub);
      const rows = { engine, relation, context: { ...query, signal } };
      return { rows: await publish(publisher, event, rows) };
    },
    async [Symbol.asyncDispose]() {
      disposed.abort();
      await publisher?.[Symbol.asyncDispose]();
      publisher = undefined;
    },
  };
}

/** `df.write.format("eventhubs")`: adds events, at least once each. */
export async function writeEventHub(request: WriteRequest): Promise<void> {
  const { format, mode, relation, options, query, context } = request;
  if (mode === "overwrite" || mode === "ignore") {
    const operation = `be written in the save mode ${mode}: only append and errorifexists can`;
    throw error("UNSUPPORTED_DATA_SOURCE_OPERATION", { format, operation });
  }
  const hub = hubOptions(options);
  const schema = struct(outputOf(relation).map(({ name, type }) => field(name, type)));
  const event = eventReader(schema);
  await using publisher = await Publisher.open(hub);
  await publish(publisher, event, { engine: context.engine, relation, context: query });
}

interface Rows {
  readonly engine: Engine;
  readonly relation: TypedRelation;
  readonly context: QueryContext;
}

/** Sends chunk by chunk; the number of rows. */
async function publish(
  publisher: Publisher,
  event: ReadEvent,
  { engine, relation, context }: Rows,
): Promise<number> {
  let rows = 0;
  await using result = await engine.query(relation, context);
  for (let chunk = await result.next(); chunk; chunk = await result.next()) {
    const { columns } = chunk;
    const events = Array.from({ length: chunk.rows }, (_, row) => event(columns, row));
    await publisher.send(events, context.signal);
    rows += chunk.rows;
  }
  return rows;
}
