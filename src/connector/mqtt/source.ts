import { basename } from "node:path";
import { join } from "../../storage/store.ts";
import type { StreamingDataset } from "../../stream/dataset.ts";
import type { Source, SourceContext } from "../../stream/source.ts";
import type { ReadRequest } from "../connector.ts";
import { Journal } from "../journal/journal.ts";
import { type JournalOptions, journalOptions } from "../journal/option.ts";
import { journalSource } from "../journal/source.ts";
import { loadMqtt } from "./client.ts";
import {
  type BrokerOptions,
  brokerOptions,
  mqttOptions,
  type SubscriptionOptions,
  subscriptionOptions,
} from "./option.ts";
import { messageSchema } from "./row.ts";
import { Subscriber } from "./subscriber.ts";

interface Spec {
  readonly broker: BrokerOptions;
  readonly subscription: SubscriptionOptions;
  readonly journal: JournalOptions;
  readonly staging: string;
}

/** `spark.readStream.format("mqtt")`: options are read now, the broker is asked when it starts. */
export function streamMqtt({ options, paths, context }: ReadRequest): StreamingDataset {
  const [path] = paths;
  const read = mqttOptions(path === undefined ? options : { path, ...options });
  const broker = brokerOptions(read);
  const subscription = subscriptionOptions(read);
  const spec = { broker, subscription, journal: journalOptions(read), staging: context.staging };
  return {
    name: `mqtt ${broker.url}`,
    schema: messageSchema,
    hidden: [],
    streaming: true,
    open: (query) => openMqtt(spec, query),
  };
}

async function openMqtt(spec: Spec, { checkpoint, queryId }: SourceContext): Promise<Source> {
  const { broker, subscription, staging } = spec;
  const mqtt = await loadMqtt();
  const location = join(checkpoint, "journal");
  const journal = await Journal.open({ ...spec.journal, schema: messageSchema, location });
  try {
    const clientId = broker.clientId ?? clientIdOf(queryId, basename(checkpoint.path));
    const subscriber = new Subscriber({ ...subscription, mqtt, broker, clientId, journal });
    await subscriber.open();
    return journalSource({
      ...spec.journal,
      ...{ journal, staging },
      description: `MQTTSource[${broker.url}, topics: ${subscription.topics.join(",")}]`,
      failure: () => subscriber.failure,
      arrived: () => subscriber.arrived(),
      close: () => subscriber.close(),
    });
  } catch (thrown) {
    await journal[Symbol.asyncDispose]();
    throw thrown;
  }
}

/** The same for the same query; 23 letters and digits, which every broker must take. */
function clientIdOf(queryId: string, source: string): string {
  return `mr${queryId.replaceAll("-", "").slice(0, 20)}${source}`;
}
