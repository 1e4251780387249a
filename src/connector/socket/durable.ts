import { env } from "../../env.ts";
import { isError } from "../../error/error.ts";
import type { StructType } from "../../schema/type.ts";
import { Timestamp } from "../../schema/value.ts";
import type { Location } from "../../storage/store.ts";
import type { Source } from "../../stream/source.ts";
import { Journal } from "../journal/journal.ts";
import type { JournalOptions } from "../journal/option.ts";
import { journalSource } from "../journal/source.ts";
import { type Connection, connect, type Peer } from "./connection.ts";

/** Between two tries to connect again, at first and at most. */
const retryMs = { first: 500, most: 30_000 };

export interface DurableSpec extends JournalOptions {
  readonly schema: StructType;
  readonly description: string;
  readonly location: Location;
  readonly staging: string;
}

/** Lines in a journal: those that were received are there after a crash. */
export async function openDurable(peer: Peer, spec: DurableSpec): Promise<Source> {
  const journal = await Journal.open(spec);
  try {
    const reader = new Reader(peer, journal);
    await reader.connect();
    return journalSource({
      ...spec,
      journal,
      failure: () => undefined,
      close: async () => reader.close(),
    });
  } catch (thrown) {
    await journal[Symbol.asyncDispose]();
    throw thrown;
  }
}

class Reader {
  readonly #peer: Peer;
  readonly #journal: Journal;
  readonly #stamped: boolean;
  readonly #closing = new AbortController();
  #connection: Connection | undefined;

  constructor(peer: Peer, journal: Journal) {
    this.#peer = peer;
    this.#journal = journal;
    this.#stamped = journal.schema.fields.length > 1;
  }

  async connect(): Promise<void> {
    const connection = await connect(this.#peer, {
      lines: (lines, from) => this.#take(lines, from),
      ended: () => void this.#again(),
    });
    this.#connection = connection;
    if (this.#closing.signal.aborted) connection.destroy();
  }

  close(): void {
    this.#closing.abort();
    this.#connection?.destroy();
  }

  #take(lines: readonly string[], from: Connection): void {
    if (this.#closing.signal.aborted || this.#journal.failure !== undefined) {
      from.destroy();
      return;
    }
    const now = new Timestamp(BigInt(env.now()) * 1000n);
    for (const line of lines) this.#journal.append(this.#stamped ? [line, now] : [line]);
    const room = this.#journal.room();
    if (room === undefined) return;
    from.pause();
    void room.then(() => from.resume());
  }

  async #again(): Promise<void> {
    for (let waitMs = retryMs.first; ; waitMs = Math.min(waitMs * 2, retryMs.most)) {
      await env.sleep(waitMs, this.#closing.signal);
      if (this.#closing.signal.aborted || this.#journal.failure !== undefined) return;
      try {
        return await this.connect();
      } catch (thrown) {
        if (!isError(thrown, "SOCKET_CONNECTION_FAILED")) throw thrown;
      }
    }
  }
}
