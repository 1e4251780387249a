import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { RecordLog } from "../../plan/input.ts";
import type { StructType } from "../../schema/type.ts";
import type { Batch, Offset, ReadLimit, Source, SourceContext } from "../../stream/source.ts";
import { type KafkaClient, openKafka } from "./client.ts";
import { fixInitial, readInitial } from "./initial.ts";
import { behind, lagMetrics, rateLimited } from "./limit.ts";
import type { Strategy, StreamOptions } from "./option.ts";
import {
  listed,
  nameOf,
  offsetsJson,
  type PartitionOffsets,
  parseOffsets,
  type TopicPartition,
} from "./partition.ts";
import { type Assigned, OffsetReader } from "./reader.ts";
import { type OffsetRange, spool } from "./spool.ts";

/** A stream of records: offsets are those of the next records, as Spark writes them. */
export async function openKafkaSource(
  options: StreamOptions,
  schema: StructType,
  context: SourceContext,
): Promise<Source> {
  const closing = new AbortController();
  const { signal: stopped } = context;
  const signal = stopped ? AbortSignal.any([stopped, closing.signal]) : closing.signal;
  const client = await openKafka(options.config, signal);
  const reader = new OffsetReader(client, options, signal);
  const closed = { ...context, signal };
  return new KafkaSource({ client, reader, options, schema, context: closed, closing });
}

interface Parts {
  readonly client: KafkaClient;
  readonly reader: OffsetReader;
  readonly options: StreamOptions;
  readonly schema: StructType;
  readonly context: SourceContext & { readonly signal: AbortSignal };
  /** Aborts the signal of `context`. */
  readonly closing: AbortController;
}

class KafkaSource implements Source {
  readonly schema: StructType;
  readonly description: string;
  readonly remote = true;
  readonly #client: KafkaClient;
  readonly #reader: OffsetReader;
  readonly #options: StreamOptions;
  readonly #context: Parts["context"];
  readonly #closing: AbortController;
  #initial: PartitionOffsets | undefined;
  /** The ids of topics as this run has seen them. */
  readonly #ids = new Map<string, string>();
  /** Topics whose offsets are still those of one that is gone. */
  readonly #madeAgain = new Set<string>();
  #latest: PartitionOffsets | undefined;
  /** When a batch was last let through, for `minOffsetsPerTrigger`. */
  #triggeredMs = Number.NEGATIVE_INFINITY;

  constructor({ client, reader, options, schema, context, closing }: Parts) {
    this.schema = schema;
    this.description = `KafkaV2[${describe(options.strategy)}]`;
    this.#client = client;
    this.#reader = reader;
    this.#options = options;
    this.#context = context;
    this.#closing = closing;
  }

  async latestOffset(start: Offset | undefined, limit: ReadLimit, until?: Offset): Promise<Offset> {
    const from = start === undefined ? await this.#first() : this.#parsed(start);
    const end = until === undefined ? await this.#available(from) : this.#parsed(until);
    this.#latest = end;
    if (limit.kind === "all") return offsetsJson(end);
    const { minOffsets, maxOffsets } = this.#options;
    if (until === undefined && minOffsets !== undefined && this.#delays(minOffsets, from, end)) {
      return offsetsJson(from);
    }
    if (maxOffsets === undefined) return offsetsJson(end);
    const fresh = [...end.values()].filter((one) => !from.has(nameOf(one)));
    const added = await this.#reader.earliest(fresh);
    return offsetsJson(rateLimited(maxOffsets, { from, added, until: end }));
  }

