import type { Value } from "../../schema/value.ts";
import type { ReceivedEvent } from "./peer.ts";

/** So much may wait: what comes next is not asked for before some of it is taken. */
const waitingMost = { rows: 4_096, bytes: 4 << 20 };

/** The rows of events that came together, and how many bytes their bodies have. */
export interface Came {
  readonly rows: readonly (readonly Value[])[];
  readonly bytes: number;
}

type ReadRow = (event: ReceivedEvent) => readonly Value[];

/**
 * Takes events as they come, before they are asked for: then partitions come side by side. Rows
 * are what waits, for an event of the client's is many objects.
 */
export class Ahead {
  readonly #came: Came[] = [];
  readonly #taking: Promise<void>;
  #rows = 0;
  #bytes = 0;
  #closed = false;
  #ended = false;
  #failure: { readonly thrown: unknown } | undefined;
  /** Wakes who asks, and lets the taking go on. */
  #wake = (): void => {};
  #resume = (): void => {};

  constructor(events: AsyncIterable<readonly ReceivedEvent[]>, row: ReadRow) {
    this.#taking = this.#take(events, row);
  }

  /** The next; undefined: there are no more. */
  async next(): Promise<Came | undefined> {
    for (;;) {
      const came = this.#came.shift();
      if (came) {
        this.#add(came, -1);
        this.#resume();
        return came;
      }
      if (this.#failure) throw this.#failure.thrown;
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Resolves when nothing more is taken. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#resume();
    await this.#taking;
  }

  async #take(source: AsyncIterable<readonly ReceivedEvent[]>, row: ReadRow): Promise<void> {
    try {
      for await (const events of source) {
        const bytes = events.reduce((sum, one) => sum + sizeOf(one), 0);
        const came = { rows: events.map(row), bytes };
        this.#came.push(came);
        this.#add(came, 1);
        this.#wake();
        while (!this.#closed && this.#isFull()) {
          await new Promise<void>((resolve) => (this.#resume = resolve));
        }
        if (this.#closed) break;
      }
    } catch (thrown) {
      this.#failure = { thrown };
    }
    this.#ended = true;
    this.#wake();
  }

  #add({ rows, bytes }: Came, sign: 1 | -1): void {
    this.#rows += sign * rows.length;
    this.#bytes += sign * bytes;
  }

  #isFull(): boolean {
    return this.#rows >= waitingMost.rows || this.#bytes >= waitingMost.bytes;
  }
}

function sizeOf({ body }: ReceivedEvent): number {
  return body instanceof Uint8Array ? body.length : 0;
}
