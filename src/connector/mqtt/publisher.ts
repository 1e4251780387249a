import { env } from "../../env.ts";
import { error, isError } from "../../error/error.ts";
import type { MqttModule } from "./client.ts";
import { type Connection, connectBroker } from "./connection.ts";
import type { Message } from "./message.ts";
import type { BrokerOptions } from "./option.ts";

/** Between two tries to connect again, at first and at most. */
const retryMs = { first: 250, most: 10_000 };
/** A broker that acknowledges nothing for so long is given up. */
const silentMs = 120_000;
/** Messages on their way. A broker drops who sends more than it takes; MQTT 3 does not say. */
const window = 20;

/**
 * Sends messages side by side, over as many connections as it takes. Each one is a session of its
 * own: what an earlier one has not acknowledged is sent again, whatever the broker has of it.
 */
export class Publisher {
  readonly #mqtt: MqttModule;
  readonly #broker: BrokerOptions;
  readonly #clientId: string;
  #connection: Connection | undefined;
  #heardMs = 0;

  constructor(mqtt: MqttModule, broker: BrokerOptions, clientId: string) {
    this.#mqtt = mqtt;
    this.#broker = broker;
    this.#clientId = clientId;
  }

  /**
   * Resolves when the broker has acknowledged all. MQTT_PUBLISH_FAILED, or why it is refused;
   * OPERATION_CANCELED when the signal has aborted.
   */
  async send(messages: readonly Message[], signal: AbortSignal): Promise<void> {
    const left = new Set(messages);
    this.#heardMs = env.monotonic();
    for (let waitMs = retryMs.first; left.size > 0; waitMs = Math.min(waitMs * 2, retryMs.most)) {
      if (signal.aborted) throw canceled(signal);
      const failure = await this.#round(left, signal);
      if (left.size === 0) return;
      if (env.monotonic() - this.#heardMs > silentMs) throw failure ?? this.#silent(left);
      await env.sleep(waitMs, signal);
    }
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.end();
  }

  /** One connection's worth: takes out of `left` what is acknowledged. */
  async #round(left: Set<Message>, signal: AbortSignal): Promise<Error | undefined> {
    const { url } = this.#broker;
    try {
      this.#connection ??= await this.#connect(signal);
    } catch (thrown) {
      if (isError(thrown, "MQTT_CONNECTION_FAILED")) return thrown;
      throw thrown;
    }
    const connection = this.#connection;
    const flight = new Flight(Math.min(window, connection.receiveMaximum));
    void connection.ended.then((thrown) => flight.stop(thrown ?? this.#silent(left)));
    const cancel = (): void => flight.stop(canceled(signal));
    signal.addEventListener("abort", cancel, { once: true });
    if (signal.aborted) cancel();
    for (const message of left) {
      const { topic, payload, ...options } = message;
      await flight.room();
      if (flight.stopped !== undefined) break;
      flight.begin();
      connection.client.publish(topic, payload, options, (thrown) => {
        if (flight.stopped === undefined) this.#heardMs = env.monotonic();
        if (!thrown) left.delete(message);
        flight.end(thrown && refused(url, topic, thrown));
      });
    }
    await flight.drained(silentMs);
    signal.removeEventListener("abort", cancel);
    const { stopped } = flight;
    if (stopped !== undefined || left.size > 0) {
      this.#connection = undefined;
      await connection.client.endAsync(true).catch(() => undefined);
    }
    if (isError(stopped, "MQTT_PUBLISH_FAILED")) throw stopped;
    return stopped;
  }

  #connect(signal: AbortSignal): Promise<Connection> {
    const purpose = { clientId: this.#clientId, clean: true, signal };
    return connectBroker(this.#mqtt, this.#broker, purpose);
  }

  #silent(left: ReadonlySet<Message>): Error {
    const [{ topic } = { topic: "" }] = left;
    const reason = `the broker has not acknowledged ${left.size} messages`;
    return error("MQTT_CONNECTION_FAILED", {
      url: this.#broker.url,
      reason: `${topic}: ${reason}`,
    });
  }
}

function canceled(signal: AbortSignal): Error {
  return error("OPERATION_CANCELED", {}, signal.reason);
}

/** What the broker itself says no to has a number; a connection that ended has none. */
function refused(url: string, topic: string, thrown: Error): Error | undefined {
  const { code, message: reason } = thrown as Error & { readonly code?: unknown };
  if (typeof code !== "number") return undefined;
  return error("MQTT_PUBLISH_FAILED", { url, topic, reason }, thrown);
}

/** How many messages are on their way, and who waits for fewer. */
class Flight {
  readonly #limit: number;
  #count = 0;
  #stopped: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get stopped(): Error | undefined {
    return this.#stopped;
  }

  begin(): void {
    this.#count++;
  }

  end(thrown: Error | undefined): void {
    this.#count--;
    if (thrown) this.#stopped ??= thrown;
    this.#wake?.();
  }

  stop(thrown: Error): void {
    this.#stopped ??= thrown;
    this.#wake?.();
  }

  async room(): Promise<void> {
    while (this.#stopped === undefined && this.#count >= this.#limit) await this.#changed();
  }

  /** Resolves when none is left, or nothing has changed for so long. */
  async drained(mostMs: number): Promise<void> {
    while (this.#stopped === undefined && this.#count > 0) {
      const waiting = new AbortController();
      const late = env.sleep(mostMs, waiting.signal).then(() => true);
      const isLate = await Promise.race([this.#changed().then(() => false), late]);
      waiting.abort();
      if (isLate) return;
    }
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
