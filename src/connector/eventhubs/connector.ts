import { error } from "../../error/error.ts";
import type { Connector, ReadRequest } from "../connector.ts";
import { readEventHub } from "./batch.ts";
import { hubBatchOptions, hubStreamOptions } from "./option.ts";
import { loadEventHubs } from "./peer.ts";
import { eventSchema } from "./row.ts";
import { eventHubSink, writeEventHub } from "./sink.ts";
import { openEventHubSource } from "./source.ts";

/** Event hubs of Azure over AMQP, as Spark's connector of Azure reads and writes them. */
export const connector: Connector = {
  names: ["eventhubs"],
  async reader(request) {
    refuseSchema(request);
    const options = hubBatchOptions(request.options);
    await loadEventHubs();
    return readEventHub(options);
  },
  async streamReader(request) {
    refuseSchema(request);
    const options = hubStreamOptions(request.options);
    await loadEventHubs();
    return {
      ...{ name: `eventhubs ${options.name}`, schema: eventSchema, hidden: [], streaming: true },
      open: (context) => openEventHubSource(options, context),
    };
  },
  writer: writeEventHub,
  sink: async (request) => eventHubSink(request),
};

function refuseSchema({ schema, format }: ReadRequest): void {
  if (schema) throw error("USER_SPECIFIED_SCHEMA_NOT_ALLOWED", { format });
}
