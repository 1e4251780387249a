import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  request as requestOf,
  type ServerResponse,
} from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { createRandom } from "../../random.ts";

/** A request on its way to a server. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  /** From 1, over all requests of the proxy. */
  readonly count: number;
  /** Of the request, once it is read. */
  body: string;
  /** Of the body of the server's answer, once there is one. */
  bytes: number;
  status: number;
}

/** What goes wrong with a request. */
export type Fault =
  /** The server does not hear of it; the client gets this answer. */
  | { readonly kind: "refuse"; readonly status: number; readonly body?: string }
  /** The server does not hear of it; the connection breaks. */
  | { readonly kind: "lose" }
  /** The server does it; the connection breaks before the answer. */
  | { readonly kind: "drop" }
  /** The server does it; the connection breaks in the middle of the answer's body. */
  | { readonly kind: "cut" }
  /** The server does it; its answer stops in the middle, and the connection stays. */
  | { readonly kind: "stall" }
  /** The connection breaks at once; the server does it after `ms`. */
  | { readonly kind: "late"; readonly ms: number }
  /** The server hears of it after `ms`. */
  | { readonly kind: "delay"; readonly ms: number };

/** A proxy before a server; what it was asked, and what it did wrong. */
export interface Faulty extends AsyncDisposable {
  readonly endpoint: string;
  readonly asked: Asked[];
  readonly faults: Fault[];
  /** Which requests go wrong; may be replaced at any time. */
  plan: (asked: Asked) => Fault | undefined;
}

/** An HTTP proxy in front of a server, for clients that take it for the server. */
export async function startFaults(
  endpoint: string,
  plan: Faulty["plan"] = () => undefined,
): Promise<Faulty> {
  const target = new URL(endpoint);
  const server = createServer((request, response) => {
    const asked: Asked = {
      method: request.method ?? "",
      url: request.url ?? "",
      headers: request.headers,
      count: faulty.asked.length + 1,
      body: "",
      bytes: 0,
      status: 0,
    };
    faulty.asked.push(asked);
    const fault = faulty.plan(asked);
    if (fault !== undefined) faulty.faults.push(fault);
    answer({ target, request, response, asked }, fault).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const faulty: Faulty = {
    endpoint: `http://127.0.0.1:${address.port}${target.pathname.replace(/\/$/, "")}`,
    asked: [],
    faults: [],
    plan,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return faulty;
}

interface Exchange {
  readonly target: URL;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly asked: Asked;
}

async function answer(exchange: Exchange, fault: Fault | undefined): Promise<void> {
  const { request, response, asked } = exchange;
  const body = await buffer(request);
  asked.body = body.toString("latin1");
  if (fault?.kind === "lose") return void request.socket.destroy();
  if (fault?.kind === "refuse") {
    response.writeHead(fault.status, { "content-type": "application/xml" });
    return void response.end(fault.body ?? "");
  }
  if (fault?.kind === "late") request.socket.destroy();
  if (fault?.kind === "late" || fault?.kind === "delay") await setTimeout(fault.ms);
  const { status, headers, bytes } = await forward(exchange, body);
  if (fault?.kind === "late") return;
  if (fault?.kind === "drop") return void request.socket.destroy();
  response.writeHead(status, headers);
  const breaks = fault?.kind === "cut" || fault?.kind === "stall";
  if (!breaks) return void response.end(bytes);
  response.write(bytes.subarray(0, bytes.byteLength / 2));
  if (fault.kind === "stall") return;
  await setTimeout(20);
  request.socket.destroy();
}

async function forward({ target, request, asked }: Exchange, body: Buffer) {
  const { expect: _, ...headers } = request.headers;
  const sent = requestOf({
    ...{ host: target.hostname, port: target.port, method: request.method },
    ...{ path: request.url, headers },
  });
  sent.end(body);
  const [answered] = (await once(sent, "response")) as [IncomingMessage];
  const bytes = await buffer(answered);
  asked.bytes = bytes.byteLength;
  asked.status = answered.statusCode ?? 502;
  return { status: answered.statusCode ?? 502, headers: answered.headers, bytes };
}

/** The same chances at every run of a seed: a fault of the list now and then. */
export function seededFaults(
  seed: number,
  { share, of }: { readonly share: number; readonly of: readonly Fault[] },
): Faulty["plan"] {
  const random = createRandom(seed);
  return () => (random.below(1_000) < share * 1_000 ? random.pick(of) : undefined);
}
