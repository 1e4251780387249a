import { createServer, type Server, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { createServer as createTlsServer } from "node:tls";
import { constants, createDeflate, createInflate } from "node:zlib";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import type { ListenOptions } from "./option.ts";
import { type AvroServer, serve } from "./peer.ts";

/** Agents that may be connected at a time. */
const maxConnections = 1_000;
/** Bytes of one request; who sends more is no agent. */
const maxRequest = 256 << 20;
/** At the end, answers that are on their way have so long, ms. */
const endMs = 2_000;

/** Agents that are listened to. */
export interface Listener {
  /** Hears nobody new, waits for the answers to those who have asked, and hangs up. */
  close(answered: () => boolean): Promise<void>;
}

/** FLUME_BIND_FAILED where the address is not to be had. */
export async function listen(avro: AvroServer, options: ListenOptions): Promise<Listener> {
  const sockets = new Set<Socket>();
  // What is wrong with one connection is between it and its agent.
  avro.on("error", () => undefined);
  const take = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    const transport = options.compressed ? inflated(socket) : socket;
    transport.on("error", () => socket.destroy());
    bound(transport, serve(avro, transport), () => socket.destroy());
  };
  const { tls } = options;
  const server = tls === undefined ? createServer(take) : createTlsServer(tls, take);
  server.maxConnections = maxConnections;
  server.on("tlsClientError", (_: Error, socket: Socket) => socket.destroy());
  await bind(server, options);
  return {
    async close(answered) {
      const closed = new Promise((resolve) => server.close(resolve));
      const until = env.monotonic() + endMs;
      while (!answered() && env.monotonic() < until) await env.sleep(10);
      for (const socket of sockets) socket.end();
      await Promise.race([closed, env.sleep(50)]);
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function bind(server: Server, { bind: host, port }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (thrown) => {
      reject(error("FLUME_BIND_FAILED", { host, port, reason: thrown.message }, thrown));
    });
    server.listen({ host, port }, () => {
      server.removeAllListeners("error");
      server.on("error", () => undefined);
      resolve();
    });
  });
}

/** Flume compresses a connection as one stream, each way, flushed after each packet. */
function inflated(socket: Socket): Duplex {
  const readable = createInflate();
  const writable = createDeflate({ flush: constants.Z_SYNC_FLUSH });
  socket.pipe(readable);
  writable.pipe(socket);
  socket.on("close", () => {
    readable.destroy();
    writable.destroy();
  });
  return Duplex.from({ readable, writable });
}

/** Frames say how long they will be, and their reader believes it. */
function bound(transport: Duplex, channel: NodeJS.EventEmitter, hangUp: () => void): void {
  let bytes = 0;
  channel.on("incomingCall", () => {
    bytes = 0;
  });
  channel.on("error", hangUp);
  transport.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxRequest) hangUp();
  });
}
