import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { optionReader } from "../option.ts";
import { type KafkaConfig, kafkaConfig } from "./config.ts";
import {
  earliest,
  latest,
  nameOf,
  type PartitionOffsets,
  parseOffsets,
  parsePartitions,
  type TopicPartition,
} from "./partition.ts";

/** Which partitions are read. */
export type Strategy =
  | { readonly kind: "assign"; readonly partitions: readonly TopicPartition[] }
  | { readonly kind: "subscribe"; readonly topics: readonly string[] }
  | { readonly kind: "subscribePattern"; readonly pattern: RegExp; readonly text: string };

/** Where a read begins or ends. */
export type OffsetLimit =
  | { readonly kind: "earliest" }
  | { readonly kind: "latest" }
  | { readonly kind: "offsets"; readonly offsets: PartitionOffsets }
  /** The first record so late; where there is none, an error or the latest offset. */
  | { readonly kind: "time"; readonly at: bigint; readonly otherwise: "error" | "latest" }
  /** The same with a time a partition. */
  | {
      readonly kind: "times";
      readonly at: PartitionOffsets;
      readonly otherwise: "error" | "latest";
    };

export interface KafkaSourceOptions {
  readonly config: KafkaConfig;
  readonly strategy: Strategy;
  readonly starting: OffsetLimit;
  readonly failOnDataLoss: boolean;
  readonly includeHeaders: boolean;
  /** How long a partition may bring nothing of what it must have, ms. */
  readonly pollMs: number;
  readonly retry: { readonly times: number; readonly intervalMs: number };
}

export interface StreamOptions extends KafkaSourceOptions {
  readonly maxOffsets: number | undefined;
  readonly minOffsets: number | undefined;
  readonly maxDelayMs: number;
}

export interface BatchOptions extends KafkaSourceOptions {
  readonly ending: OffsetLimit;
}

const strategies = ["subscribe", "subscribepattern", "assign"] as const;

/** Options of the consumer that would make the offsets of a query not its own. */
const refused: Readonly<Record<string, string>> = {
  "auto.offset.reset":
    "Instead set the option 'startingoffsets' to 'earliest' or 'latest' to say where to start",
  "key.deserializer": "keys are deserialized as byte arrays. Use DataFrame operations for the rest",
  "value.deserializer":
    "values are deserialized as byte arrays. Use DataFrame operations for the rest",
  "enable.auto.commit": "the offsets are those of the query's checkpoint",
  "interceptor.classes": "they might change what is read",
};

const defaultMaxDelayMs = 15 * 60_000;
const defaultPollMs = 120_000;

/** The options of `readStream`, checked as Spark checks them. KAFKA_ILLEGAL_OPTION. */
export function streamOptions(options: Options): StreamOptions {
  for (const [name, what] of [
    ["endingoffsets", "offset"],
    ["endingoffsetsbytimestamp", "timestamp"],
    ["endingtimestamp", "timestamp"],
  ] as const) {
    if (options[name] !== undefined) throw illegal(`ending ${what} not valid in streaming queries`);
  }
  const general = generalOptions(options, { kind: "latest" });
  const read = optionReader(options, "INVALID_OPTION_VALUE");
  const maxDelayMs = read.durationMs("maxTriggerDelay", "ms") ?? defaultMaxDelayMs;
  return { ...general, ...perTrigger(options), maxDelayMs };
}

function perTrigger(options: Options): Pick<StreamOptions, "maxOffsets" | "minOffsets"> {
  const read = optionReader(options, "INVALID_OPTION_VALUE");
  const maxOffsets = read.natural("maxOffsetsPerTrigger");
  const minOffsets = read.natural("minOffsetsPerTrigger");
  if (maxOffsets !== undefined && minOffsets !== undefined && minOffsets > maxOffsets) {
    throw illegal(
      `The value of minOffsetPerTrigger(${minOffsets}) is higher than the ` +
        `maxOffsetsPerTrigger(${maxOffsets})`,
    );
  }
  return { maxOffsets, minOffsets };
}

