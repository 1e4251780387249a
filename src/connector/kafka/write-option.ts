import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { optionReader } from "../option.ts";
import { type KafkaConfig, kafkaConfig } from "./config.ts";
import type { Compression } from "./peer.ts";
import type { ProducerSettings } from "./producer.ts";

export interface KafkaSinkOptions {
  readonly config: KafkaConfig;
  /** Wins over the column. */
  readonly topic: string | undefined;
  readonly producer: ProducerSettings;
  /** Absent: at least once. */
  readonly transaction: { readonly prefix: string; readonly timeoutMs: number } | undefined;
}

/** Options of the producer that would change what is written. */
const refused: Readonly<Record<string, string>> = {
  "key.serializer": "keys are serialized with ByteArraySerializer",
  "value.serializer": "values are serialized with ByteArraySerializer",
};

/** What names classes of Java. */
const unbuilt = ["interceptor.classes", "partitioner.class"];

const codecs: readonly Compression[] = ["none", "gzip", "snappy", "lz4", "zstd"];

/** The options of a write, checked as Spark and Kafka's producer do. KAFKA_ILLEGAL_OPTION. */
export function sinkOptions(options: Options): KafkaSinkOptions {
  for (const [name, reason] of Object.entries(refused)) {
    if (options[`kafka.${name}`] === undefined) continue;
    throw illegal(`Kafka option '${name}' is not supported as ${reason}`);
  }
  for (const name of unbuilt) {
    const value = options[`kafka.${name}`];
    if (value === undefined) continue;
    const remedy = "It names a class of Java: remove it";
    const told = { name: `kafka.${name}`, value, format: "kafka", remedy };
    throw error("UNSUPPORTED_DATA_SOURCE_OPTION", told);
  }
  const config = kafkaConfig(options);
  const { own } = config;
  const once = optionReader(options, "INVALID_OPTION_VALUE").flag("exactlyOnce", false);
  const id = own["transactional.id"];
  if (id !== undefined && !once) {
    throw illegal(
      "kafka.transactional.id needs the option exactlyOnce, and is what its ids begin with",
    );
  }
  const transaction = once
    ? { prefix: id ?? "millrace", timeoutMs: wholeOf(own, "transaction.timeout.ms", 60_000) }
    : undefined;
  return { config, topic: options["topic"]?.trim(), producer: producerOf(own, once), transaction };
}

function producerOf(own: Options, once: boolean): ProducerSettings {
  const acks = own["acks"]?.trim().toLowerCase() ?? "all";
  if (!["0", "1", "-1", "all"].includes(acks)) {
    throw illegal(`kafka.acks must be all, -1, 0 or 1, and is ${acks}`);
  }
  const all = acks === "all" || acks === "-1";
  const asked = flagOf(own, "enable.idempotence");
  if ((asked === true || once) && !all) {
    throw illegal("kafka.acks must be all where the producer is idempotent or transactional");
  }
  if (asked === false && once) throw illegal("exactlyOnce needs kafka.enable.idempotence");
  const compression = (own["compression.type"]?.trim().toLowerCase() ?? "none") as Compression;
  if (!codecs.includes(compression)) {
    const names = codecs.join(", ");
    throw illegal(`kafka.compression.type must be one of ${names}, and is ${compression}`);
  }
  return {
    compression,
    acks: all ? -1 : 1,
    idempotent: asked ?? all,
    batchBytes: wholeOf(own, "batch.size", 512 << 10),
    requestBytes: wholeOf(own, "max.request.size", 1 << 20),
    deliveryMs: wholeOf(own, "delivery.timeout.ms", 120_000),
    blockMs: wholeOf(own, "max.block.ms", 60_000),
    ignoreKeys: flagOf(own, "partitioner.ignore.keys") ?? false,
  };
}

function wholeOf(own: Options, name: string, absent: number): number {
  const text = own[name]?.trim();
  if (text === undefined) return absent;
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw illegal(`kafka.${name} must be a whole number, and is ${text}`);
}

function flagOf(own: Options, name: string): boolean | undefined {
  const text = own[name]?.trim().toLowerCase();
  if (text === undefined) return undefined;
  if (text === "true" || text === "false") return text === "true";
  throw illegal(`kafka.${name} must be true or false, and is ${text}`);
}

function illegal(reason: string): Error {
  return error("KAFKA_ILLEGAL_OPTION", { reason });
}
