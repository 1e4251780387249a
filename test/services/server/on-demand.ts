import { once as event } from "node:events";
import { createServer, get, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";

/** A server that starts when the first test asks for it, and what tests may do to it. */
export interface OnDemand<T extends object> {
  start(): Promise<T>;
  readonly commands: Readonly<Record<string, () => Promise<void>>>;
  stop(): Promise<void>;
}

/** A server that is started and stopped, and no more. */
export function once<T extends object>(
  start: () => Promise<{ readonly server: T; stop(): Promise<void> }>,
): OnDemand<T> {
  let stop = async (): Promise<void> => {};
  return {
    async start() {
      const running = await start();
      stop = running.stop;
      return running.server;
    },
    commands: {},
    stop: () => stop(),
  };
}

/**
 * Lets tests, which run in another process, start the server and command it: `GET /start` and
 * `GET /<command>`. A server that cannot be had answers `{missing}`.
 */
export async function serveOnDemand<T extends object>(
  name: string,
  demanded: OnDemand<T>,
): Promise<{ readonly control: string; stop(): Promise<void> }> {
  let started: Promise<T | { missing: string }> | undefined;
  const begin = (): Promise<T | { missing: string }> =>
    demanded.start().catch((thrown: unknown) => {
      const missing = `no ${name}: ${thrown instanceof Error ? thrown.message : thrown}`;
      console.log(`skipped: ${missing}`);
      return { missing };
    });
  const server = createServer(async (request, response) => {
    const command = (request.url ?? "").slice(1);
    try {
      started ??= begin();
      const answer = await started;
      if (command !== "start") await demanded.commands[command]!();
      response.end(JSON.stringify(answer));
    } catch (thrown) {
      response.writeHead(500).end(String(thrown));
    }
  }).listen(0, "127.0.0.1");
  await event(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    control: `http://127.0.0.1:${address.port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      if (started === undefined) return;
      await started;
      await demanded.stop();
    },
  };
}

/**
 * Asks the run's process: `start`, or a command. A first start installs, and may take longer than
 * `fetch` waits.
 */
export async function demand<T>(control: string, command = "start"): Promise<T> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${control}/${command}`, resolve).on("error", reject);
  });
  const said = await text(answer);
  if (answer.statusCode !== 200) throw new Error(said);
  return JSON.parse(said) as T;
}
