import { env } from "../../env.ts";
import { error, isError } from "../../error/error.ts";
import type { Journal } from "../journal/journal.ts";
import type { Client, Connack, MqttModule } from "./client.ts";
import { type Connection, connectBroker } from "./connection.ts";
import { Gate } from "./gate.ts";
import type { BrokerOptions, SubscriptionOptions } from "./option.ts";
import { Session } from "./session.ts";

/** Between two tries to connect again, at first and at most. */
const retryMs = { first: 250, most: 30_000 };
/** At the end, what was taken has so long to be durable, ms. */
const quietMs = 2_000;
/** A broker that gives nothing for so long has given what it had; so long is waited at most, ms. */
const arrival = { quietMs: 300, mostMs: 60_000 };
/** MQTT 5: the session is another connection's now. */
const takenOver = 142;

export interface SubscriberSpec extends SubscriptionOptions {
  readonly mqtt: MqttModule;
  readonly broker: BrokerOptions;
  readonly clientId: string;
  readonly journal: Journal;
}

/** Keeps a session with the broker, over as many connections as it takes, into a journal. */
export class Subscriber {
  readonly #spec: SubscriberSpec;
  readonly #session: Session;
  readonly #closing = new AbortController();
  #connection: Connection | undefined;
  /** The newest client and its gate, connected or not. */
  #client: Client | undefined;
  #gate: Gate | undefined;
  #running: Promise<void> = Promise.resolve();
  #failure: unknown;
  #heardMs = 0;
  readonly #left = new Promise<void>((resolve) => {
    this.#closing.signal.addEventListener("abort", () => resolve(), { once: true });
  });

  constructor(spec: SubscriberSpec) {
    this.#spec = spec;
    this.#session = new Session(spec.journal);
  }

  /** Why nothing more comes; a broker that does not answer is no reason, but asked again. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Connects and subscribes. After that, what breaks is mended without a word. */
  async open(): Promise<void> {
    const connection = await this.#connect(this.#spec.cleanSession);
    this.#running = this.#keep(connection);
  }

  /** Resolves when the broker gives no more, or no more can be taken. */
  async arrived(): Promise<void> {
    const { journal } = this.#spec;
    const until = env.monotonic() + arrival.mostMs;
    while (this.#failure === undefined && journal.failure === undefined && !journal.full) {
      const now = env.monotonic();
      const leftMs = Math.min(this.#heardMs + arrival.quietMs, until) - now;
      if (leftMs <= 0 || this.#closing.signal.aborted) break;
      await env.sleep(leftMs, this.#closing.signal);
    }
    // One that waits for its segment is among them.
    if (!journal.full) await journal.settled().catch(() => undefined);
  }

  /** Acknowledges what is durable, and leaves: what comes now comes again to the next one. */
  async close(): Promise<void> {
    this.#closing.abort();
    const connection = this.#connection;
    if (connection === undefined) await this.#client?.endAsync(true).catch(() => undefined);
    else {
      const late = new AbortController();
      const quiet = this.#gate?.quiet().catch(() => undefined);
      await Promise.race([quiet, env.sleep(quietMs, late.signal)]);
      late.abort();
      await connection.end();
    }
    await this.#running;
  }

  async #keep(first: Connection): Promise<void> {
    let connection: Connection | undefined = first;
    let waitMs = retryMs.first;
    while (!this.#closing.signal.aborted && this.#failure === undefined) {
      if (connection !== undefined) {
        waitMs = retryMs.first;
        await connection.ended;
        this.#connection = undefined;
        await connection.client.endAsync(true).catch(() => undefined);
      }
      await env.sleep(waitMs, this.#closing.signal);
      if (this.#closing.signal.aborted || this.#failure !== undefined) return;
      waitMs = Math.min(waitMs * 2, retryMs.most);
      connection = await this.#again();
    }
  }

  async #again(): Promise<Connection | undefined> {
    try {
      // Whoever has taken the journal over has the session too: it is not fought for.
      await Promise.race([this.#spec.journal.stillOurs(), this.#left]);
      if (this.#closing.signal.aborted) return undefined;
      return await this.#connect(false);
    } catch (thrown) {
      if (!isError(thrown, "MQTT_CONNECTION_FAILED")) this.#failure ??= thrown;
      return undefined;
    }
  }

  async #connect(clean: boolean): Promise<Connection> {
    const { mqtt, broker, clientId, journal, receiveMaximum, sessionExpiryInterval } = this.#spec;
    const connection = await connectBroker(mqtt, broker, {
      ...{ clientId, clean },
      properties: { receiveMaximum, sessionExpiryInterval },
      incomingStore: this.#session.store,
      wrap: (socket) => {
        this.#gate = new Gate(socket, () => journal.settled());
        return this.#gate;
      },
      prepare: (client) => this.#prepare(client),
    });
    this.#connection = connection;
    if (this.#closing.signal.aborted) {
      await connection.end();
      return connection;
    }
    try {
      await this.#subscribe(connection);
    } catch (thrown) {
      this.#connection = undefined;
      await connection.end();
      throw thrown;
    }
    return connection;
  }

  #prepare(client: Client): void {
    this.#client = client;
    client.handleMessage = (packet, done) => this.#session.take(packet, done);
    client.on("packetreceive", (packet) => {
      // Here, not at "connect": messages of the session may be handled before that.
      const { cmd, sessionPresent } = packet as Connack;
      if (cmd === "publish" || cmd === "connack") this.#heardMs = env.monotonic();
      if (cmd === "connack" && sessionPresent !== true) this.#session.forget();
    });
    client.on("disconnect", ({ reasonCode }) => {
      if (reasonCode !== takenOver) return;
      const { clientId, broker } = this.#spec;
      this.#failure = error("MQTT_SESSION_TAKEN_OVER", { clientId, url: broker.url });
    });
  }

  /** Asks for what is not subscribed to yet, and no more for what is not wanted now. */
  async #subscribe({ client, ended }: Connection): Promise<void> {
    const { topics, broker } = this.#spec;
    const before = this.#session.topics;
    const wanted = Object.fromEntries(topics.map((topic) => [topic, broker.qos]));
    const added = topics.filter((topic) => before[topic] !== broker.qos);
    const dropped = Object.keys(before).filter((topic) => wanted[topic] === undefined);
    const asked = async (): Promise<void> => {
      const query = added.map((topic) => [topic, { qos: broker.qos }] as const);
      if (added.length > 0) await client.subscribeAsync(Object.fromEntries(query));
      if (dropped.length > 0) await client.unsubscribeAsync(dropped);
    };
    const reason = await Promise.race([
      asked().then(
        () => undefined,
        (thrown: Error) => thrown,
      ),
      ended.then((thrown) => thrown ?? new Error("the broker closed the connection")),
    ]);
    if (reason !== undefined) throw this.#refused(reason, added);
    if (added.length > 0 || dropped.length > 0) this.#session.subscribed(wanted);
  }

  #refused(thrown: Error, topics: readonly string[]): Error {
    if (isError(thrown)) return thrown;
    const { url } = this.#spec.broker;
    const said = "packet" in thrown && thrown.packet !== undefined;
    return said
      ? error("MQTT_SUBSCRIPTION_REFUSED", {
          ...{ url, topics: topics.join(", "), reason: thrown.message },
        })
      : error("MQTT_CONNECTION_FAILED", { url, reason: thrown.message }, thrown);
  }
}
