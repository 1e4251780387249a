import { env } from "../../env.ts";
import { error, isError } from "../../error/error.ts";
import type { KafkaClient, OffsetQuestion } from "./client.ts";
import type { KafkaSourceOptions, OffsetLimit, Strategy } from "./option.ts";
import {
  earliest,
  inOrder,
  latest,
  listed,
  nameOf,
  offsetsOf,
  type PartitionOffset,
  type PartitionOffsets,
  type TopicPartition,
} from "./partition.ts";

/** The partitions of a source as they are now. */
export interface Assigned {
  readonly partitions: readonly TopicPartition[];
  /** By topic: another where it was made again. */
  readonly ids: ReadonlyMap<string, string>;
  /** Topics that are named and are not there. */
  readonly missing: readonly string[];
}

/** Asks Kafka for the offsets of a source; what fails is asked again, as the options say. */
export class OffsetReader {
  readonly #client: KafkaClient;
  readonly #options: KafkaSourceOptions;
  readonly #signal: AbortSignal | undefined;

  constructor(client: KafkaClient, options: KafkaSourceOptions, signal?: AbortSignal) {
    this.#client = client;
    this.#options = options;
    this.#signal = signal;
  }

  assigned(): Promise<Assigned> {
    return this.#retried(async () => {
      const { strategy } = this.#options;
      const named = namesOf(strategy);
      const topics = (await this.#client.topics(named)).filter((topic) => !topic.internal);
      const wanted = topics.filter(({ name }) => named || matches(strategy, name));
      const all = wanted.flatMap(({ name: topic, partitions }) =>
        partitions.map((partition) => ({ topic, partition })),
      );
      const there = new Set(wanted.map(({ name }) => name));
      return {
        partitions: inOrder(all.filter((one) => isAssigned(strategy, one))),
        ids: new Map(wanted.map(({ name, id }) => [name, id])),
        missing: named?.filter((name) => !there.has(name)) ?? [],
      };
    });
  }

  earliest(partitions: readonly TopicPartition[]): Promise<PartitionOffsets> {
    return this.#at(partitions, earliest);
  }

  /**
   * The latest offsets. One that is before what is known is asked for again: a leader may not know
   * yet; in the end it is what Kafka says.
   */
  async latest(
    partitions: readonly TopicPartition[],
    known?: PartitionOffsets,
  ): Promise<PartitionOffsets> {
    const { times, intervalMs } = this.#options.retry;
    for (let attempt = 1; ; attempt++) {
      const offsets = await this.#at(partitions, latest);
      const fell = [...offsets].some(([name, { offset }]) => {
        const before = known?.get(name)?.offset;
        return before !== undefined && before > offset;
      });
      if (!fell || attempt >= times || this.#signal?.aborted) return offsets;
      await env.sleep(intervalMs, this.#signal);
    }
  }

  /** What a limit means now: an offset of each partition. */
  async resolve(
    limit: OffsetLimit,
    partitions: readonly TopicPartition[],
    side: "start" | "end",
  ): Promise<PartitionOffsets> {
    switch (limit.kind) {
      case "earliest":
        return this.earliest(partitions);
      case "latest":
        return this.latest(partitions);
      case "offsets":
        if (differ(limit.offsets, partitions)) {
          throw error("KAFKA_START_OFFSET_DOES_NOT_MATCH_ASSIGNED", {
            specifiedPartitions: listed(limit.offsets.values()),
            assignedPartitions: listed(partitions),
          });
        }
        return this.#bound(limit.offsets);
      case "time":
      case "times": {
        const at = limit.kind === "times" ? limit.at : undefined;
        if (at && differ(at, partitions)) {
          throw error("KAFKA_TIMESTAMP_OFFSET_DOES_NOT_MATCH_ASSIGNED", {
            position: side,
            specifiedPartitions: listed(at.values()),
            assignedPartitions: listed(partitions),
          });
        }
        const timeOf = (one: TopicPartition): bigint =>
          limit.kind === "times" ? limit.at.get(nameOf(one))!.offset : limit.at;
        return this.#byTime(partitions, timeOf, side === "end" ? "latest" : limit.otherwise);
      }
    }
  }

  async #byTime(
    partitions: readonly TopicPartition[],
    timeOf: (one: TopicPartition) => bigint,
    otherwise: "error" | "latest",
  ): Promise<PartitionOffsets> {
    const found = await this.#ask(partitions.map((one) => ({ ...one, at: timeOf(one) })));
    const none = found.find(({ offset }) => offset === -1n);
    if (none && otherwise === "error") {
      const reason =
        `No offset matched from request of topic-partition ${nameOf(none)} and timestamp ` +
        `${timeOf(none)}. Set startingOffsetsByTimestampStrategy to latest to begin at the end`;
      throw error("KAFKA_ILLEGAL_OPTION", { reason });
    }
    return this.#bound(offsetsOf(found)); // -1 is the word for the latest offset too
  }

  /** Puts offsets in the place of the words for the earliest and the latest. */
  async #bound(offsets: PartitionOffsets): Promise<PartitionOffsets> {
    const words = [...offsets.values()].filter(({ offset }) => offset < 0n);
    const found = await this.#ask(
      words.map(({ topic, partition, offset: at }) => ({ topic, partition, at })),
    );
    return offsetsOf([...offsets.values(), ...found]);
  }

  async #at(partitions: readonly TopicPartition[], at: bigint): Promise<PartitionOffsets> {
    return offsetsOf(await this.#ask(partitions.map((one) => ({ ...one, at }))));
  }

  #ask(questions: readonly OffsetQuestion[]): Promise<readonly PartitionOffset[]> {
    return this.#retried(async () => {
      const offsets = await this.#client.offsets(questions);
      return questions.map(({ topic, partition }, at) => ({
        ...{ topic, partition, offset: offsets[at]! },
      }));
    });
  }

  async #retried<T>(work: () => Promise<T>): Promise<T> {
    const { times, intervalMs } = this.#options.retry;
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (thrown) {
        const again = isError(thrown, "KAFKA_UNAVAILABLE") && attempt < times;
        if (!again || this.#signal?.aborted) throw thrown;
      }
      await env.sleep(intervalMs, this.#signal);
    }
  }
}

function namesOf(strategy: Strategy): readonly string[] | undefined {
  switch (strategy.kind) {
    case "assign":
      return [...new Set(strategy.partitions.map(({ topic }) => topic))];
    case "subscribe":
      return strategy.topics;
    case "subscribePattern":
      return undefined;
  }
}

function matches(strategy: Strategy, topic: string): boolean {
  return strategy.kind === "subscribePattern" && strategy.pattern.test(topic);
}

function isAssigned(strategy: Strategy, { topic, partition }: TopicPartition): boolean {
  if (strategy.kind !== "assign") return true;
  return strategy.partitions.some((one) => one.topic === topic && one.partition === partition);
}

/** Whether a map is of other partitions. */
function differ(map: PartitionOffsets, partitions: readonly TopicPartition[]): boolean {
  return map.size !== partitions.length || partitions.some((one) => !map.has(nameOf(one)));
}
