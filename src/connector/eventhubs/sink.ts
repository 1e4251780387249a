import { outputOf } from "../../analysis/typed.ts";
import { error } from "../../error/error.ts";
import { field, struct } from "../../schema/type.ts";
import type { Sink } from "../../stream/sink.ts";
import type { SinkRequest, WriteRequest } from "../connector.ts";
import { publish } from "../publish.ts";
import { eventReader } from "./message.ts";
import { hubOptions } from "./option.ts";
import { Publisher } from "./publisher.ts";

/** Rows as events, at least once: a batch that comes again is sent again. */
export function eventHubSink({ options, schema, context }: SinkRequest): Sink {
  const hub = hubOptions(options);
  const message = eventReader(schema);
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
      const own = publisher;
      const rows = await publish({
        ...{ engine, relation, context: { ...query, signal }, message },
        send: (events) => own.send(events, signal),
      });
      return { rows };
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
  const message = eventReader(schema);
  await using publisher = await Publisher.open(hub);
  await publish({
    ...{ engine: context.engine, relation, context: query, message },
    send: (events) => publisher.send(events, query.signal),
  });
}
