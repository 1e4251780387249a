import { once } from "node:events";
import { createServer, type Socket } from "node:net";

/** A server that sends text to whoever is connected; what nobody is there for waits. */
export interface LineServer extends AsyncDisposable {
  readonly port: number;
  send(text: string): void;
  /** Ends the connection in good order. */
  end(): void;
  /** Breaks the connection. */
  drop(): void;
}

export async function startLines(): Promise<LineServer> {
  let peer: Socket | undefined;
  let waiting = "";
  const server = createServer((socket) => {
    peer = socket;
    socket.on("error", () => undefined);
    socket.on("close", () => {
      if (peer === socket) peer = undefined;
    });
    if (waiting !== "") socket.write(waiting);
    waiting = "";
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as { readonly port: number }).port,
    send(text) {
      if (peer) peer.write(text);
      else waiting += text;
    },
    end: () => void peer?.end(),
    drop() {
      peer?.resetAndDestroy();
      peer = undefined;
    },
    async [Symbol.asyncDispose]() {
      peer?.destroy();
      server.close();
    },
  };
}
