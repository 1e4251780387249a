import { env } from "../../env.ts";
import {
  binary,
  field,
  map,
  type StructType,
  string,
  struct,
  timestamp,
} from "../../schema/type.ts";
import { Timestamp } from "../../schema/value.ts";
import { join, type Location } from "../../storage/store.ts";
import type { Source } from "../../stream/source.ts";
import { Journal } from "../journal/journal.ts";
import type { JournalOptions } from "../journal/option.ts";
import { journalSource } from "../journal/source.ts";
import type { ListenOptions } from "./option.ts";
import { avroServer, type FlumeEvent, type Status } from "./peer.ts";
import { listen } from "./server.ts";

/** The columns of an event. */
export const eventSchema: StructType = struct([
  field("headers", map(string, string)),
  field("body", binary),
  field("timestamp", timestamp),
]);

/** How long a batch waits for room in the log: less than an agent waits for its answer, ms. */
const roomMs = 10_000;
const lookMs = 20;

export interface FlumeSpec extends ListenOptions, JournalOptions {
  readonly checkpoint: Location;
  readonly staging: string;
}

/** Listens to agents; what they sent is theirs until it is in the journal. */
export async function openFlume(spec: FlumeSpec): Promise<Source> {
  const avro = await avroServer();
  const location = join(spec.checkpoint, "journal");
  const journal = await Journal.open({ ...spec, schema: eventSchema, location });
  const inbox = new Inbox(journal);
  avro.onMessage("append", ({ event }, answer) => {
    void inbox.take([event]).then((status) => answer(undefined, status));
  });
  avro.onMessage("appendBatch", ({ events }, answer) => {
    void inbox.take(events).then((status) => answer(undefined, status));
  });
  try {
    const listener = await listen(avro, spec);
    return journalSource({
      ...spec,
      journal,
      description: `FlumeSource[${spec.bind}:${spec.port}]`,
      failure: () => inbox.failure,
      close: () => {
        inbox.close();
        return listener.close(() => inbox.idle);
      },
    });
  } catch (thrown) {
    await journal[Symbol.asyncDispose]();
    throw thrown;
  }
}

/** Answers OK when events are durable, and FAILED when they will not be: agents send them again. */
class Inbox {
  readonly #journal: Journal;
  #taking = 0;
  #closed = false;
  #failure: unknown;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Why a batch was not taken that should have been: the query ends by it. */
  get failure(): unknown {
    return this.#failure;
  }

  get idle(): boolean {
    return this.#taking === 0;
  }

  close(): void {
    this.#closed = true;
  }

  async take(events: readonly FlumeEvent[]): Promise<Status> {
    this.#taking++;
    try {
      if (!(await this.#hasRoom())) return "FAILED";
      const now = new Timestamp(BigInt(env.now()) * 1000n);
      for (const { headers, body } of events) {
        this.#journal.append([new Map(Object.entries(headers)), body, now]);
      }
      if (events.length > 0) await this.#journal.settled();
      return "OK";
    } catch (thrown) {
      this.#failure ??= thrown;
      return "FAILED";
    } finally {
      this.#taking--;
    }
  }

  async #hasRoom(): Promise<boolean> {
    const until = env.monotonic() + roomMs;
    while (!this.#closed && (this.#journal.full || this.#journal.room() !== undefined)) {
      if (env.monotonic() > until) return false;
      await env.sleep(lookMs);
    }
    return !this.#closed;
  }
}
