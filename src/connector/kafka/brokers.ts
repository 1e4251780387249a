import type { KafkaConfig } from "./config.ts";
import type { TopicPartition } from "./partition.ts";
import type { Address, KafkaModule, PeerConnection } from "./peer.ts";

/** What a producer asks of a client. Only `patiently` asks again. */
export interface Brokers {
  readonly config: KafkaConfig;
  readonly module: KafkaModule;
  /** How many partitions a topic has, which the brokers may make; 0: there is no such topic. */
  partitions(topic: string): Promise<number>;
  /** Questions by the broker that leads their partitions; those without a leader are left out. */
  byLeader<Q extends TopicPartition>(
    questions: readonly Q[],
  ): Promise<readonly [Address, readonly Q[]][]>;
  /** Asks one broker, or any; the answer is there even if it tells of errors. */
  ask<T>(
    address: Address | undefined,
    work: (connection: PeerConnection) => Promise<T>,
  ): Promise<T>;
  /** Asks again until an answer comes, the time is over, or the failure is one that stays. */
  patiently<T>(work: () => Promise<T>, backoffMs?: number): Promise<T>;
  /** Who leads is asked anew. */
  forget(): void;
  /** What a failure is if it stays; undefined where asking again may help. */
  lasting(thrown: unknown): Error | undefined;
}
