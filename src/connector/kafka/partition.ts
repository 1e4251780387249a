import { error } from "../../error/error.ts";
import { HashOrder } from "./hash-order.ts";

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** An offset of each partition: of the next record, or a word below. */
export type PartitionOffsets = ReadonlyMap<string, PartitionOffset>;

export interface PartitionOffset extends TopicPartition {
  readonly offset: bigint;
}

/** As an offset that a user gives: the first record there is, and behind the last. */
export const earliest = -2n;
export const latest = -1n;

/** `topic-0`: as Kafka writes it, and as maps here are keyed. */
export function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

/** By topic, then partition. */
export function inOrder<T extends TopicPartition>(partitions: Iterable<T>): T[] {
  return [...partitions].sort((a, b) =>
    a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1,
  );
}

export function offsetsOf(entries: Iterable<PartitionOffset>): PartitionOffsets {
  return new Map(inOrder(entries).map((entry) => [nameOf(entry), entry]));
}

/** `Set(a-0, b-1)`: as messages list partitions. */
export function listed(partitions: Iterable<TopicPartition>): string {
  return `Set(${inOrder(partitions).map(nameOf).join(", ")})`;
}

/** Offsets as Spark writes them down, to the order of keys: `{"a":{"0":23,"1":17}}`. */
export function offsetsJson(offsets: PartitionOffsets): string {
  const order = new HashOrder<string>();
  const topics = new Map<string, { order: HashOrder<number>; offsets: Map<number, bigint> }>();
  for (const { topic, partition, offset } of inOrder(offsets.values())) {
    const own = topics.get(topic) ?? { order: new HashOrder<number>(), offsets: new Map() };
    own.order.put(partition);
    own.offsets.set(partition, offset);
    topics.set(topic, own);
    order.put(topic);
  }
  const texts = order.keys().map((topic) => {
    const own = topics.get(topic)!;
    const list = own.order.keys().map((key) => `"${key}":${own.offsets.get(key)}`);
    return `${JSON.stringify(topic)}:{${list.join(",")}}`;
  });
  return `{${texts.join(",")}}`;
}

const offsetsExample = '{"topicA":{"0":23,"1":-1},"topicB":{"0":-2}}';

/** Reads what `offsetsJson` writes, and what users give. KAFKA_ILLEGAL_OPTION. */
export function parseOffsets(text: string, example = offsetsExample): PartitionOffsets {
  const entries: PartitionOffset[] = [];
  try {
    // Offsets may be beyond what a number holds: they are taken as text.
    const quoted = text.replace(/:\s*(-?\d+)(?=\s*[,}])/g, ':"$1"');
    for (const [topic, partitions] of members(JSON.parse(quoted))) {
      for (const [partition, offset] of members(partitions)) {
        if (!/^\d+$/.test(partition)) throw new Error("no number of a partition");
        if (typeof offset !== "string" || !/^-?\d+$/.test(offset)) throw new Error("no offset");
        entries.push({ topic, partition: Number(partition), offset: BigInt(offset) });
      }
    }
  } catch (cause) {
    throw error("KAFKA_ILLEGAL_OPTION", { reason: `Expected e.g. ${example}, got ${text}` }, cause);
  }
  return offsetsOf(entries);
}

/** Reads `{"a":[0,1]}`. KAFKA_ILLEGAL_OPTION. */
export function parsePartitions(text: string): readonly TopicPartition[] {
  try {
    return inOrder(
      members(JSON.parse(text)).flatMap(([topic, list]) => {
        if (!Array.isArray(list)) throw new Error("no list");
        return list.map((partition: unknown) => {
          if (!Number.isInteger(partition)) throw new Error("no number of a partition");
          return { topic, partition: partition as number };
        });
      }),
    );
  } catch (cause) {
    const reason = `Expected e.g. {"topicA":[0,1],"topicB":[0,1]}, got ${text}`;
    throw error("KAFKA_ILLEGAL_OPTION", { reason }, cause);
  }
}

function members(value: unknown): [string, unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error("no object");
  }
  return Object.entries(value);
}
