import type { Chunk } from "./chunk.ts";
import type { HttpOptions } from "./option.ts";
import { canceled, send } from "./request.ts";

/** Requests of one batch, so many at a time; the first that fails ends the others. */
export class Sender {
  readonly #options: HttpOptions;
  readonly #signal: AbortSignal;
  readonly #failed = new AbortController();
  readonly #flight = new Set<Promise<void>>();
  #failure: unknown;

  constructor(options: HttpOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = AbortSignal.any([signal, this.#failed.signal]);
  }

  /** Begins to send a chunk, when there is room. Throws what failed before. */
  async add(chunk: Chunk): Promise<void> {
    while (this.#flight.size >= this.#options.maxInFlight) await Promise.race(this.#flight);
    this.#check();
    const sending: Promise<void> = send(this.#options, chunk, this.#signal)
      .catch((thrown: unknown) => {
        if (!this.#failed.signal.aborted) this.#failure = thrown;
        this.#failed.abort();
      })
      .finally(() => void this.#flight.delete(sending));
    this.#flight.add(sending);
  }

  /** Resolves when all was taken. */
  async finish(): Promise<void> {
    await Promise.all(this.#flight);
    this.#check();
  }

  /** Ends what is on its way. */
  async end(): Promise<void> {
    this.#failed.abort();
    await Promise.all(this.#flight);
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#signal.aborted) throw canceled(this.#signal);
  }
}
