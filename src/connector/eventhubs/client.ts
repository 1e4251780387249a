import { setMaxListeners } from "node:events";
import { env } from "../../env.ts";
import { orAbort } from "../../error/abort.ts";
import { error } from "../../error/error.ts";
import { hubName, lastingFailure, sayingOf } from "./failure.ts";
import { Handover } from "./handover.ts";
import type { HubOptions, HubReadOptions } from "./option.ts";
import {
  type CheckpointStore,
  type ClientOptions,
  type ConsumerClient,
  type EventPosition,
  loadEventHubs,
  type ReceivedEvent,
} from "./peer.ts";

/** The first and the longest wait before a question is asked again, ms. */
const firstWaitMs = 200;
const longestWaitMs = 10_000;
/** An attempt of the client that takes longer is given up and made again, ms. */
const attemptMs = 30_000;
/** So many attempts at least fit into `eventhubs.operationTimeout`. */
const attempts = 5;

/** What a partition has now, by sequence number. */
export interface Bounds {
  /** Of the oldest event, or of the next one where there is none. */
  readonly earliest: bigint;
  /** Of the event that will come next. */
  readonly next: bigint;
  readonly lastEnqueuedMs: number;
}

export interface Receiving {
  readonly partition: number;
  readonly position: EventPosition;
  /** The most events that are fetched before they are asked for. */
  readonly prefetch: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Received {
  readonly events: readonly ReceivedEvent[];
  /** What the client last complained of, where nothing has come since. */
  readonly reason: string | undefined;
}

/**
 * What a source needs of an event hub. Every question is asked again where that may help, for
 * `eventhubs.operationTimeout`; then it is EVENTHUBS_UNAVAILABLE.
 */
export class Hub implements AsyncDisposable {
  readonly options: HubReadOptions;
  readonly #consumer: ConsumerClient;
  readonly #closing = new AbortController();
  readonly #signal: AbortSignal;
  /** By partition: when its receiver, of which there is one, is free again. */
  readonly #free = new Map<number, Promise<void>>();

  constructor(options: HubReadOptions, consumer: ConsumerClient, signal?: AbortSignal) {
    this.options = options;
    this.#consumer = consumer;
    const { signal: closed } = this.#closing;
    this.#signal = sharedSignal(signal ? [signal, closed] : [closed]);
  }

  /** The numbers of the partitions there are, ascending. */
  async partitions(): Promise<readonly number[]> {
    const ids = await this.#patiently(() => this.#consumer.getPartitionIds());
    return ids.map(Number).sort((a, b) => a - b);
  }

  async bounds(partitions: readonly number[]): Promise<ReadonlyMap<number, Bounds>> {
    const all = await Promise.all(
      partitions.map((one) =>
        this.#patiently(() => this.#consumer.getPartitionProperties(String(one))),
      ),
    );
    return new Map(
      all.map((found, at) => {
        const next = BigInt(found.lastEnqueuedSequenceNumber) + 1n;
        const begin = BigInt(Math.max(0, found.beginningSequenceNumber));
        const earliest = found.isEmpty ? next : begin;
        const lastEnqueuedMs = found.lastEnqueuedOnUtc.getTime();
        return [partitions[at]!, { earliest, next, lastEnqueuedMs }];
      }),
    );
  }

  /**
   * Events of a partition from a position on, for ever: as they come, and an empty list after a
   * second without any. Errors that may pass are waited out; events may come twice after one.
   */
  async *receive(asked: Receiving): AsyncGenerator<Received, never> {
    const release = await this.#own(asked.partition);
    const signal = asked.signal ? AbortSignal.any([asked.signal, this.#signal]) : this.#signal;
    const backoff = { firstMs: firstWaitMs, longestMs: longestWaitMs };
    const handover = new Handover(backoff, (thrown) => lastingFailure(thrown, this.options));
    try {
      const subscription = this.#consumer.subscribe(String(asked.partition), handover, {
        startPosition: asked.position,
        maxBatchSize: asked.prefetch,
        prefetchCount: asked.prefetch,
        // The client tells a receiver that waits nothing of a connection that was lost.
        maxWaitTimeInSeconds: 1,
        skipParsingBodyAsJson: true,
      });
      try {
        for (;;) {
          const events = await handover.take(signal);
          yield { events, reason: handover.reason };
        }
      } finally {
        handover.close();
        await closed(subscription.close());
      }
    } finally {
      release();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await closed(this.#consumer.close());
  }

  async #own(partition: number): Promise<() => void> {
    const before = this.#free.get(partition);
    let release = (): void => {};
    this.#free.set(partition, new Promise((resolve) => (release = resolve)));
    await before;
    return release;
  }

  #patiently<T>(work: () => Promise<T>): Promise<T> {
    return patiently(work, this.options, this.#signal);
  }
}

/** Connects at the first question. MISSING_PEER_DEPENDENCY where the peer is not installed. */
export async function openHub(options: HubReadOptions, signal?: AbortSignal): Promise<Hub> {
  const { EventHubConsumerClient } = await loadEventHubs();
  const { consumerGroup, connectionString, exclusive } = options;
  const settings = clientOptions(options);
  const consumer = exclusive
    ? new EventHubConsumerClient(consumerGroup, connectionString, nowhere, settings)
    : new EventHubConsumerClient(consumerGroup, connectionString, settings);
  return new Hub(options, consumer, signal);
}

/** Aborts with any of these. Each partition may listen to it, and Node takes ten for a leak. */
export function sharedSignal(signals: AbortSignal[]): AbortSignal {
  const shared = AbortSignal.any(signals);
  setMaxListeners(0, shared);
  return shared;
}

/** The client waits for a server that is away to say good-bye: no longer than this, ms. */
const closeMs = 2_000;

/** Resolves when it is done, failed, or late. */
export async function closed(work: Promise<void>): Promise<void> {
  const waiting = new AbortController();
  await Promise.race([work.catch(() => undefined), env.sleep(closeMs, waiting.signal)]);
  waiting.abort();
}

/** Trying again is ours: the client waits 30 seconds before it does. */
export function clientOptions({ operationMs }: HubOptions): ClientOptions {
  const timeoutInMs = Math.min(operationMs / attempts, attemptMs);
  return { retryOptions: { maxRetries: 0, timeoutInMs } };
}

/** Asks again until an answer comes, the time is over, or the failure is one that stays. */
export async function patiently<T>(
  work: () => Promise<T>,
  options: HubOptions,
  signal?: AbortSignal,
): Promise<T> {
  const until = env.monotonic() + options.operationMs;
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(longestWaitMs, waitMs * 2)) {
    try {
      return await orAbort(work(), signal);
    } catch (thrown) {
      if (signal?.aborted) throw error("OPERATION_CANCELED", {}, signal.reason);
      const failure = lastingFailure(thrown, options);
      if (failure) throw failure;
      if (env.monotonic() + waitMs > until) throw unavailable(options, sayingOf(thrown), thrown);
    }
    await env.sleep(waitMs, signal);
  }
}

export function unavailable(options: HubOptions, reason: string, cause?: unknown): Error {
  const { operationMs: ms } = options;
  return error("EVENTHUBS_UNAVAILABLE", { hub: hubName(options), ms, reason }, cause);
}

/** With a store, be it empty, the client's receivers have the owner level 0; without, none. */
const nowhere: CheckpointStore = {
  listOwnership: async () => [],
  claimOwnership: async () => [],
  updateCheckpoint: async () => undefined,
  listCheckpoints: async () => [],
};
