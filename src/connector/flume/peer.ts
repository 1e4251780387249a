import type { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import { importPeer } from "../../storage/peer.ts";

export type Status = "OK" | "FAILED" | "UNKNOWN";

/** What an agent sends. */
export interface FlumeEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

type Answer = (thrown: Error | undefined, status: Status) => void;

/** What a server says of itself when a client comes; the client may have heard it before. */
interface Handshake {
  readonly match: "BOTH" | "CLIENT" | "NONE";
  serverProtocol: string | null;
  serverHash: Buffer | null;
}

/** What is used of the peer `avsc`: a server of an Avro protocol, in Netty's framing. */
export interface AvroServer extends EventEmitter {
  readonly service: { readonly protocol: object; readonly hash: Buffer };
  onMessage(
    name: "append",
    handler: (request: { readonly event: FlumeEvent }, answer: Answer) => void,
  ): unknown;
  onMessage(
    name: "appendBatch",
    handler: (request: { readonly events: readonly FlumeEvent[] }, answer: Answer) => void,
  ): unknown;
  createChannel(transport: Duplex): EventEmitter;
}

export interface AvroModule {
  readonly Service: {
    forProtocol(protocol: object): { createServer(): AvroServer };
  };
}

/** The protocol of Flume's Avro sources. */
const protocol = {
  protocol: "AvroSourceProtocol",
  namespace: "org.apache.flume.source.avro",
  types: [
    { type: "enum", name: "Status", symbols: ["OK", "FAILED", "UNKNOWN"] },
    {
      type: "record",
      name: "AvroFlumeEvent",
      fields: [
        { name: "headers", type: { type: "map", values: "string" } },
        { name: "body", type: "bytes" },
      ],
    },
  ],
  messages: {
    append: { request: [{ name: "event", type: "AvroFlumeEvent" }], response: "Status" },
    appendBatch: {
      request: [{ name: "events", type: { type: "array", items: "AvroFlumeEvent" } }],
      response: "Status",
    },
  },
};

/** A server of the protocol; the peer is imported at its first use. */
export async function avroServer(): Promise<AvroServer> {
  const module = await importPeer<AvroModule & { readonly default?: AvroModule }>(
    "avsc",
    "the data source flume",
  );
  return (module.default ?? module).Service.forProtocol(protocol).createServer();
}

/** Serves one connection. */
export function serve(server: AvroServer, transport: Duplex): EventEmitter {
  const { protocol: ours, hash } = server.service;
  const channel = server.createChannel(transport);
  channel.on("handshake", (_request: unknown, answer: Handshake) => {
    // To an agent that we do not know and that knows us from an earlier process avsc says no more
    // than NONE. Java's client needs the protocol with a NONE: without, it never comes in again.
    if (answer.match !== "NONE") return;
    answer.serverProtocol = JSON.stringify(ours);
    answer.serverHash = hash;
  });
  return channel;
}
