import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";

export const run = promisify(execFile);

/** Where the real systems are kept between runs. */
export const cache = process.env["MILLRACE_CACHE"] ?? join(homedir(), ".cache", "millrace");

/** A server that answers, or why there is none. */
export type Server = { readonly endpoint: string } | { readonly missing: string };

/** A server of the run, with what stops it. */
export interface Running {
  readonly server: Server;
  stop(): Promise<void>;
}

/** How long a server may take until its port answers, ms. */
const START_MS = 60_000;

/** A port that nobody had a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

const shared = new Map<string, Promise<number>>();

/** The port of a server that another one speaks to, which may be started before it. */
export function sharedPort(name: string): Promise<number> {
  const port = shared.get(name) ?? freePort();
  shared.set(name, port);
  return port;
}

/** Starts a program that listens on a port; rejects with its last words if it does not. */
export async function start(
  command: readonly string[],
  port: number,
  env: NodeJS.ProcessEnv = {},
): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-server-"));
  const child = spawn(command[0]!, command.slice(1), {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2_000);
    });
  }
  await answers(child, port).catch(async (cause) => {
    await stop(child, folder);
    throw new Error(`${command[0]} did not start: ${said}`, { cause });
  });
  return { server: { endpoint: `http://127.0.0.1:${port}` }, stop: () => stop(child, folder) };
}

async function answers(child: ChildProcess, port: number): Promise<void> {
  for (const until = Date.now() + START_MS; Date.now() < until; await setTimeout(100)) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    const socket = connect(port, "127.0.0.1");
    const open = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return;
  }
  throw new Error(`no answer on port ${port}`);
}

async function stop(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  await rm(folder, { recursive: true, force: true });
}
