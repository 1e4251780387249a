import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request that was read to its end. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What to do with the request of a number, from 0: the status to answer with, or what it does. */
export type Behaviour = (
  number: number,
  response: ServerResponse,
  request: Received,
) => number | undefined;

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** All requests, and those that were answered with a status below 300. */
  readonly received: Received[];
  readonly taken: Received[];
  /** The most that were open at a time. */
  readonly most: () => number;
}

/** A web server that takes what it is sent, or does as it is told. */
export async function startReceiver(behaviour: Behaviour = () => 200): Promise<Receiver> {
  const received: Received[] = [];
  const taken: Received[] = [];
  let [open, most] = [0, 0];
  const server = createServer(async (request, response) => {
    open += 1;
    most = Math.max(most, open);
    response.on("close", () => {
      open -= 1;
    });
    const parts: Buffer[] = [];
    try {
      for await (const part of request) parts.push(part as Buffer);
    } catch {
      return; // the sender went away
    }
    const { method = "", url: path = "", headers } = request;
    const one = { method, path, headers, body: Buffer.concat(parts).toString() };
    received.push(one);
    const status = behaviour(received.length - 1, response, one);
    if (status === undefined) return;
    if (status < 300) taken.push(one);
    response.writeHead(status).end(status < 300 ? "" : `status ${status}`);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`,
    ...{ received, taken },
    most: () => most,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
