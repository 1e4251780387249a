import { connect as connectTcp } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import { env } from "../../env.ts";
import { error, isError } from "../../error/error.ts";
import type { Client, ClientOptions, Connack, MqttModule } from "./client.ts";
import type { BrokerOptions } from "./option.ts";

/** A good end is waited for so long, ms. */
const endMs = 2_000;

/** What a broker says no with, where asking again would get the same answer. */
const refusals = new Set([1, 2, 4, 5, 132, 133, 134, 135, 138, 140, 144, 149, 154, 155]);

/** What one connection is made for. */
export interface Purpose {
  readonly clientId: string;
  readonly clean: boolean;
  readonly properties?: ClientOptions["properties"];
  readonly incomingStore?: ClientOptions["incomingStore"];
  /** What the client has for its connection. */
  wrap?(socket: Duplex): Duplex;
  /** Called before anything is sent or received. */
  prepare?(client: Client): void;
  /** Gives up to connect when it aborts: MQTT_CONNECTION_FAILED. */
  readonly signal?: AbortSignal;
}

export interface Connection {
  readonly client: Client;
  /** Messages that the broker takes before it has acknowledged one. */
  readonly receiveMaximum: number;
  /** Why it ended, once it has. */
  readonly ended: Promise<Error | undefined>;
  end(): Promise<void>;
}

/** MQTT_CONNECTION_FAILED, or MQTT_CONNECTION_REFUSED where trying again would be in vain. */
export async function connectBroker(
  mqtt: MqttModule,
  broker: BrokerOptions,
  purpose: Purpose,
): Promise<Connection> {
  const { wrap = (socket: Duplex) => socket, signal } = purpose;
  const client = new mqtt.MqttClient(() => wrap(socketOf(broker)), optionsOf(broker, purpose));
  let failure: Error | undefined;
  client.on("error", (thrown) => {
    failure = failed(broker, purpose.clientId, thrown);
  });
  const ended = new Promise<Error | undefined>((resolve) => {
    client.on("close", () => resolve(failure));
  });
  purpose.prepare?.(client);
  const connected = new Promise<Connack>((resolve) => client.on("connect", resolve));
  const abort = (): void => void client.endAsync(true).catch(() => undefined);
  signal?.addEventListener("abort", abort, { once: true });
  client.connect();
  const first = await Promise.race([connected, ended.then((thrown) => ({ thrown }))]);
  signal?.removeEventListener("abort", abort);
  if (!("thrown" in first)) {
    const { receiveMaximum = 0xffff } = first.properties ?? {};
    return { client, receiveMaximum, ended, end: () => end(client) };
  }
  await client.endAsync(true).catch(() => undefined);
  const closed = new Error("the connection was closed before the broker had answered");
  throw first.thrown ?? failed(broker, purpose.clientId, closed);
}

function optionsOf(broker: BrokerOptions, purpose: Purpose): ClientOptions {
  const { username, password, version } = broker;
  return {
    clientId: purpose.clientId,
    protocolVersion: version,
    protocolId: version === 3 ? "MQIsdp" : "MQTT",
    clean: purpose.clean,
    keepalive: broker.keepAlive,
    connectTimeout: broker.connectionTimeoutMs,
    ...{ reconnectPeriod: 0, resubscribe: false, manualConnect: true },
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(purpose.incomingStore === undefined ? {} : { incomingStore: purpose.incomingStore }),
    ...(version !== 5 || purpose.properties === undefined
      ? {}
      : { properties: purpose.properties }),
  };
}

function socketOf({ host, port, tls }: BrokerOptions): Duplex {
  if (tls === undefined) return connectTcp({ host, port, noDelay: true });
  return connectTls({ host, port, ...tls });
}

function failed({ url }: BrokerOptions, clientId: string, thrown: Error): Error {
  if (isError(thrown)) return thrown;
  const { code, message } = thrown as Error & { readonly code?: unknown };
  const reason = typeof code === "string" ? `${message} (${code})` : message;
  return typeof code === "number" && refusals.has(code)
    ? error("MQTT_CONNECTION_REFUSED", { url, clientId, reason }, thrown)
    : error("MQTT_CONNECTION_FAILED", { url, reason }, thrown);
}

async function end(client: Client): Promise<void> {
  const waiting = new AbortController();
  const late = env.sleep(endMs, waiting.signal);
  await Promise.race([client.endAsync(false).catch(() => undefined), late]);
  waiting.abort();
  await client.endAsync(true).catch(() => undefined);
}