/** Those of streams that a batch passes over. */
const ofStreams = ["maxOffsetsPerTrigger", "minOffsetsPerTrigger", "maxTriggerDelay"];

/** The options of `read`, checked as Spark checks them. KAFKA_ILLEGAL_OPTION and its kin. */
export function batchOptions(options: Options): BatchOptions {
  perTrigger(options);
  for (const name of ofStreams) {
    if (options[name.toLowerCase()] === undefined) continue;
    env.warn(`The option ${name} has no effect on a batch query of Kafka`);
  }
  const general = generalOptions(options, { kind: "earliest" });
  const { starting } = general;
  if (starting.kind === "latest")
    throw illegal("starting offset can't be latest for batch queries on Kafka");
  const late = has(starting, latest);
  if (late) throw illegal(`startingOffsets for ${late} can't be latest for batch queries on Kafka`);
  const ending = limitOf(options, "ending", { kind: "latest" });
  if (ending.kind === "earliest")
    throw illegal("ending offset can't be earliest for batch queries on Kafka");
  const early = has(ending, earliest);
  if (early)
    throw illegal(`ending offset for ${early} can't be earliest for batch queries on Kafka`);
  checkOrder(starting, ending);
  return { ...general, ending };
}

function generalOptions(options: Options, otherwise: OffsetLimit): KafkaSourceOptions {
  const strategy = strategyOf(options);
  const read = optionReader(options, "INVALID_OPTION_VALUE");
  for (const name of ["minPartitions", "maxRecordsPerPartition"]) {
    const text = options[name.toLowerCase()];
    if (text !== undefined && !/^\+?0*[1-9]\d*$/.test(text.trim())) {
      throw illegal(`${name} must be positive, and is ${text}`);
    }
  }
  for (const [name, reason] of Object.entries(refused)) {
    if (options[`kafka.${name}`] === undefined) continue;
    throw illegal(`Kafka option '${name}' is not supported: ${reason}`);
  }
  if (options["kafka.group.id"] !== undefined) {
    env.warn(
      "Kafka option 'kafka.group.id' has been set on this query. It has no effect: offsets are " +
        "those of the checkpoint, and no consumer group is joined",
    );
  }
  return {
    config: kafkaConfig(options),
    strategy,
    starting: limitOf(options, "starting", otherwise),
    failOnDataLoss: read.flag("failOnDataLoss", true),
    includeHeaders: read.flag("includeHeaders", false),
    pollMs: read.natural("kafkaConsumer.pollTimeoutMs") ?? defaultPollMs,
    retry: {
      times: read.positive("fetchOffset.numRetries") ?? 3,
      intervalMs: read.natural("fetchOffset.retryIntervalMs") ?? 1_000,
    },
  };
}

function strategyOf(options: Options): Strategy {
  const given = strategies.filter((name) => options[name] !== undefined);
  const [name] = given;
  if (name === undefined || given.length > 1) {
    throw illegal(
      `${name === undefined ? "One" : "Only one"} of the following options ` +
        `${name === undefined ? "must" : "can"} be specified for Kafka source: ` +
        `${strategies.join(", ")}. See docs/connector/kafka.md`,
    );
  }
  const value = options[name]!;
  const none = (what: string, option: string): Error =>
    illegal(`${what} as specified value for option '${option}' is '${value}'`);
  switch (name) {
    case "assign":
      if (!value.trim().startsWith("{")) throw none("No topicpartitions to assign", "assign");
      return { kind: "assign", partitions: parsePartitions(value) };
    case "subscribe": {
      const topics = value.split(",").map((one) => one.trim());
      const named = topics.filter((one) => one !== "");
      if (named.length === 0) throw none("No topics to subscribe to", "subscribe");
      return { kind: "subscribe", topics: [...new Set(named)] };
    }
    case "subscribepattern": {
      const text = value.trim();
      if (text === "") throw none("Pattern to subscribe is empty", "subscribePattern");
      return { kind: "subscribePattern", pattern: expression(text), text };
    }
  }
}

