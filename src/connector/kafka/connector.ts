import { error } from "../../error/error.ts";
import type { Connector, ReadRequest } from "../connector.ts";
import { readKafka } from "./batch.ts";
import { batchOptions, type KafkaSourceOptions, streamOptions } from "./option.ts";
import { loadKafka } from "./peer.ts";
import { kafkaSchema } from "./schema.ts";
import { kafkaSink, writeKafka } from "./sink.ts";
import { openKafkaSource } from "./source.ts";

/** Topics of Apache Kafka and of what speaks its protocol, as Spark reads and writes them. */
export const connector: Connector = {
  names: ["kafka"],
  async reader(request) {
    refuseSchema(request);
    const options = batchOptions(request.options);
    await loadKafka();
    return readKafka(options, kafkaSchema(options.includeHeaders), nameOf(options));
  },
  async streamReader(request) {
    refuseSchema(request);
    const options = streamOptions(request.options);
    await loadKafka();
    const schema = kafkaSchema(options.includeHeaders);
    return {
      ...{ name: nameOf(options), schema, hidden: [], streaming: true },
      open: (context) => openKafkaSource(options, schema, context),
    };
  },
  writer: writeKafka,
  async sink(request) {
    const sink = await kafkaSink(request);
    await loadKafka();
    return sink;
  },
  tables: "read",
};

function refuseSchema({ schema, format }: ReadRequest): void {
  if (schema) throw error("USER_SPECIFIED_SCHEMA_NOT_ALLOWED", { format });
}

function nameOf({ config }: KafkaSourceOptions): string {
  return `kafka ${config.servers}`;
}
