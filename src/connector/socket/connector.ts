import { error } from "../../error/error.ts";
import { field, type StructType, string, struct, timestamp } from "../../schema/type.ts";
import { join } from "../../storage/store.ts";
import type { StreamingDataset } from "../../stream/dataset.ts";
import type { Connector, ReadRequest } from "../connector.ts";
import { journalOptions } from "../journal/option.ts";
import { optionReader } from "../option.ts";
import { openDurable } from "./durable.ts";
import { openMemory } from "./memory.ts";

/** Lines of UTF-8 text from a TCP server: for trying things out, as in Spark, or from a journal. */
export const connector: Connector = {
  names: ["socket"],
  streamReader: async (request) => streamSocket(request),
};

function streamSocket({ options, schema: given, format, context }: ReadRequest): StreamingDataset {
  if (given) throw error("USER_SPECIFIED_SCHEMA_NOT_ALLOWED", { format });
  const read = optionReader(options, "INVALID_OPTION_VALUE");
  const host = read.text("host");
  const port = read.positive("port");
  if (host === undefined) throw error("MISSING_OPTION", { format, name: "host" });
  if (port === undefined) throw error("MISSING_OPTION", { format, name: "port" });
  const durable = read.flag("writeAheadLog", false);
  const schema = schemaOf(read.flag("includeTimestamp", false));
  read.positive("numPartitions"); // Spark's, of its tasks: a batch is one here
  const journal = journalOptions(read);
  const shape = { schema, description: `TextSocketV2[host: ${host}, port: ${port}]` };
  const { staging } = context;
  return {
    name: `socket ${host}:${port}`,
    schema,
    hidden: [],
    streaming: true,
    open: async ({ checkpoint }) => {
      if (!durable) return openMemory({ host, port }, shape);
      const location = join(checkpoint, "journal");
      return openDurable({ host, port }, { ...shape, ...journal, location, staging });
    },
  };
}

function schemaOf(stamped: boolean): StructType {
  const value = field("value", string);
  return struct(stamped ? [value, field("timestamp", timestamp)] : [value]);
}
