import { error } from "../../error/error.ts";
import type { Connector } from "../connector.ts";
import { mqttSink } from "./sink.ts";
import { streamMqtt } from "./source.ts";

/** Messages of an MQTT broker: a source that keeps them in a journal, and a sink. */
export const connector: Connector = {
  names: ["mqtt"],
  async streamReader(request) {
    const { format } = request;
    if (request.schema) throw error("USER_SPECIFIED_SCHEMA_NOT_ALLOWED", { format });
    return streamMqtt(request);
  },
  sink: async (request) => mqttSink(request),
};
