import { error } from "../../error/error.ts";
import type { Connector } from "../connector.ts";
import { flumeOptions } from "./option.ts";
import { eventSchema, openFlume } from "./source.ts";

/** Events that Flume agents deliver by their Avro sink. */
export const connector: Connector = {
  names: ["flume"],
  async streamReader({ options, schema, format, context }) {
    if (schema) throw error("USER_SPECIFIED_SCHEMA_NOT_ALLOWED", { format });
    const spec = { ...flumeOptions(options), staging: context.staging };
    return {
      name: `flume ${spec.bind}:${spec.port}`,
      schema: eventSchema,
      hidden: [],
      streaming: true,
      open: ({ checkpoint }) => openFlume({ ...spec, checkpoint }),
    };
  },
};
