import type { Socket } from "node:net";
import { error } from "../../error/error.ts";
import { LineSplitter } from "./line.ts";

/** A server that sends lines. */
export interface Peer {
  readonly host: string;
  readonly port: number;
}

/** What becomes of what a connection brings. */
export interface Receiver {
  lines(lines: readonly string[], connection: Connection): void;
  /** No more lines come; `thrown` where that was not the server's will. */
  ended(thrown: Error | undefined): void;
}

/** A connection whose peer can be made to wait. */
export interface Connection {
  pause(): void;
  resume(): void;
  destroy(): void;
}

/** SOCKET_CONNECTION_FAILED where nobody answers. */
export async function connect(peer: Peer, receiver: Receiver): Promise<Connection> {
  const socket = await connected(peer);
  const splitter = new LineSplitter();
  let failure: Error | undefined;
  socket.setEncoding("utf8");
  socket.on("data", (text: string) => {
    const lines = splitter.push(text);
    if (lines.length > 0) receiver.lines(lines, socket);
  });
  socket.on("end", () => receiver.lines(splitter.end(), socket));
  socket.on("error", (thrown) => {
    failure = connectionFailed(peer, thrown);
  });
  socket.on("close", () => receiver.ended(failure));
  return socket;
}

async function connected(peer: Peer): Promise<Socket> {
  const { createConnection } = await import("node:net");
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: peer.host, port: peer.port });
    const fail = (thrown: Error): void => reject(connectionFailed(peer, thrown));
    socket.once("error", fail);
    socket.once("connect", () => {
      socket.off("error", fail);
      resolve(socket);
    });
  });
}

function connectionFailed({ host, port }: Peer, thrown: Error): Error {
  return error("SOCKET_CONNECTION_FAILED", { host, port, reason: thrown.message }, thrown);
}
