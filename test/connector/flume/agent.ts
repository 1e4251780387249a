import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import * as avsc from "avsc";

const { Service, Type } = (avsc as unknown as { readonly default: typeof avsc }).default;

export interface Event {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A client of Flume's protocol, as the avro sink of an agent is one. */
export interface TestAgent {
  append(event: Event): Promise<string>;
  appendBatch(events: readonly Event[]): Promise<string>;
  readonly socket: Socket;
}

const event = {
  type: "record",
  name: "AvroFlumeEvent",
  fields: [
    { name: "headers", type: { type: "map", values: "string" } },
    { name: "body", type: "bytes" },
  ],
};

/** As agents write it: with a documentation of their own, so that hashes differ. */
const service = Service.forProtocol({
  protocol: "AvroSourceProtocol",
  namespace: "org.apache.flume.source.avro",
  doc: "an agent's",
  types: [{ type: "enum", name: "Status", symbols: ["OK", "FAILED", "UNKNOWN"] }, event],
  messages: {
    append: { request: [{ name: "event", type: "AvroFlumeEvent" }], response: "Status" },
    appendBatch: {
      request: [{ name: "events", type: { type: "array", items: "AvroFlumeEvent" } }],
      response: "Status",
    },
  },
});

export async function connectAgent(port: number, tls?: ConnectionOptions): Promise<TestAgent> {
  const socket =
    tls === undefined
      ? connect(port, "127.0.0.1")
      : connectTls({ port, host: "127.0.0.1", ...tls });
  await once(socket, tls === undefined ? "connect" : "secureConnect");
  socket.on("error", () => undefined);
  const client = service.createClient({ timeout: 60_000 });
  client.on("error", () => undefined);
  client.createChannel(socket);
  const send = (name: string, request: object): Promise<string> =>
    new Promise((resolve, reject) => {
      client.emitMessage<string>(name, request, {}, (thrown: Error | null, status?: string) => {
        if (thrown) reject(thrown);
        else resolve(String(status));
      });
    });
  return {
    socket,
    append: (one) => send("append", { event: one }),
    appendBatch: (events) => send("appendBatch", { events }),
  };
}

const md5 = { type: "fixed", name: "MD5", size: 16 };
const meta = ["null", { type: "map", values: "bytes" }];
const asked = Type.forSchema({
  type: "record",
  name: "HandshakeRequest",
  fields: [
    { name: "clientHash", type: md5 },
    { name: "clientProtocol", type: ["null", "string"] },
    { name: "serverHash", type: "MD5" },
    { name: "meta", type: meta },
  ],
} as never);
const answered = Type.forSchema({
  type: "record",
  name: "HandshakeResponse",
  fields: [
    { name: "match", type: { type: "enum", name: "Match", symbols: ["BOTH", "CLIENT", "NONE"] } },
    { name: "serverProtocol", type: ["null", "string"] },
    { name: "serverHash", type: ["null", md5] },
    { name: "meta", type: meta },
  ],
} as never);

export interface Answered {
  readonly match: string;
  readonly serverProtocol: string | null;
  readonly serverHash: Buffer | null;
}

/** What a server answers to a client that names itself and the server by their hashes alone. */
export async function shakeHands(port: number, serverHash: Buffer): Promise<Answered> {
  const socket = connect(port, "127.0.0.1");
  const clientHash = Buffer.alloc(16, 7);
  const request = { clientHash, clientProtocol: null, serverHash, meta: null };
  const bytes = asked.toBuffer(request);
  const head = Buffer.alloc(12);
  head.writeInt32BE(1, 0);
  head.writeInt32BE(1, 4);
  head.writeInt32BE(bytes.length, 8);
  socket.write(Buffer.concat([head, bytes]));
  let said = Buffer.alloc(0);
  while (said.length < 12 || said.length < 12 + said.readInt32BE(8)) {
    const [chunk] = (await once(socket, "data")) as [Buffer];
    said = Buffer.concat([said, chunk]);
  }
  socket.destroy();
  return answered.fromBuffer(said.subarray(12, 12 + said.readInt32BE(8)), undefined, true);
}
