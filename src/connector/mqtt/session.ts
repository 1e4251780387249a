import { assert } from "../../error/error.ts";
import type { Journal } from "../journal/journal.ts";
import type { Done, IncomingStore, Packet, Publish } from "./client.ts";
import { rowOf } from "./row.ts";

/** What is known of the session that the broker keeps, as it is in the journal's state. */
interface State {
  /** Packet ids of QoS 2 messages that are in the journal, and that the broker may send again. */
  readonly held: readonly number[];
  /** What is subscribed to, and the QoS asked for. */
  readonly topics: Readonly<Record<string, number>>;
}

/** Puts messages into the journal: those of QoS 2 once, however often they come. */
export class Session {
  readonly #journal: Journal;
  readonly #held: Set<number>;
  #topics: Readonly<Record<string, number>>;

  constructor(journal: Journal) {
    this.#journal = journal;
    const { held, topics } = stateOf(journal.describe());
    this.#held = new Set(held);
    this.#topics = topics;
    journal.describe = () => {
      const state: State = { held: [...this.#held], topics: this.#topics };
      return Buffer.from(JSON.stringify(state));
    };
  }

  get topics(): Readonly<Record<string, number>> {
    return this.#topics;
  }

  /** The broker answers to these subscriptions from now on. */
  subscribed(topics: Readonly<Record<string, number>>): void {
    this.#topics = topics;
    this.#journal.mark();
  }

  /** The broker has none of the session: its packet ids mean other messages from now on. */
  forget(): void {
    if (this.#held.size === 0 && Object.keys(this.#topics).length === 0) return;
    this.#held.clear();
    this.subscribed({});
  }

  /** A message of QoS 0 or 1; one of QoS 2 has come through the store below already. */
  take(packet: Publish, done: Done): void {
    if (packet.qos === 2) done();
    else this.#append(packet, done);
  }

  /**
   * Where the client looks up the QoS 2 messages that it has not finished with. The acknowledgement
   * of the first half goes out when message and id are durable, that of the second when it is
   * durable that the id is free again.
   */
  readonly store: IncomingStore = {
    put: (packet, done) => {
      const id = idOf(packet);
      if (this.#held.has(id)) return done();
      this.#held.add(id);
      this.#append(packet, done);
    },
    get: (packet, done) => {
      if (!this.#held.has(idOf(packet))) return done(new Error("released before"));
      const { messageId } = packet;
      const none = { topic: "", payload: "", retain: false, dup: false };
      done(null, { cmd: "publish", qos: 2, ...none, messageId });
    },
    del: (packet, done) => {
      if (this.#held.delete(idOf(packet)) && this.#journal.failure === undefined) {
        this.#journal.mark();
      }
      done();
    },
    createStream: () => {
      throw new Error("the messages that came are not sent again");
    },
    close: (done) => done(),
  };

  #append(packet: Publish, done: Done): void {
    if (this.#journal.failure !== undefined) {
      done(this.#journal.failure as Error);
      return;
    }
    this.#journal.append(rowOf(packet));
    const room = this.#journal.room();
    if (room === undefined) done();
    else void room.then(() => done());
  }
}

function idOf({ messageId }: Packet): number {
  assert(messageId !== undefined, "a QoS 2 packet has no id");
  return messageId;
}

function stateOf(bytes: Uint8Array): State {
  if (bytes.length === 0) return { held: [], topics: {} };
  return JSON.parse(Buffer.from(bytes).toString("utf8")) as State;
}
