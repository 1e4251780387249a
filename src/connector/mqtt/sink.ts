import type { TypedRelation } from "../../analysis/typed.ts";
import type { Engine, QueryContext } from "../../engine/engine.ts";
import { env } from "../../env.ts";
import type { Value } from "../../schema/value.ts";
import type { Sink } from "../../stream/sink.ts";
import type { SinkRequest } from "../connector.ts";
import { loadMqtt } from "./client.ts";
import { type Message, messageReader } from "./message.ts";
import { brokerOptions, mqttOptions } from "./option.ts";
import { Publisher } from "./publisher.ts";

/** Rows as messages, at least once with QoS 1 and 2: a batch that comes again is sent again. */
export function mqttSink({ options, target, schema, context }: SinkRequest): Sink {
  const path = target?.name;
  const read = mqttOptions(path === undefined ? options : { path, ...options });
  const broker = brokerOptions(read);
  const message = messageReader(schema, {
    topic: read.text("topic"),
    qos: broker.qos,
    retain: read.flag("retain", false),
  });
  const clientId = broker.clientId ?? `mr${env.uuid().replaceAll("-", "").slice(0, 21)}`;
  const disposed = new AbortController();
  let publisher: Publisher | undefined;
  return {
    description: `MQTTSink[${broker.url}]`,
    exactlyOnce: false,
    outputModes: ["append", "update", "complete"],
    async addBatch({ relation, context: query }) {
      publisher ??= new Publisher(await loadMqtt(), broker, clientId);
      const own = publisher;
      const signal = AbortSignal.any([disposed.signal, ...(query.signal ? [query.signal] : [])]);
      try {
        const rows = { engine: context.engine, relation, context: { ...query, signal } };
        return await publish(own, message, rows, signal);
      } catch (thrown) {
        await own.close();
        if (publisher === own) publisher = undefined;
        throw thrown;
      }
    },
    async [Symbol.asyncDispose]() {
      disposed.abort();
      await publisher?.close();
      publisher = undefined;
    },
  };
}

interface Rows {
  readonly engine: Engine;
  readonly relation: TypedRelation;
  readonly context: QueryContext;
}

async function publish(
  publisher: Publisher,
  message: (columns: readonly (readonly Value[])[], row: number) => Message,
  { engine, relation, context }: Rows,
  signal: AbortSignal,
): Promise<{ rows: number }> {
  let rows = 0;
  await using result = await engine.query(relation, context);
  for (let chunk = await result.next(); chunk; chunk = await result.next()) {
    const { columns } = chunk;
    const messages = Array.from({ length: chunk.rows }, (_, row) => message(columns, row));
    await publisher.send(messages, signal);
    rows += chunk.rows;
  }
  return { rows };
}
