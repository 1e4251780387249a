import type { Duplex } from "node:stream";
import { importPeer } from "../../storage/peer.ts";

/** What is used of a packet. */
export interface Packet {
  readonly cmd: string;
  readonly messageId?: number | undefined;
  readonly reasonCode?: number | undefined;
}

export interface Connack extends Packet {
  readonly returnCode?: number | undefined;
  readonly sessionPresent?: boolean | undefined;
  readonly properties?: { readonly receiveMaximum?: number } | undefined;
}

export interface PublishProperties {
  payloadFormatIndicator?: boolean;
  messageExpiryInterval?: number;
  contentType?: string;
  responseTopic?: string;
  correlationData?: Buffer;
  userProperties?: Record<string, string | string[]>;
}

export interface Publish extends Packet {
  readonly topic: string;
  readonly payload: string | Buffer;
  readonly qos: number;
  readonly retain: boolean;
  readonly dup: boolean;
  readonly properties?: PublishProperties;
}

export type Done = (thrown?: Error) => void;

/** Where the client keeps QoS 2 messages between their two halves. */
export interface IncomingStore {
  put(packet: Publish, done: Done): unknown;
  get(packet: Packet, done: (thrown: Error | null, packet?: Publish) => void): unknown;
  del(packet: Packet, done: Done): unknown;
  createStream(): never;
  close(done: Done): void;
}

export interface ClientOptions {
  readonly clientId: string;
  readonly protocolVersion: 3 | 4 | 5;
  readonly protocolId: "MQIsdp" | "MQTT";
  readonly clean: boolean;
  readonly keepalive: number; // s
  readonly connectTimeout: number; // ms
  readonly reconnectPeriod: number; // ms
  readonly resubscribe: boolean;
  readonly manualConnect: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly incomingStore?: IncomingStore;
  readonly properties?: {
    readonly receiveMaximum?: number;
    readonly sessionExpiryInterval?: number;
  };
}

export interface PublishOptions {
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly properties?: PublishProperties;
}

/** What is used of a client of the peer `mqtt`. */
export interface Client {
  handleMessage(packet: Publish, done: Done): void;
  connect(): unknown;
  on(event: "connect", listener: (packet: Connack) => void): unknown;
  on(event: "packetreceive" | "disconnect", listener: (packet: Packet) => void): unknown;
  on(event: "error", listener: (thrown: Error) => void): unknown;
  on(event: "close", listener: () => void): unknown;
  subscribeAsync(topics: Record<string, { readonly qos: 0 | 1 | 2 }>): Promise<unknown>;
  unsubscribeAsync(topics: string[]): Promise<unknown>;
  publish(
    topic: string,
    message: Buffer,
    options: PublishOptions,
    done: (thrown?: Error) => void,
  ): unknown;
  endAsync(force: boolean): Promise<unknown>;
}

export interface MqttModule {
  readonly MqttClient: new (stream: () => Duplex, options: ClientOptions) => Client;
}

/** The peer, at its first use. */
export const loadMqtt = (): Promise<MqttModule> =>
  importPeer<MqttModule>("mqtt", "the data source mqtt");
