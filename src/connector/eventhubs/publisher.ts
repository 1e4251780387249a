import { error } from "../../error/error.ts";
import { clientOptions, closed, patiently, sharedSignal } from "./client.ts";
import { hubName } from "./failure.ts";
import type { OutgoingEvent } from "./message.ts";
import type { HubOptions } from "./option.ts";
import { type BatchTarget, type EventBatch, loadEventHubs, type ProducerClient } from "./peer.ts";

/** Targets that are sent to at a time; what goes to one goes in order. */
const targetsMax = 16;

/** Sends events, at least once each: what got no answer is sent again. */
export class Publisher implements AsyncDisposable {
  readonly #options: HubOptions;
  readonly #producer: ProducerClient;

  private constructor(options: HubOptions, producer: ProducerClient) {
    this.#options = options;
    this.#producer = producer;
  }

  /** Connects at the first event. MISSING_PEER_DEPENDENCY where the peer is not installed. */
  static async open(options: HubOptions): Promise<Publisher> {
    const { EventHubProducerClient } = await loadEventHubs();
    const producer = new EventHubProducerClient(options.connectionString, clientOptions(options));
    return new Publisher(options, producer);
  }

  /** Resolves when the hub has them all. */
  async send(events: readonly OutgoingEvent[], signal?: AbortSignal): Promise<void> {
    const byTarget = new Map<string, OutgoingEvent[]>();
    for (const one of events) {
      const { partitionId, partitionKey } = one.target;
      const key = JSON.stringify([partitionId, partitionKey]);
      const own = byTarget.get(key);
      if (own) own.push(one);
      else byTarget.set(key, [one]);
    }
    const stop = signal && sharedSignal([signal]);
    const left = [...byTarget.values()];
    const worker = async (): Promise<void> => {
      for (let own = left.shift(); own; own = left.shift()) await this.#sendTo(own, stop);
    };
    const workers = Array.from({ length: Math.min(targetsMax, left.length) }, worker);
    const settled = await Promise.allSettled(workers);
    const failed = settled.find((one) => one.status === "rejected");
    if (failed) throw failed.reason;
  }

  /** Events of one target, in as few messages as hold them. */
  async #sendTo(events: readonly OutgoingEvent[], signal?: AbortSignal): Promise<void> {
    const { target } = events[0]!;
    let batch = await this.#create(target, signal);
    for (const { event } of events) {
      if (batch.tryAdd(event)) continue;
      if (batch.count > 0) {
        await this.#flush(batch, signal);
        batch = await this.#create(target, signal);
        if (batch.tryAdd(event)) continue;
      }
      const { maxSizeInBytes: limit } = batch;
      const hub = hubName(this.#options);
      throw error("EVENTHUBS_EVENT_TOO_LARGE", { hub, bytes: event.body.length, limit });
    }
    await this.#flush(batch, signal);
  }

  #create(target: BatchTarget, signal?: AbortSignal): Promise<EventBatch> {
    return patiently(() => this.#producer.createBatch(target), this.#options, signal);
  }

  async #flush(batch: EventBatch, signal?: AbortSignal): Promise<void> {
    await patiently(() => this.#producer.sendBatch(batch), this.#options, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closed(this.#producer.close());
  }
}
