import { env } from "../../env.ts";
import type { Sink } from "../../stream/sink.ts";
import type { SinkRequest } from "../connector.ts";
import { publish } from "../publish.ts";
import { loadMqtt } from "./client.ts";
import { messageReader } from "./message.ts";
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
        const rows = await publish({
          ...{ engine: context.engine, relation, context: { ...query, signal }, message },
          send: (messages) => own.send(messages, signal),
        });
        return { rows };
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
