import type { Engine } from "../../engine/engine.ts";
import { env } from "../../env.ts";
import type { Value } from "../../schema/value.ts";
import type { Sink, SinkBatch } from "../../stream/sink.ts";
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
  let publisher: Publisher | undefined;
  return {
    description: `MQTTSink[${broker.url}]`,
    exactlyOnce: false,
    outputModes: ["append", "update", "complete"],
    async addBatch(batch) {
      publisher ??= new Publisher(await loadMqtt(), broker, clientId);
      try {
        return await publish(publisher, message, { engine: context.engine, batch });
      } catch (thrown) {
        await publisher.close();
        publisher = undefined;
        throw thrown;
      }
    },
    async [Symbol.asyncDispose]() {
      await publisher?.close();
      publisher = undefined;
    },
  };
}

async function publish(
  publisher: Publisher,
  message: (columns: readonly (readonly Value[])[], row: number) => Message,
  { engine, batch }: { readonly engine: Engine; readonly batch: SinkBatch },
): Promise<{ rows: number }> {
  let rows = 0;
  await using result = await engine.query(batch.relation, batch.context);
  for (let chunk = await result.next(); chunk; chunk = await result.next()) {
    const { columns } = chunk;
    await publisher.send(Array.from({ length: chunk.rows }, (_, row) => message(columns, row)));
    rows += chunk.rows;
  }
  return { rows };
}
