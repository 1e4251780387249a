import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import { sayingOf } from "./failure.ts";
import type { Handlers, ReceivedEvent } from "./peer.ts";

/** How long the client waits after errors that may pass. */
export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * Takes events from a client that gives, for one who takes: no more are given before those that
 * were taken are done with.
 */
export class Handover implements Handlers {
  readonly #backoff: Backoff;
  readonly #lasting: (thrown: unknown) => Error | undefined;
  readonly #closed = new AbortController();
  #events: readonly ReceivedEvent[] | undefined;
  #failure: Error | undefined;
  #waitMs: number;
  /** Wakes who takes, and lets the client go on. */
  #wake = (): void => {};
  #resume = (): void => {};
  /** What the client last complained of that may pass. */
  reason: string | undefined;

  /** `lasting` gives the error of what does not pass. */
  constructor(backoff: Backoff, lasting: (thrown: unknown) => Error | undefined) {
    this.#backoff = backoff;
    this.#lasting = lasting;
    this.#waitMs = backoff.firstMs;
  }

  processEvents(events: readonly ReceivedEvent[]): Promise<void> {
    if (this.#closed.signal.aborted) return Promise.resolve();
    if (events.length > 0) {
      this.#waitMs = this.#backoff.firstMs;
      this.reason = undefined;
    }
    return new Promise((resolve) => {
      this.#resume = resolve;
      this.#events = events;
      this.#wake();
    });
  }

  async processError(thrown: Error): Promise<void> {
    if (this.#closed.signal.aborted) return;
    this.#failure ??= this.#lasting(thrown);
    this.reason = sayingOf(thrown);
    this.#events ??= [];
    this.#wake();
    await env.sleep(this.#waitMs, this.#closed.signal);
    this.#waitMs = Math.min(this.#backoff.longestMs, this.#waitMs * 2);
  }

  /** The next events; none where the client has waited for nothing, or complained. */
  async take(signal?: AbortSignal): Promise<readonly ReceivedEvent[]> {
    this.#resume();
    while (this.#events === undefined && this.#failure === undefined && !signal?.aborted) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        this.#wake = wake;
        signal?.addEventListener("abort", wake, { once: true });
      });
    }
    if (this.#failure) throw this.#failure;
    if (signal?.aborted) throw error("OPERATION_CANCELED", {}, signal.reason);
    const events = this.#events ?? [];
    this.#events = undefined;
    return events;
  }

  close(): void {
    this.#closed.abort();
    this.#resume();
  }
}