  async input(start: Offset | undefined, end: Offset): Promise<Batch> {
    const from = start === undefined ? await this.#first() : this.#parsed(start);
    const ranges = await this.#ranges(from, this.#parsed(end));
    const { failOnDataLoss, pollMs } = this.#options;
    const how = { client: this.#client, failOnDataLoss, pollMs, closed: this.#context.signal };
    const log: RecordLog = {
      fetch: (folder, signal) => spool({ ...how, ranges, folder, signal }),
    };
    if (ranges.length === 0) return { input: { kind: "empty", schema: this.schema }, rows: 0 };
    return { input: { kind: "record", schema: this.schema, log } };
  }

  reachable(): Offset | undefined {
    return this.#latest && this.#latest.size > 0 ? offsetsJson(this.#latest) : undefined;
  }

  async metrics(end: Offset | undefined): Promise<Readonly<Record<string, string>>> {
    if (end === undefined || this.#latest === undefined) return {};
    return lagMetrics(this.#parsed(end), this.#latest);
  }

  async commit(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#client[Symbol.asyncDispose]();
  }

  #parsed(offset: Offset): PartitionOffsets {
    try {
      return parseOffsets(offset);
    } catch (cause) {
      throw error("INVALID_SOURCE_OFFSET", { offset, source: this.description }, cause);
    }
  }

  /** Where the stream began: written down at its first start. */
  async #first(): Promise<PartitionOffsets> {
    this.#initial ??= await readInitial(this.#context.checkpoint);
    if (this.#initial !== undefined) return this.#initial;
    const assigned = await this.#reader.assigned();
    this.#checkMissing(assigned);
    const offsets = await this.#reader.resolve(
      this.#options.starting,
      assigned.partitions,
      "start",
    );
    this.#initial = await fixInitial(this.#context.checkpoint, offsets);
    return this.#initial;
  }

  /** The latest offsets of the partitions there are now. */
  async #available(from: PartitionOffsets): Promise<PartitionOffsets> {
    let assigned = await this.#reader.assigned();
    const { times, intervalMs } = this.#options.retry;
    const gone = (): TopicPartition[] => goneFrom(from, assigned.partitions);
    for (let attempt = 1; attempt < times && gone().length > 0; attempt++) {
      await env.sleep(intervalMs, this.#context.signal);
      assigned = await this.#reader.assigned();
    }
    const lost = gone();
    if (lost.length > 0)
      this.#loses(error("KAFKA_DATA_LOSS.PARTITIONS_DELETED", { partitions: listed(lost) }));
    this.#findMadeAgain(assigned, from);
    const known = assigned.partitions.filter(({ topic }) => !this.#madeAgain.has(topic));
    return this.#reader.latest(known, from);
  }

  /**
   * Topics that were deleted and made again while this ran. Left out of one batch, they are new in
   * the next, and begin at their earliest offsets.
   */
  #findMadeAgain({ ids }: Assigned, from: PartitionOffsets): void {
    for (const [topic, id] of ids) {
      const before = this.#ids.get(topic);
      this.#ids.set(topic, id);
      const began = [...from.values()].some((one) => one.topic === topic);
      if (!began) this.#madeAgain.delete(topic);
      if (!began || before === undefined || before === id) continue;
      this.#madeAgain.add(topic);
      this.#loses(error("KAFKA_DATA_LOSS.TOPIC_RECREATED", { topic }));
    }
  }

  #checkMissing({ missing }: Assigned): void {
    const { config, strategy } = this.#options;
    const [topic] = missing;
    if (topic === undefined) return;
    throw error("KAFKA_UNKNOWN_TOPIC", { topic, servers: config.servers, option: strategy.kind });
  }

  #delays(least: number, from: PartitionOffsets, end: PartitionOffsets): boolean {
    const now = env.monotonic();
    const waits = now - this.#triggeredMs < this.#options.maxDelayMs && behind(from, end) < least;
    if (!waits) this.#triggeredMs = now;
    return waits;
  }

  /** What a batch has of each partition; what is lost is an error, or left out. */
  async #ranges(from: PartitionOffsets, end: PartitionOffsets): Promise<readonly OffsetRange[]> {
    const fresh = [...end.values()].filter((one) => !from.has(nameOf(one)));
    const starts = fresh.length === 0 ? new Map() : await this.#starts(fresh);
    const deleted = goneFrom(from, [...end.values()]);
    if (deleted.length > 0)
      this.#loses(error("KAFKA_DATA_LOSS.PARTITIONS_DELETED", { partitions: listed(deleted) }));
    return [...end.values()].flatMap((one) => {
      const { topic, partition, offset } = one;
      const start = (from.get(nameOf(one)) ?? starts.get(nameOf(one)))?.offset;
      if (start === undefined) return [];
      if (offset < start) {
        const change = { topicPartition: nameOf(one), prevOffset: start, newOffset: offset };
        this.#loses(error("KAFKA_DATA_LOSS.PARTITION_OFFSET_CHANGED", change));
      }
      return offset > start ? [{ topic, partition, start, end: offset }] : [];
    });
  }

  /** The earliest offsets of partitions that are new. */
  async #starts(fresh: readonly TopicPartition[]): Promise<PartitionOffsets> {
    const { partitions } = await this.#reader.assigned();
    const there = new Set(partitions.map(nameOf));
    const starts = await this.#reader.earliest(fresh.filter((one) => there.has(nameOf(one))));
    const lost = fresh.filter((one) => !there.has(nameOf(one)));
    if (lost.length > 0) {
      this.#loses(
        error("KAFKA_DATA_LOSS.INITIAL_OFFSET_NOT_FOUND_FOR_PARTITIONS", {
          partitions: listed(lost),
        }),
      );
    }
    for (const one of starts.values()) {
      if (one.offset === 0n) continue;
      const change = { topicPartition: nameOf(one), startOffset: one.offset };
      this.#loses(error("KAFKA_DATA_LOSS.ADDED_PARTITION_DOES_NOT_START_FROM_OFFSET_ZERO", change));
    }
    return starts;
  }

  #loses(lost: Error): void {
    if (this.#options.failOnDataLoss) throw lost;
    const [, reason = lost.message] = lost.message.split(" Reason: ");
    env.warn(`Data of Kafka may be lost, and failOnDataLoss is false: ${reason}`);
  }
}

function goneFrom(from: PartitionOffsets, partitions: readonly TopicPartition[]): TopicPartition[] {
  const there = new Set(partitions.map(nameOf));
  return [...from.values()].filter((one) => !there.has(nameOf(one)));
}

/** As Spark prints the strategy. */
function describe(strategy: Strategy): string {
  switch (strategy.kind) {
    case "assign":
      return `Assign[${strategy.partitions.map(nameOf).join(", ")}]`;
    case "subscribe":
      return `Subscribe[${strategy.topics.join(", ")}]`;
    case "subscribePattern":
      return `SubscribePattern[${strategy.text}]`;
  }
}