function expression(text: string): RegExp {
  // Java's way to say that case does not matter is none of JavaScript's.
  const pattern = text.replace(/^\(\?i\)/, "");
  try {
    return new RegExp(pattern, pattern === text ? "" : "i");
  } catch (cause) {
    const reason = `'subscribePattern' is no regular expression: ${text}`;
    throw error("KAFKA_ILLEGAL_OPTION", { reason }, cause);
  }
}

/** Of the three ways to say a limit the first that is given counts. */
function limitOf(
  options: Options,
  side: "starting" | "ending",
  otherwise: OffsetLimit,
): OffsetLimit {
  const onNone = strategyOnNone(options["startingoffsetsbytimestampstrategy"]);
  const time = options[`${side}timestamp`]?.trim();
  if (time !== undefined) {
    if (!/^[+-]?\d+$/.test(time)) throw illegal(`Expected a single long value, got ${time}`);
    return { kind: "time", at: BigInt(time), otherwise: onNone };
  }
  const times = options[`${side}offsetsbytimestamp`]?.trim();
  if (times !== undefined) {
    const example =
      '{"topicA": {"0": 123456789, "1": 123456789}, "topicB": {"0": 123456789, "1": 123456789}}';
    return { kind: "times", at: parseOffsets(times, example), otherwise: onNone };
  }
  const text = options[`${side}offsets`]?.trim();
  if (text === undefined) return otherwise;
  const word = text.toLowerCase();
  if (word === "earliest" || word === "latest") return { kind: word };
  const offsets = parseOffsets(text);
  for (const { offset, ...one } of offsets.values()) {
    if (offset >= earliest) continue;
    throw illegal(
      `${side}Offsets has ${offset} for ${nameOf(one)}. Use -1 for latest, -2 for earliest`,
    );
  }
  return { kind: "offsets", offsets };
}

function strategyOnNone(text = "error"): "error" | "latest" {
  const word = text.toLowerCase();
  if (word === "error" || word === "latest") return word;
  throw illegal(`startingOffsetsByTimestampStrategy must be error or latest, and is ${text}`);
}

/** The name of a partition with this offset. */
function has(limit: OffsetLimit, offset: bigint): string | undefined {
  if (limit.kind !== "offsets") return undefined;
  const found = [...limit.offsets.values()].find((one) => one.offset === offset);
  return found && nameOf(found);
}

function checkOrder(starting: OffsetLimit, ending: OffsetLimit): void {
  const [start, end] = [mapOf(starting), mapOf(ending)];
  if (start === undefined || end === undefined || starting.kind !== ending.kind) return;
  const names = (map: PartitionOffsets): string => [...map.keys()].join(", ");
  if (names(start) !== names(end)) {
    throw error("MISMATCHED_TOPIC_PARTITIONS_BETWEEN_START_OFFSET_AND_END_OFFSET", {
      tpsForStartOffset: names(start),
      tpsForEndOffset: names(end),
    });
  }
  for (const [name, { topic, partition, offset: startOffset }] of start) {
    const endOffset = end.get(name)!.offset;
    if (startOffset <= endOffset || startOffset < 0n || endOffset < 0n) continue;
    throw error("UNRESOLVED_START_OFFSET_GREATER_THAN_END_OFFSET", {
      offsetType: starting.kind === "times" ? "timestamp" : "offset",
      ...{ startOffset, endOffset, topic, partition },
    });
  }
}

function mapOf(limit: OffsetLimit): PartitionOffsets | undefined {
  if (limit.kind === "offsets") return limit.offsets;
  return limit.kind === "times" ? limit.at : undefined;
}

function illegal(reason: string): Error {
  return error("KAFKA_ILLEGAL_OPTION", { reason });
}
